"""The register as a list: one short line an entry, with what a row shows and what it is filtered and counted by."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Executable, func, select

from klimapartner.storage.columns import Json
from klimapartner.storage.engine import Session
from klimapartner.storage.names import normalise_name
from klimapartner.storage.states import EntryStatus, OutboxState
from klimapartner.storage.tables import EntryRow, FieldRow, OutboxRow, TaskRow


@dataclass(frozen=True, slots=True)
class Line:
    """An entry as a row; `confidence` is that of its least sure field, `answer` the state of the newest mail to it."""

    id: int
    reference: str
    call: str
    body_name: str
    sub_body: str
    ags: str | None
    partner_name: str
    partner_country: str
    status: EntryStatus
    late: bool
    undeliverable: bool
    uncertain: bool
    assigned_to: str | None
    received_at: datetime
    updated_at: datetime
    version: int
    world_region: str | None = None
    partnership_status: str | None = None
    confidence: float | None = None
    tasks: int = 0
    answer: OutboxState | None = None


_COLUMNS = tuple(name for name in Line.__dataclass_fields__ if hasattr(EntryRow, name))


def list_lines(session: Session, *, call: str = "", text: str = "") -> list[Line]:
    """All entries of a call (or of all), newest first, that have every word of `text` in names or values."""
    entries = session.execute(
        select(*(getattr(EntryRow, name) for name in _COLUMNS))
        .where(*_conditions(call, text))
        .order_by(EntryRow.received_at.desc(), EntryRow.id.desc())
    ).all()
    more = _regions(session), _statuses(session), _confidences(session), _tasks(session), _answers(session)
    return [Line(*row, *(found.get(row.id, _NOTHING[n]) for n, found in enumerate(more))) for row in entries]


_NOTHING: tuple[Json, ...] = (None, None, None, 0, None)


def _conditions(call: str, text: str) -> list[ColumnElement[bool]]:
    words = [EntryRow.search.contains(word, autoescape=True) for word in normalise_name(text).split()]
    return words + ([EntryRow.call == call] if call else [])


def _regions(session: Session) -> dict[int, Json]:
    return _values(session, "world_region")


def _statuses(session: Session) -> dict[int, Json]:
    return _values(session, "partnership_status")


def _values(session: Session, field: str) -> dict[int, Json]:
    """The field's value of every entry that has one: read once, joined in memory, since joins of joins are slow."""
    return _pairs(session, select(FieldRow.entry_id, FieldRow.value).where(FieldRow.field == field))


def _confidences(session: Session) -> dict[int, Json]:
    said = select(FieldRow.entry_id, func.min(FieldRow.confidence)).where(FieldRow.provenance == "machine")
    return _pairs(session, said.group_by(FieldRow.entry_id))


def _tasks(session: Session) -> dict[int, Json]:
    chosen = select(TaskRow.entry_id, func.count()).where(TaskRow.done_at.is_(None), TaskRow.entry_id.is_not(None))
    return _pairs(session, chosen.group_by(TaskRow.entry_id))


def _answers(session: Session) -> dict[int, Json]:
    newest = select(func.max(OutboxRow.id)).where(OutboxRow.entry_id.is_not(None)).group_by(OutboxRow.entry_id)
    return _pairs(session, select(OutboxRow.entry_id, OutboxRow.state).where(OutboxRow.id.in_(newest)))


def _pairs(session: Session, chosen: Executable) -> dict[int, Json]:
    return {row[0]: row[1] for row in session.execute(chosen)}


def filled_fields(session: Session, fields: Collection[str]) -> dict[int, int]:
    """How many of these fields an entry has a value in; entries without any are left out."""
    chosen = select(FieldRow.entry_id, func.count()).where(FieldRow.field.in_(fields), FieldRow.value.is_not(None))
    return _pairs(session, chosen.group_by(FieldRow.entry_id))
