"""What staff note beside an entry: comments, and reminders with a day."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select

from klimapartner.storage import history
from klimapartner.storage.engine import Session
from klimapartner.storage.sql import fetch, fetch_locked
from klimapartner.storage.tables import CommentRow, EntryRow, ReminderRow


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment on an entry."""

    id: int
    who: str
    text: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Reminder:
    """A reminder of an entry: due at a moment, open until it is done."""

    id: int
    entry_id: int
    who: str
    text: str
    due_at: datetime
    done_at: datetime | None


def add_comment(session: Session, entry_id: int, text: str, *, who: str, now: datetime) -> Comment:
    """Note something beside an entry; raises NotFound. The history says that, not what."""
    fetch(session, EntryRow, entry_id)
    row = CommentRow(entry_id=entry_id, who=who, text=text, created_at=now)
    session.add(row)
    session.flush()
    history.record(session, now=now, who=who, subject="entry", subject_id=entry_id, action="commented")
    return Comment(row.id, row.who, row.text, row.created_at)


def comments_of(session: Session, entry_id: int) -> list[Comment]:
    """Oldest first."""
    rows = session.scalars(select(CommentRow).where(CommentRow.entry_id == entry_id).order_by(CommentRow.id))
    return [Comment(row.id, row.who, row.text, row.created_at) for row in rows]


def add_reminder(session: Session, entry_id: int, text: str, *, due_at: datetime, who: str, now: datetime) -> Reminder:
    """Be reminded of an entry; raises NotFound."""
    fetch(session, EntryRow, entry_id)
    row = ReminderRow(entry_id=entry_id, who=who, text=text, due_at=due_at, created_at=now)
    session.add(row)
    session.flush()
    history.record(session, now=now, who=who, subject="entry", subject_id=entry_id, action="reminder set")
    return _value(row)


def reminders_of(session: Session, entry_id: int) -> list[Reminder]:
    """The open reminders of an entry, the next one first."""
    return _listed(session, _open().where(ReminderRow.entry_id == entry_id))


def due_reminders(session: Session, *, now: datetime) -> list[Reminder]:
    """All open reminders whose moment has come."""
    return _listed(session, _open().where(ReminderRow.due_at <= now))


def finish_reminder(session: Session, reminder_id: int, *, who: str, now: datetime) -> Reminder:
    """Note that a reminder is done; whoever was first stays. Raises NotFound."""
    row = fetch_locked(session, ReminderRow, reminder_id)
    if row.done_at is None:
        row.done_at, row.done_by = now, who
        history.record(session, now=now, who=who, subject="entry", subject_id=row.entry_id, action="reminder done")
    return _value(row)


def _open() -> Select[ReminderRow]:
    return select(ReminderRow).where(ReminderRow.done_at.is_(None))


def _listed(session: Session, chosen: Select[ReminderRow]) -> list[Reminder]:
    return [_value(row) for row in session.scalars(chosen.order_by(ReminderRow.due_at, ReminderRow.id))]


def _value(row: ReminderRow) -> Reminder:
    return Reminder(row.id, row.entry_id, row.who, row.text, row.due_at, row.done_at)
