"""Reading the register: lists, filters, and the entry that a further message is about."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, Text, cast, func, or_, select
from sqlalchemy.orm import selectinload

from klimapartner.storage.engine import Session
from klimapartner.storage.entries import BodyRef, Entry, EntryChange, StoredField, entry_of
from klimapartner.storage.errors import NotFound
from klimapartner.storage.names import normalise_name
from klimapartner.storage.states import EntryStatus, Flag
from klimapartner.storage.tables import ConversationRow, EntryMessageRow, EntryRow, FieldRow, MessageRow

__all__ = [
    "Entry",
    "EntryChange",
    "EntryFilter",
    "EntryMatch",
    "StoredField",
    "count_entries",
    "entry_by_reference",
    "find_entry",
    "find_entry_for",
    "get_entry",
    "list_entries",
    "speaks_for",
]

# Where the address of the person to answer, and that of the sender, stand.
ADDRESS_FIELDS = ("contact.email", "sender.email")


@dataclass(frozen=True, slots=True)
class EntryFilter:
    """All conditions hold together; empty ones do not count. `fields` compares text values of fields exactly."""

    call: str | None = None
    statuses: tuple[EntryStatus, ...] = ()
    flags: tuple[Flag, ...] = ()
    ags: str | None = None
    text: str = ""
    assigned_to: str | None = None
    received_from: datetime | None = None
    received_before: datetime | None = None
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EntryMatch:
    """An entry and how it was found; `body` alone is no proof that the writer may speak for it."""

    entry: Entry
    by: Literal["conversation", "address", "body"]


def list_entries(
    session: Session, where: EntryFilter | None = None, *, limit: int | None = None, offset: int = 0
) -> list[Entry]:
    """Entries in the order in which they came in."""
    chosen = select(EntryRow).where(*_conditions(where or EntryFilter())).options(selectinload(EntryRow.fields))
    rows = session.scalars(chosen.order_by(EntryRow.received_at, EntryRow.id).limit(limit).offset(offset))
    return [entry_of(row) for row in rows]


def count_entries(session: Session, where: EntryFilter | None = None) -> int:
    """How many entries meet the conditions."""
    chosen = select(func.count()).select_from(EntryRow).where(*_conditions(where or EntryFilter()))
    return session.scalars(chosen).one()


def get_entry(session: Session, entry_id: int) -> Entry:
    """Raises NotFound."""
    row = session.get(EntryRow, entry_id, populate_existing=True)
    if row is None:
        raise NotFound(f"There is no entry {entry_id}.")
    return entry_of(row)


def find_entry(session: Session, entry_id: int) -> Entry | None:
    """The entry with this id, None where it was merged away."""
    row = session.get(EntryRow, entry_id, populate_existing=True)
    return None if row is None else entry_of(row)


def entry_by_reference(session: Session, reference: str) -> Entry | None:
    """The entry with this number."""
    row = session.scalars(select(EntryRow).where(EntryRow.reference == reference.strip().upper())).one_or_none()
    return None if row is None else entry_of(row)


def find_entry_for(
    session: Session, *, call: str, conversation_id: int | None = None, address: str = "", body: BodyRef | None = None
) -> EntryMatch | None:
    """The entry that a correction, withdrawal or question is about, None also where several could be meant.

    Looked for in the conversation first, then by the writer's address, then by the body; the body, if known, also
    decides between several. The only entry of a conversation is meant whatever body is named: that may be what is
    corrected.
    """
    ways: tuple[tuple[Literal["conversation", "address", "body"], Select[EntryRow] | None], ...] = (
        ("conversation", None if conversation_id is None else _of_conversation(conversation_id)),
        ("address", _of_address(address) if address.strip() else None),
        ("body", _of_body(body) if body is not None and body.known else None),
    )
    for way, chosen in ways:
        rows = [] if chosen is None else list(session.scalars(chosen.where(EntryRow.call == call)).unique())
        if rows:
            row = rows[0] if way == "conversation" and len(rows) == 1 else _the_one(rows, body)
            return None if row is None else EntryMatch(entry_of(row), way)
    return None


def speaks_for(session: Session, entry_id: int, *, conversation_id: int, address: str) -> bool:
    """Whether a conversation or an address is one of those that an entry came of."""
    ways = [_of_conversation(conversation_id), *([_of_address(address)] if address.strip() else [])]
    return any(session.scalars(way.where(EntryRow.id == entry_id)).first() is not None for way in ways)


def _the_one(rows: list[EntryRow], body: BodyRef | None) -> EntryRow | None:
    """The only row, or the only one of the body named; a single row of another body is not it."""
    if body is not None and body.known:
        same = [row for row in rows if row.body_key == body.key(None)]
        unnamed = [row for row in rows if row.body_key.startswith("message:")]
        rows = same or unnamed
    return rows[0] if len(rows) == 1 else None


def _of_conversation(conversation_id: int) -> Select[EntryRow]:
    messages = select(EntryMessageRow.entry_id).join(MessageRow).where(MessageRow.conversation_id == conversation_id)
    first = select(ConversationRow.entry_id).where(
        ConversationRow.id == conversation_id, ConversationRow.entry_id.is_not(None)
    )
    return select(EntryRow).where(or_(EntryRow.id.in_(messages), EntryRow.id.in_(first)))


def _of_address(address: str) -> Select[EntryRow]:
    key = address.strip().lower()
    named = select(FieldRow.entry_id).where(
        FieldRow.field.in_(ADDRESS_FIELDS), func.lower(cast(FieldRow.value, Text)) == _quoted(key)
    )
    wrote = (
        select(EntryMessageRow.entry_id)
        .join(MessageRow)
        .join(ConversationRow, ConversationRow.id == MessageRow.conversation_id)
        .where(func.lower(ConversationRow.address) == key)
    )
    return select(EntryRow).where(or_(EntryRow.id.in_(named), EntryRow.id.in_(wrote)))


def _of_body(body: BodyRef) -> Select[EntryRow]:
    return select(EntryRow).where(EntryRow.body_key == body.key(None), EntryRow.sub_key == body.sub_key)


def _conditions(where: EntryFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [getattr(EntryRow, flag).is_(True) for flag in where.flags]
    equal: dict[Any, Any] = {
        EntryRow.call: where.call,
        EntryRow.ags: where.ags,
        EntryRow.assigned_to: where.assigned_to,
    }
    conditions += [column == value for column, value in equal.items() if value is not None]
    if where.statuses:
        conditions.append(EntryRow.status.in_(where.statuses))
    if where.received_from is not None:
        conditions.append(EntryRow.received_at >= where.received_from)
    if where.received_before is not None:
        conditions.append(EntryRow.received_at < where.received_before)
    conditions += [EntryRow.search.contains(word, autoescape=True) for word in normalise_name(where.text).split()]
    return conditions + [_has_field(name, value) for name, value in where.fields.items()]


def _has_field(name: str, value: str) -> ColumnElement[bool]:
    return EntryRow.fields.any((FieldRow.field == name) & (cast(FieldRow.value, Text) == _quoted(value)))


def _quoted(text: str) -> str:
    """A text as both databases write it in a JSON column."""
    return json.dumps(text, ensure_ascii=False)
