"""What staff decided on proposed pairs of an entry and an offer."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from klimapartner.storage import history
from klimapartner.storage.engine import Session
from klimapartner.storage.errors import StorageError
from klimapartner.storage.offers import set_offer_status
from klimapartner.storage.readings import latest_reading
from klimapartner.storage.sql import fetch, find
from klimapartner.storage.states import MATCH_STATES, MatchState
from klimapartner.storage.tables import EntryRow, MatchRow, OfferRow


@dataclass(frozen=True, slots=True)
class Match:
    """A decision on a pair."""

    id: int
    entry_id: int
    offer_id: int
    state: MatchState
    who: str
    at: datetime


def decide_match(
    session: Session, *, entry_id: int, offer_id: int, state: MatchState, who: str, now: datetime
) -> tuple[Match, bool]:
    """Accept or reject a pair, once; a later decision replaces the earlier one. True where something changed.

    Raises NotFound for an entry or offer that is not there.
    """
    if state not in MATCH_STATES:
        raise StorageError(f"There is no state {state}; use one of {', '.join(MATCH_STATES)}.")
    fetch(session, EntryRow, entry_id)
    fetch(session, OfferRow, offer_id)
    row = find(session, MatchRow, MatchRow.entry_id == entry_id, MatchRow.offer_id == offer_id)
    if row is not None and row.state == state:
        return _value(row), False
    if row is None:
        row = MatchRow(entry_id=entry_id, offer_id=offer_id, state=state, who=who, at=now)
        session.add(row)
    row.state, row.who, row.at = state, who, now
    session.flush()
    history.record(
        session, now=now, who=who, subject="entry", subject_id=entry_id, action=f"match {state}", new=offer_id
    )
    if state == "accepted":
        set_offer_status(session, offer_id, status="matched", actor=who, now=now)
    return _value(row), True


def list_matches(session: Session) -> list[Match]:
    """All decisions, oldest first."""
    return [_value(row) for row in session.scalars(select(MatchRow).order_by(MatchRow.id))]


def get_offer_language(session: Session, offer_id: int) -> str:
    """The language of the offer's first message as it was read, '' where that is not known."""
    reading = latest_reading(session, fetch(session, OfferRow, offer_id).message_id)
    return str(reading.body.get("language", "")) if reading else ""


def _value(row: MatchRow) -> Match:
    return Match(row.id, row.entry_id, row.offer_id, row.state, row.who, row.at)
