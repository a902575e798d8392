"""Forms that were sent: what one asks for is done once, however often a browser sends it."""

from datetime import datetime, timedelta

from sqlalchemy import delete

from klimapartner.storage.engine import Session
from klimapartner.storage.sql import insert_if_new
from klimapartner.storage.tables import SentFormRow

# Longer than any page stays open with a session that still counts.
KEPT = timedelta(days=2)


def first_time(session: Session, key: str, *, now: datetime) -> bool:
    """Note that the form with this key was done, in the transaction in which it is; False where it was before."""
    session.execute(delete(SentFormRow).where(SentFormRow.at < now - KEPT))
    return insert_if_new(session, SentFormRow, {"key": key, "at": now}, ("key",))
