"""What a person has to do, one task a message and kind."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from klimapartner.storage import history
from klimapartner.storage.engine import Session
from klimapartner.storage.sql import fetch_locked, find, insert_if_new
from klimapartner.storage.tables import TaskRow
from klimapartner.storage.webhooks import tell


@dataclass(frozen=True, slots=True)
class Task:
    """A task for staff; `kind` is a short name, `text` says what to do."""

    id: int
    kind: str
    text: str
    message_id: int | None
    entry_id: int | None
    chat_id: int | None
    created_at: datetime
    done_at: datetime | None
    done_by: str | None


def add_task(
    session: Session,
    *,
    kind: str,
    text: str,
    message_id: int | None = None,
    entry_id: int | None = None,
    chat_id: int | None = None,
    now: datetime,
) -> tuple[Task, bool]:
    """Add a task; False with the earlier one where the message has one of this kind."""
    values = {"kind": kind, "text": text, "message_id": message_id, "entry_id": entry_id}
    values |= {"chat_id": chat_id, "created_at": now}  # type: ignore[dict-item]
    if message_id is None:
        row = TaskRow(**values)
        session.add(row)
        session.flush()
        tell(session, "task.created", subject_id=row.id, now=now)
        return _value(row), True
    new = insert_if_new(session, TaskRow, values, ("message_id", "kind"))
    found = find(session, TaskRow, TaskRow.message_id == message_id, TaskRow.kind == kind)
    assert found is not None
    if new:
        tell(session, "task.created", subject_id=found.id, now=now)
    return _value(found), new


def raise_task(
    session: Session, *, kind: str, text: str, message_id: int | None, entry_id: int | None, now: datetime
) -> Task:
    """Add a task for something that happened just now: where one was done already, it is open again and says so."""
    task, new = add_task(session, kind=kind, text=text, message_id=message_id, entry_id=entry_id, now=now)
    if new:
        return task
    row = fetch_locked(session, TaskRow, task.id)
    if row.done_at is not None:
        history.record(session, now=now, who="system", subject="task", subject_id=row.id, action="reopened")
    row.text, row.done_at, row.done_by = text, None, None
    return _value(row)


def list_tasks(session: Session, *, open_only: bool = True) -> list[Task]:
    """In the order in which they came up; `open_only` leaves out what is done."""
    chosen = select(TaskRow).order_by(TaskRow.id)
    if open_only:
        chosen = chosen.where(TaskRow.done_at.is_(None))
    return [_value(row) for row in session.scalars(chosen)]


def finish_task(session: Session, task_id: int, *, who: str, now: datetime) -> Task:
    """Note that a task is done; whoever was first stays. Raises NotFound."""
    row = fetch_locked(session, TaskRow, task_id)
    if row.done_at is None:
        row.done_at, row.done_by = now, who
        history.record(session, now=now, who=who, subject="task", subject_id=task_id, action="done")
    return _value(row)


def _value(row: TaskRow) -> Task:
    return Task(**{name: getattr(row, name) for name in Task.__dataclass_fields__})
