"""Numbers about the work in hand, for metrics: how much is in each state, and how long the oldest has waited."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select

from klimapartner.storage.accesses import SIGN_IN
from klimapartner.storage.engine import Session
from klimapartner.storage.states import (
    DELETION_STATES,
    DELIVERY_STATES,
    ENTRY_STATUSES,
    LINE_STATES,
    MESSAGE_STATES,
    OUTBOX_STATES,
    UPDATE_STATES,
)
from klimapartner.storage.tables import (
    AccessRow,
    ChatLineRow,
    ChatUpdateRow,
    DeletionRow,
    DeliveryRow,
    EntryRow,
    MessageRow,
    OutboxRow,
    SessionRow,
    TaskRow,
    UserRow,
)

_STATES: dict[str, tuple[Any, tuple[str, ...]]] = {
    "messages": (MessageRow.state, MESSAGE_STATES),
    "outbox": (OutboxRow.state, OUTBOX_STATES),
    "entries": (EntryRow.status, ENTRY_STATUSES),
    "chat_updates": (ChatUpdateRow.state, UPDATE_STATES),
    "chat_lines": (ChatLineRow.state, LINE_STATES),
    "webhook_deliveries": (DeliveryRow.state, DELIVERY_STATES),
    "mailbox_deletions": (DeletionRow.state, DELETION_STATES),
}


@dataclass(frozen=True, slots=True)
class DoorFigures:
    """The door of the console: open sessions, locked users, and how often which thing happened there lately."""

    sessions: int
    locked: int
    events: Mapping[str, int]


def states_of(session: Session, what: str) -> dict[str, int]:
    """How many rows of one kind (messages, outbox, entries, chat_updates …) are in each state, none as 0."""
    column, states = _STATES[what]
    found = {row[0]: row[1] for row in session.execute(select(column, func.count()).group_by(column))}
    return {state: found.get(state, 0) for state in states}


def oldest_waiting(session: Session, *, now: datetime) -> dict[str, float]:
    """Seconds that the oldest due row of each queue has waited, 0 where nothing waits."""
    queues: dict[str, tuple[Any, tuple[ColumnElement[bool], ...]]] = {
        "read": (MessageRow.stored_at, (MessageRow.state.in_(("received", "reading")), MessageRow.next_try_at <= now)),
        "send": (OutboxRow.created_at, (OutboxRow.state.in_(("queued", "sending")), OutboxRow.next_try_at <= now)),
        "staff": (OutboxRow.created_at, (OutboxRow.state == "held",)),
        "chat": (ChatUpdateRow.received_at, (ChatUpdateRow.state == "received",)),
        "chat_lines": (ChatLineRow.created_at, (ChatLineRow.state.in_(("queued", "sending")),)),
        "webhooks": (DeliveryRow.created_at, (DeliveryRow.state.in_(("queued", "sending")),)),
        "mailbox_deletions": (DeletionRow.created_at, (DeletionRow.state != "done",)),
    }
    oldest = {name: session.scalar(select(func.min(since)).where(*due)) for name, (since, due) in queues.items()}
    return {name: max((now - since).total_seconds(), 0.0) if since else 0.0 for name, since in oldest.items()}


def open_tasks(session: Session) -> int:
    """Tasks that nobody has done yet."""
    return session.scalar(select(func.count()).select_from(TaskRow).where(TaskRow.done_at.is_(None))) or 0


def door_figures(session: Session, *, since: datetime, now: datetime) -> DoorFigures:
    """What happened at the door of the console; events since a moment."""
    sessions = select(func.count()).select_from(SessionRow).where(SessionRow.complete, SessionRow.expires_at > now)
    locked = select(func.count()).select_from(UserRow).where(UserRow.locked_until > now)
    events = select(AccessRow.action, func.count()).where(AccessRow.subject == SIGN_IN, AccessRow.at >= since)
    events = events.group_by(AccessRow.action)
    told = {row[0]: row[1] for row in session.execute(events)}
    return DoorFigures(session.scalar(sessions) or 0, session.scalar(locked) or 0, told)
