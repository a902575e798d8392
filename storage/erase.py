"""Blanking a person everywhere, the history included: what remains says that something was erased, not about whom.

The register entry itself stays: a municipality is no person. Afterwards `Database.scrub()` rewrites the files.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update

from klimapartner.storage import history
from klimapartner.storage.deletions import queue_deletions
from klimapartner.storage.engine import Session
from klimapartner.storage.erase_chats import erase_chats
from klimapartner.storage.erase_find import Person, find_person
from klimapartner.storage.erase_notes import erase_notes
from klimapartner.storage.erase_stones import stones_of
from klimapartner.storage.errors import StorageError
from klimapartner.storage.fields import search_text
from klimapartner.storage.tables import (
    ConversationRow,
    EntryRow,
    ErasureRow,
    FieldRow,
    HistoryRow,
    MessageRow,
    OfferRow,
    OutboxRow,
    ParticipantRow,
    PermitRow,
    ReadingRow,
    TaskRow,
    UnansweredRow,
)
from klimapartner.storage.tombstones import bury, tombstone_key
from klimapartner.storage.traces import Traces, counts_of, find_traces

_NOBODY = {"contact_name": "", "contact_email": "", "contact_phone": ""}
NO_MAIL: dict[str, Any] = {"to_name": "", "to_addr": "", "to_key": "", "to_domain": "", "envelope_from": ""}
NO_MAIL |= {"subject": "", "body_text": "", "calendar": "", "headers": {}, "last_error": "", "hold_reason": ""}


@dataclass(frozen=True, slots=True)
class Erasure:
    """How many rows of which kind were blanked or deleted; `id` is the number of the certificate."""

    counts: dict[str, int]
    id: int = 0


def erase_person(session: Session, *, address: str, who: str, now: datetime, key: bytes = b"") -> Erasure:
    """Blank all that is stored about the person with this mail address; call `Database.scrub()` after the commit.

    Every message in which the address stands loses its bytes and readings, also one that somebody else wrote. Mails
    that still wait are discarded. Raises StorageError for something that is no address.
    """
    wanted = address.strip().lower()
    if not all(wanted.rpartition("@")[::2]):
        raise StorageError(f"{address} is no mail address; give the address of the person to erase.")
    return erase_found(session, find_person(session, wanted), who=who, now=now, key=key)


def erase_found(session: Session, person: Person, *, who: str, now: datetime, key: bytes = b"") -> Erasure:
    """The same for a person who was looked for before.

    Tombstones by the `key` (empty: the one in the database) stay, and what lies in mailboxes is queued for deletion.
    """
    key = key or tombstone_key(session, now=now)
    traces = find_traces(session, person)
    counts = counts_of(traces)
    row = ErasureRow(at=now, who=who, counts=counts)
    session.add(row)
    session.flush()
    bury(session, stones_of(session, person, traces, key=key, now=now))
    queue_deletions(session, row.id, traces, key=key, now=now)
    with permitted(session):
        _blank(session, person, traces, who, now)
    for entry_id in sorted(person.entries):
        history.record(session, now=now, who=who, subject="entry", subject_id=entry_id, action="erased")
    session.flush()
    session.expire_all()
    return Erasure(counts, row.id)


@contextmanager
def permitted(session: Session) -> Iterator[None]:
    """Let the triggers pass; only this transaction sees the permit, and it cannot be committed."""
    permit = PermitRow()
    session.add(permit)
    session.flush()
    yield
    session.delete(permit)
    session.flush()


def _blank(session: Session, person: Person, traces: Traces, who: str, now: datetime) -> None:
    blank_messages(session, traces["messages"], reason="erased")
    _set(session, ConversationRow, traces["conversations"], address="")
    _outbox(session, traces["outbox"], who, now)
    _set(session, FieldRow, traces["fields"], value=None, evidence=[], confidence=None)
    _set(session, FieldRow, traces["quotes"], evidence=[])
    _set(session, TaskRow, traces["tasks"], text="")
    _set(session, UnansweredRow, traces["unanswered"], reason="")
    _set(session, OfferRow, traces["offers"], **_NOBODY)
    _set(session, HistoryRow, traces["history"], old=None, new=None)
    erase_notes(session, person, traces)
    erase_chats(session, person, now=now)
    session.execute(delete(ParticipantRow).where(ParticipantRow.id.in_(traces["participants"])))
    refresh_search(session, person.entries)


def blank_messages(session: Session, messages: list[int], *, reason: str) -> None:
    """Take the bytes and readings of messages away; needs `permitted`."""
    own = update(MessageRow).where(MessageRow.id.in_(messages))
    unfinished = own.where(MessageRow.state != "done").values(state="done", lease_owner=None, lease_until=None)
    blank = own.values(raw=b"", message_id="", problem="", state_reason=reason)
    for statement in (unfinished, blank):
        session.execute(statement.execution_options(synchronize_session=False))
    read = update(ReadingRow).where(ReadingRow.message_id.in_(messages)).values(body={})
    session.execute(read.execution_options(synchronize_session=False))


def _outbox(session: Session, mails: list[int], who: str, now: datetime) -> None:
    own = update(OutboxRow).where(OutboxRow.id.in_(mails)).execution_options(synchronize_session=False)
    waiting = own.where(OutboxRow.state.in_(("queued", "held", "failed")))
    stop = waiting.values(state="discarded", lease_owner=None, lease_until=None).returning(OutboxRow.id)
    for number in sorted(session.scalars(stop)):
        history.record(session, now=now, who=who, subject="outbox", subject_id=number, action="discarded")
    session.execute(own.values(**NO_MAIL))


def refresh_search(session: Session, entries: frozenset[int] | set[int]) -> None:
    """The search text repeats the fields."""
    session.expire_all()
    for row in session.scalars(select(EntryRow).where(EntryRow.id.in_(entries))):
        row.search = search_text(row)
        row.version += 1
    session.flush()


def _set(session: Session, table: Any, ids: list[int], **values: Any) -> None:
    session.execute(
        update(table).where(table.id.in_(ids)).values(**values).execution_options(synchronize_session=False)
    )
