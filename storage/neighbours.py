"""The entries before and after one, in the order in which they came in."""

from sqlalchemy import select, tuple_

from klimapartner.storage.engine import Session
from klimapartner.storage.entries import Entry
from klimapartner.storage.tables import EntryRow


def neighbours(session: Session, entry: Entry) -> tuple[int | None, int | None]:
    """The ids of the entries that came just before and just after, None at the ends."""
    key, here = tuple_(EntryRow.received_at, EntryRow.id), (entry.received_at, entry.id)
    before = select(EntryRow.id).where(key < here).order_by(EntryRow.received_at.desc(), EntryRow.id.desc())
    after = select(EntryRow.id).where(key > here).order_by(EntryRow.received_at, EntryRow.id)
    return session.scalars(before.limit(1)).first(), session.scalars(after.limit(1)).first()
