"""What a watcher asks of the register: which entries came or changed since a moment."""

from datetime import datetime

from sqlalchemy import or_, select

from klimapartner.storage.engine import Session
from klimapartner.storage.tables import EntryRow, HistoryRow


def entries_to_look_at(session: Session, *, since: datetime) -> list[int]:
    """Ids of entries that were made since then and are new or uncertain, oldest first."""
    open_ones = or_(EntryRow.status == "new", EntryRow.uncertain.is_(True))
    chosen = select(EntryRow.id).where(EntryRow.created_at >= since, open_ones)
    return list(session.scalars(chosen.order_by(EntryRow.id)))


def entries_changed(session: Session, *, since: datetime) -> list[int]:
    """Ids of entries of which the history tells something since then, also where they are gone by now."""
    chosen = select(HistoryRow.subject_id).where(HistoryRow.subject == "entry", HistoryRow.at >= since)
    return sorted(set(session.scalars(chosen)))
