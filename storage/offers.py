"""Municipalities of the Global South that look for a German partner: a list of its own, never register entries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from klimapartner.storage import history
from klimapartner.storage.engine import Session
from klimapartner.storage.errors import StorageError
from klimapartner.storage.names import normalise_name
from klimapartner.storage.sql import clip, fetch_locked, find, insert_if_new
from klimapartner.storage.states import OFFER_STATUSES, OfferStatus
from klimapartner.storage.tables import OfferRow
from klimapartner.storage.webhooks import tell


@dataclass(frozen=True, slots=True)
class Offer:
    """An offer; `country` is ISO 3166-1 alpha-2 or '', `message_id` the first message about it."""

    id: int
    call: str
    name: str
    country: str
    message_id: int
    contact_name: str
    contact_email: str
    contact_phone: str
    topics: Sequence[str]
    reference: str
    status: OfferStatus
    created_at: datetime
    updated_at: datetime


def add_offer(
    session: Session,
    *,
    call: str,
    name: str,
    country: str,
    message_id: int,
    contact_name: str = "",
    contact_email: str = "",
    contact_phone: str = "",
    topics: Sequence[str] = (),
    reference: str = "",
    now: datetime,
) -> tuple[Offer, bool]:
    """Keep an offer, one a call, name and country; an offer without a name is one a message.

    A further message only fills in what was empty.
    """
    key = clip(normalise_name(name)) or f"message:{message_id}"
    country = clip(country)
    values: dict[str, Any] = {"call": call, "name": name, "name_key": key, "country": country, "topics": list(topics)}
    details = {"contact_name": contact_name, "contact_email": contact_email, "contact_phone": contact_phone}
    values |= {**details, "message_id": message_id, "reference": reference, "status": "new"}
    values |= {"created_at": now, "updated_at": now}
    new = insert_if_new(session, OfferRow, values, ("call", "name_key", "country"))
    row = find(session, OfferRow, OfferRow.call == call, OfferRow.name_key == key, OfferRow.country == country)
    assert row is not None
    if new:
        history.record(session, now=now, who="system", subject="offer", subject_id=row.id, action="created", new=name)
        tell(session, "offer.created", subject_id=row.id, now=now)
    else:
        _complete(row, details, topics, now)
    return _value(row), new


def list_offers(session: Session, call: str | None = None) -> list[Offer]:
    """In the order in which they came in."""
    chosen = select(OfferRow).order_by(OfferRow.id)
    if call is not None:
        chosen = chosen.where(OfferRow.call == call)
    return [_value(row) for row in session.scalars(chosen)]


def set_offer_status(session: Session, offer_id: int, *, status: OfferStatus, actor: str, now: datetime) -> Offer:
    """Move an offer on. Raises NotFound."""
    if status not in OFFER_STATUSES:
        raise StorageError(f"There is no status {status}; use one of {', '.join(OFFER_STATUSES)}.")
    row = fetch_locked(session, OfferRow, offer_id)
    if row.status != status:
        history.record(
            session,
            now=now,
            who=actor,
            subject="offer",
            subject_id=offer_id,
            action="changed",
            field="status",
            old=row.status,
            new=status,
        )
        row.status, row.updated_at = status, now
    return _value(row)


def _complete(row: OfferRow, details: dict[str, str], topics: Sequence[str], now: datetime) -> None:
    missing = {name: value for name, value in details.items() if value and not getattr(row, name)}
    further = [topic for topic in topics if topic not in row.topics]
    for name, value in missing.items():
        setattr(row, name, value)
    if further:
        row.topics = [*row.topics, *further]
    if missing or further:
        row.updated_at = now


def _value(row: OfferRow) -> Offer:
    return Offer(**{name: getattr(row, name) for name in Offer.__dataclass_fields__})
