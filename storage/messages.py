"""Stored mail: bytes as they came, each content once per mailbox, and every place where it lies."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, bindparam, delete, func, select, update

from klimapartner.storage.columns import clean_json
from klimapartner.storage.engine import Session
from klimapartner.storage.errors import NotFound
from klimapartner.storage.sql import clip, fetch, find, insert_for_key, insert_if_new, table_of
from klimapartner.storage.states import MessageState
from klimapartner.storage.tables import EntryMessageRow, LocationRow, MessageRow

# RFC 5322, 2.1.1 allows 998 characters a line; what is longer is no identifier but an attack on the index.
ID_LENGTH = 500
Found = TypeVar("Found")
_messages = table_of(MessageRow)
_places = table_of(LocationRow)
_AT_PLACE = select(_places.c.message_id).where(
    _places.c.mailbox == bindparam("box"),
    _places.c.uidvalidity == bindparam("validity"),
    _places.c.uid == bindparam("number"),
)
_RAW = select(_messages.c.raw).where(_messages.c.id == bindparam("of"))
_SET_CONVERSATION = (
    update(_messages)
    .where(_messages.c.id == bindparam("of"))
    .values(conversation_id=bindparam("conversation"))
    .returning(_messages.c.id)
)


@dataclass(frozen=True, slots=True)
class StoredMessage:
    """A message without its bytes (see `message_raw`).

    `message_id` is the header's, `size` the full size in octets also where only the header was stored (`problem` then
    says why). `attempts` counts how often it was taken up.
    """

    id: int
    mailbox: str
    sha256: str
    size: int
    message_id: str
    received_at: datetime
    stored_at: datetime
    problem: str
    state: MessageState
    state_reason: str
    attempts: int
    conversation_id: int | None


@dataclass(frozen=True, slots=True)
class Unmoved:
    """A place in the mailbox that still holds a message; `message_id` is our own id."""

    uid: int
    message_id: int
    state: MessageState


def store_message(
    session: Session,
    *,
    mailbox: str,
    uidvalidity: int,
    uid: int,
    raw: bytes,
    message_id: str,
    received_at: datetime,
    now: datetime,
    size: int | None = None,
    problem: str = "",
    state: MessageState = "received",
) -> tuple[StoredMessage, bool]:
    """Keep a message; True when its content is new in this mailbox.

    The same place, or the same content at another place, is the message that is there already; the same Message-ID
    with other content is another message. `raw` may hold the header only: `size` is then the full size, `problem`
    the reason. What was worked on before it is kept comes with the `state` "done".
    """
    session.flush()
    known = session.scalar(_AT_PLACE, {"box": mailbox, "validity": uidvalidity, "number": uid})
    if known is not None:
        return get_message(session, known), False
    digest = hashlib.sha256(raw).hexdigest()
    values = {"mailbox": mailbox, "sha256": digest, "raw": raw, "size": len(raw) if size is None else size}
    values |= {"message_id": clip(message_id.strip(), ID_LENGTH), "received_at": received_at, "stored_at": now}
    values |= {"problem": problem, "state": state, "state_reason": "", "attempts": 0, "next_try_at": now}
    number = insert_for_key(session, MessageRow, values, ("mailbox", "sha256"))
    kept = _with_content(session, mailbox, digest) if number is None else _as_stored(number, values)
    place = {"mailbox": mailbox, "uidvalidity": uidvalidity, "uid": uid, "message_id": kept.id, "seen_at": now}
    insert_if_new(session, LocationRow, place, ("mailbox", "uidvalidity", "uid"))
    return kept, number is not None


def _with_content(session: Session, mailbox: str, digest: str) -> StoredMessage:
    row = find(session, MessageRow, MessageRow.mailbox == mailbox, MessageRow.sha256 == digest)
    assert row is not None
    return stored(row)


def _as_stored(number: int, values: Mapping[str, Any]) -> StoredMessage:
    """The message of a row that was just inserted, as the database would give it."""
    kept = {name: value for name, value in values.items() if name in StoredMessage.__dataclass_fields__}
    moments = {name: value.astimezone(UTC) for name, value in kept.items() if isinstance(value, datetime)}
    return StoredMessage(id=number, conversation_id=None, **clean_json(kept) | moments)


def known_uids(session: Session, mailbox: str, uidvalidity: int) -> set[int]:
    """The UIDs of this mailbox that need not be fetched again."""
    return set(session.scalars(select(LocationRow.uid).where(*_in_mailbox(mailbox, uidvalidity))))


def next_uid(session: Session, mailbox: str, uidvalidity: int) -> int:
    """One above the highest UID of this mailbox; the caller sees to it that nobody else asks at the same time."""
    highest = select(func.max(LocationRow.uid)).where(*_in_mailbox(mailbox, uidvalidity))
    return (session.scalar(highest) or 0) + 1


def unmoved(session: Session, mailbox: str, uidvalidity: int) -> list[Unmoved]:
    """What lies in the mailbox and was not moved yet, by UID; the state says whether it may be."""
    chosen = select(LocationRow.uid, MessageRow.id, MessageRow.state).join(
        MessageRow, MessageRow.id == LocationRow.message_id
    )
    still_there = chosen.where(*_in_mailbox(mailbox, uidvalidity), LocationRow.moved_at.is_(None))
    return [Unmoved(*row) for row in session.execute(still_there.order_by(LocationRow.uid))]


def mark_moved(session: Session, mailbox: str, uidvalidity: int, uids: Collection[int], *, now: datetime) -> int:
    """Note that these places are empty now; returns how many were not noted before."""
    chosen = update(LocationRow).where(
        *_in_mailbox(mailbox, uidvalidity), LocationRow.uid.in_(uids), LocationRow.moved_at.is_(None)
    )
    return len(session.scalars(chosen.values(moved_at=now).returning(LocationRow.uid)).all())


def forget_places(session: Session, message_id: int) -> int:
    """Say that what lies at the places of this message is not stored after all; returns how many places there were."""
    gone = delete(LocationRow).where(LocationRow.message_id == message_id).returning(LocationRow.uid)
    return len(session.scalars(gone).all())


def get_message(session: Session, message_id: int) -> StoredMessage:
    """Raises NotFound."""
    return stored(fetch(session, MessageRow, message_id))


def message_raw(session: Session, message_id: int) -> bytes:
    """The bytes as they came; empty when they were erased. Raises NotFound."""
    row = session.execute(_RAW, {"of": message_id}).first()
    return bytes(_found(row, message_id)[0])


def list_messages(session: Session, *, state: MessageState | None = None, limit: int = 100) -> list[StoredMessage]:
    """The newest messages, newest first."""
    chosen = select(MessageRow) if state is None else select(MessageRow).where(MessageRow.state == state)
    return stored_all(session.scalars(chosen.order_by(MessageRow.id.desc()).limit(limit)).all())


def count_by_state(session: Session) -> dict[MessageState, int]:
    """How many messages are in each state; states without any are left out."""
    counts = session.execute(select(MessageRow.state, func.count()).group_by(MessageRow.state))
    return {row[0]: row[1] for row in counts}


def set_conversation(session: Session, message_id: int, conversation_id: int) -> None:
    """Say to which conversation a message belongs; raises NotFound."""
    session.flush()
    _found(session.scalar(_SET_CONVERSATION, {"of": message_id, "conversation": conversation_id}), message_id)


def _found(found: Found | None, message_id: int) -> Found:
    if found is None:
        raise NotFound(f"There is no message {message_id}.")
    return found


def messages_of(session: Session, conversation_id: int) -> list[StoredMessage]:
    """The messages of a conversation in the order in which they were stored."""
    chosen = select(MessageRow).where(MessageRow.conversation_id == conversation_id)
    return stored_all(session.scalars(chosen.order_by(MessageRow.id)).all())


def messages_of_entry(session: Session, entry_id: int) -> list[StoredMessage]:
    """The messages that an entry of the register was made from, in the order in which they were stored."""
    linked = select(EntryMessageRow.message_id).where(EntryMessageRow.entry_id == entry_id)
    chosen = select(MessageRow).where(MessageRow.id.in_(linked))
    return stored_all(session.scalars(chosen.order_by(MessageRow.id)).all())


def stored(row: MessageRow) -> StoredMessage:
    """The value of a row."""
    return StoredMessage(
        row.id,
        row.mailbox,
        row.sha256,
        row.size,
        row.message_id,
        row.received_at,
        row.stored_at,
        row.problem,
        row.state,
        row.state_reason,
        row.attempts,
        row.conversation_id,
    )


def stored_all(rows: Sequence[MessageRow]) -> list[StoredMessage]:
    """The values of rows."""
    return [stored(row) for row in rows]


def _in_mailbox(mailbox: str, uidvalidity: int) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return LocationRow.mailbox == mailbox, LocationRow.uidvalidity == uidvalidity
