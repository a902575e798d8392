"""Filters of the register that staff keep under a name."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, or_, select

from klimapartner.storage.engine import Session
from klimapartner.storage.sql import find
from klimapartner.storage.tables import SavedViewRow


@dataclass(frozen=True, slots=True)
class SavedView:
    """A filter; `query` is the query string of the register's address, `own` whether the asking user made it."""

    id: int
    name: str
    query: str
    shared: bool
    own: bool


def save_view(session: Session, user_id: int, *, name: str, query: str, shared: bool, now: datetime) -> None:
    """Keep a filter; the same name of the same user is replaced."""
    row = find(session, SavedViewRow, SavedViewRow.user_id == user_id, SavedViewRow.name == name)
    if row is None:
        session.add(SavedViewRow(user_id=user_id, name=name, query=query, shared=shared, created_at=now))
    else:
        row.query, row.shared = query, shared


def list_views(session: Session, user_id: int) -> list[SavedView]:
    """The user's own views and those that others share, by name."""
    seen = or_(SavedViewRow.user_id == user_id, SavedViewRow.shared.is_(True))
    rows = session.scalars(select(SavedViewRow).where(seen).order_by(SavedViewRow.name, SavedViewRow.id))
    return [SavedView(row.id, row.name, row.query, row.shared, row.user_id == user_id) for row in rows]


def drop_view(session: Session, view_id: int, *, user_id: int) -> None:
    """Forget one of the user's own views."""
    session.execute(delete(SavedViewRow).where(SavedViewRow.id == view_id, SavedViewRow.user_id == user_id))
