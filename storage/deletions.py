"""The queue of mails that are to be deleted in mailboxes; it knows them by keyed hashes and places only."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update

from klimapartner.storage.engine import Session
from klimapartner.storage.erase_stones import mail_ids
from klimapartner.storage.states import DeletionState
from klimapartner.storage.tables import DeletionRow, LocationRow, MessageRow
from klimapartner.storage.tombstones import digest_of
from klimapartner.storage.traces import Traces


@dataclass(frozen=True, slots=True)
class Deletion:
    """A mail that is to go: places by UIDVALIDITY as far as they are known, else looked for by hash and size."""

    id: int
    mailbox: str
    message_id: int | None
    id_digest: str
    content_digest: str
    size: int
    state: DeletionState
    found: int
    attempts: int
    error: str
    places: tuple[tuple[int, int], ...] = ()


def queue_deletions(session: Session, erasure_id: int, traces: Traces, *, key: bytes, now: datetime) -> int:
    """Queue the person's messages and the office's mails to them; returns how many. Call it before blanking."""
    given = {"erasure_id": erasure_id, "found": 0, "attempts": 0, "error": "", "next_try_at": now, "created_at": now}
    rows = [DeletionRow(**given, **values, state="queued") for values in _wanted(session, traces, key)]
    session.add_all(rows)
    session.flush()
    return len(rows)


def _wanted(session: Session, traces: Traces, key: bytes) -> Iterator[dict[str, object]]:
    for row in session.scalars(select(MessageRow).where(MessageRow.id.in_(traces["messages"]))):
        # What came in by a chat or by hand lies in no mailbox.
        if session.scalars(select(LocationRow.uid).where(LocationRow.message_id == row.id)).first() is None:
            continue
        digest = digest_of(key, "message-id", row.message_id) if row.message_id else ""
        known = {"mailbox": row.mailbox, "message_id": row.id, "size": row.size, "id_digest": digest}
        yield known | {"content_digest": digest_of(key, "content", row.sha256)}
    # Mails of ours may lie among what was sent, in whichever mailbox.
    boxes = session.scalars(select(LocationRow.mailbox).distinct().order_by(LocationRow.mailbox)).all()
    digests = [digest_of(key, "message-id", one) for one in sorted(mail_ids(session, traces))]
    for mailbox in boxes:
        for digest in digests:
            yield {"mailbox": mailbox, "message_id": None, "size": 0, "id_digest": digest, "content_digest": ""}


def due_deletions(session: Session, mailbox: str, *, now: datetime) -> list[Deletion]:
    """What is to be deleted in a mailbox now, with the known places."""
    waiting = select(DeletionRow).where(DeletionRow.mailbox == mailbox, DeletionRow.state != "done")
    rows = session.scalars(waiting.where(DeletionRow.next_try_at <= now).order_by(DeletionRow.id)).all()
    return [_value(row, _places(session, row)) for row in rows]


def finish_deletion(session: Session, deletion_id: int, *, found: int, now: datetime) -> None:
    """The mail is gone from the mailbox; `found` says at how many places it still lay."""
    row = session.get_one(DeletionRow, deletion_id)
    row.state, row.found, row.error, row.done_at = "done", row.found + found, "", now
    row.attempts += 1


def fail_deletion(session: Session, deletion_id: int, *, found: int, error: str, next_try_at: datetime) -> None:
    """It did not work everywhere; `error` holds no words of mails."""
    row = session.get_one(DeletionRow, deletion_id)
    row.state, row.found, row.error, row.next_try_at = "failed", row.found + found, error, next_try_at
    row.attempts += 1


def try_again(session: Session, erasure_id: int, *, now: datetime) -> int:
    """Let the next poll try all that failed; returns how many."""
    failed = update(DeletionRow).where(DeletionRow.erasure_id == erasure_id, DeletionRow.state == "failed")
    return len(session.scalars(failed.values(state="queued", next_try_at=now).returning(DeletionRow.id)).all())


def deletions_of(session: Session, erasure_id: int) -> list[Deletion]:
    """All of one erasure."""
    rows = session.scalars(select(DeletionRow).where(DeletionRow.erasure_id == erasure_id).order_by(DeletionRow.id))
    return [_value(row) for row in rows]


def count_deletions(session: Session, erasure_id: int) -> dict[DeletionState, int]:
    """How many of one erasure are in each state; states without any are left out."""
    chosen = select(DeletionRow.state, func.count()).where(DeletionRow.erasure_id == erasure_id)
    rows = session.execute(chosen.group_by(DeletionRow.state)).all()
    return {row[0]: row[1] for row in rows}


def _places(session: Session, row: DeletionRow) -> tuple[tuple[int, int], ...]:
    if row.message_id is None:
        return ()
    where = (LocationRow.mailbox == row.mailbox, LocationRow.message_id == row.message_id)
    chosen = select(LocationRow.uidvalidity, LocationRow.uid).where(*where, LocationRow.moved_at.is_(None))
    return tuple((validity, uid) for validity, uid in session.execute(chosen))


def _value(row: DeletionRow, places: tuple[tuple[int, int], ...] = ()) -> Deletion:
    return Deletion(
        row.id, row.mailbox, row.message_id, row.id_digest, row.content_digest, row.size, row.state, row.found,
        row.attempts, row.error, places,
    )  # fmt: skip
