"""What is wrong at the moment, kept until it is well again: for alarms, metrics and doctor."""

from datetime import datetime

from klimapartner.storage.engine import Session
from klimapartner.storage.state import get_state, set_state
from klimapartner.storage.tasks import add_task, list_tasks


def note_trouble(session: Session, part: str, text: str, *, now: datetime) -> None:
    """Say that a part of the service fails; `text` is for the administrator and names no person."""
    set_state(session, f"trouble.{part}", text, now=now)


def clear_trouble(session: Session, part: str, *, now: datetime) -> None:
    """Say that a part works."""
    if trouble_of(session, part):
        set_state(session, f"trouble.{part}", "", now=now)


def trouble_of(session: Session, part: str) -> str:
    """What is wrong with a part, '' where nothing is."""
    return str(get_state(session, f"trouble.{part}") or "")


def task_once(session: Session, *, kind: str, text: str, now: datetime) -> None:
    """A task of this kind, unless one is open: what fails every minute is one task."""
    if not any(task.kind == kind for task in list_tasks(session)):
        add_task(session, kind=kind, text=text, now=now)
