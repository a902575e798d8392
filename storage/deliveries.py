"""Events on their way to webhooks: lent for a while, sent at least once, given up after the last attempt."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, delete, select

from klimapartner.storage.columns import Json
from klimapartner.storage.engine import Session
from klimapartner.storage.errors import LeaseLost
from klimapartner.storage.sql import fetch_locked, unclaimed
from klimapartner.storage.states import DeliveryState
from klimapartner.storage.tables import DeliveryRow, WebhookRow


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event for one address; while it is being sent `next_try_at` is when the lease ends."""

    id: int
    webhook_id: int
    event: str
    body: Mapping[str, Json]
    state: DeliveryState
    attempts: int
    next_try_at: datetime
    error: str
    created_at: datetime
    sent_at: datetime | None


def has_due(session: Session, *, now: datetime) -> bool:
    """Whether anything is due."""
    return session.scalars(_due(now).limit(1)).first() is not None


def claim_deliveries(session: Session, *, now: datetime, lease: timedelta, limit: int = 20) -> list[Delivery]:
    """Lend what is due, oldest first; what a dead sender left is lent again when its lease has ended."""
    rows = session.scalars(unclaimed(_due(now).order_by(DeliveryRow.next_try_at, DeliveryRow.id), limit)).all()
    for row in rows:
        row.state, row.next_try_at = "sending", now + lease
        row.attempts += 1
    return [_value(row) for row in rows]


def mark_delivered(session: Session, delivery: Delivery, *, now: datetime) -> None:
    """The address took it. Raises LeaseLost where somebody else has it now."""
    row = _held(session, delivery)
    row.state, row.sent_at, row.error = "sent", now, ""


def mark_undelivered(session: Session, delivery: Delivery, *, error: str, next_try_at: datetime | None) -> None:
    """The address did not take it; without a next try it is given up. Raises LeaseLost."""
    row = _held(session, delivery)
    row.error = error
    if next_try_at is None:
        row.state = "failed"
    else:
        row.state, row.next_try_at = "queued", next_try_at


def list_deliveries(session: Session, *, limit: int = 50) -> list[Delivery]:
    """The newest first."""
    return [_value(row) for row in session.scalars(select(DeliveryRow).order_by(DeliveryRow.id.desc()).limit(limit))]


def stop_webhook(session: Session, webhook_id: int) -> None:
    """Tell an address nothing more; what was on its way to it is given up."""
    fetch_locked(session, WebhookRow, webhook_id).active = False
    waiting = select(DeliveryRow).where(DeliveryRow.webhook_id == webhook_id, DeliveryRow.state == "queued")
    for row in session.scalars(waiting):
        row.state = "failed"


def drop_old_deliveries(session: Session, *, ended: datetime) -> None:
    """Forget what was sent or given up before a moment."""
    over = DeliveryRow.state.in_(("sent", "failed"))
    session.execute(delete(DeliveryRow).where(over, DeliveryRow.created_at < ended))


def _due(now: datetime) -> Select[DeliveryRow]:
    return select(DeliveryRow).where(DeliveryRow.state.in_(("queued", "sending")), DeliveryRow.next_try_at <= now)


def _held(session: Session, delivery: Delivery) -> DeliveryRow:
    row = fetch_locked(session, DeliveryRow, delivery.id)
    if row.state != "sending" or row.attempts != delivery.attempts:
        raise LeaseLost(f"Delivery {delivery.id} was taken over.")
    return row


def _value(row: DeliveryRow) -> Delivery:
    return Delivery(**{name: getattr(row, name) for name in Delivery.__dataclass_fields__})
