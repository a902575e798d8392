"""Addresses that are told what happens: kept here, and told in the same transaction as the change itself."""

import base64
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from sqlalchemy import delete, select

from klimapartner.storage import history
from klimapartner.storage.engine import Session
from klimapartner.storage.errors import StorageError
from klimapartner.storage.sql import fetch, fetch_locked, table_of
from klimapartner.storage.tables import DeliveryRow, WebhookRow

Event = Literal["entry.created", "entry.changed", "entry.withdrawn", "offer.created", "task.created"]
EVENTS: tuple[Event, ...] = get_args(Event)
TEST = "test"
_SECRET_BYTES = 32
_webhooks = table_of(WebhookRow)
_LISTENING = select(_webhooks.c.id, _webhooks.c.events).where(_webhooks.c.active.is_(True))


@dataclass(frozen=True, slots=True)
class Webhook:
    """An address; `secret` signs what is sent to it ("whsec_" and base64, as standardwebhooks.com has it)."""

    id: int
    url: str
    secret: str
    events: Sequence[str]
    active: bool
    created_by: str
    created_at: datetime


def add_webhook(session: Session, *, url: str, events: Collection[Event], who: str, now: datetime) -> Webhook:
    """Tell an address of these events from now on."""
    if not events or not set(events) <= set(EVENTS):
        raise StorageError(f"A webhook needs events of these: {', '.join(EVENTS)}.")
    secret = "whsec_" + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()
    wanted = [one for one in EVENTS if one in events]
    row = WebhookRow(url=url, secret=secret, events=wanted, active=True, created_by=who, created_at=now)
    session.add(row)
    session.flush()
    history.record(session, now=now, who=who, subject="webhook", subject_id=row.id, action="created", new=wanted)
    return _value(row)


def list_webhooks(session: Session) -> list[Webhook]:
    """All, newest first."""
    return [_value(row) for row in session.scalars(select(WebhookRow).order_by(WebhookRow.id.desc()))]


def get_webhook(session: Session, webhook_id: int) -> Webhook:
    """Raises NotFound."""
    return _value(fetch(session, WebhookRow, webhook_id))


def drop_webhook(session: Session, webhook_id: int, *, who: str, now: datetime) -> None:
    """Forget an address and what was on its way to it; raises NotFound."""
    row = fetch_locked(session, WebhookRow, webhook_id)
    session.execute(delete(DeliveryRow).where(DeliveryRow.webhook_id == webhook_id))
    session.delete(row)
    session.flush()
    history.record(session, now=now, who=who, subject="webhook", subject_id=webhook_id, action="dropped")


def tell(session: Session, event: Event, *, subject_id: int, now: datetime) -> None:
    """Queue an event for every address that wants it: ids and kinds only, no personal data."""
    session.flush()
    for webhook_id, events in session.execute(_LISTENING):
        if event in events:
            session.add(_delivery(webhook_id, event, subject_id, now))


def send_test(session: Session, webhook_id: int, *, now: datetime) -> None:
    """Queue an event that says nothing but that the address is reached; raises NotFound."""
    fetch(session, WebhookRow, webhook_id)
    session.add(_delivery(webhook_id, TEST, webhook_id, now))


def _delivery(webhook_id: int, event: str, subject_id: int, now: datetime) -> DeliveryRow:
    subject = "webhook" if event == TEST else event.partition(".")[0]
    body = {"type": event, "timestamp": now.isoformat(), "data": {"subject": subject, "id": subject_id}}
    return DeliveryRow(
        webhook_id=webhook_id, event=event, body=body, state="queued", attempts=0, next_try_at=now, error="",
        created_at=now,
    )  # fmt: skip


def _value(row: WebhookRow) -> Webhook:
    return Webhook(**{name: getattr(row, name) for name in Webhook.__dataclass_fields__})
