"""Many entries in a given order, without having all of them in memory at once."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from klimapartner.storage.engine import Session
from klimapartner.storage.entries import Entry, entry_of
from klimapartner.storage.tables import EntryRow


def entries_by_ids(session: Session, ids: Sequence[int]) -> list[Entry]:
    """The entries with these ids (a few hundred at the most) in their order; those merged away are left out."""
    rows = session.scalars(select(EntryRow).where(EntryRow.id.in_(ids)).options(selectinload(EntryRow.fields)))
    found = {row.id: entry_of(row) for row in rows}
    session.expunge_all()
    return [found[one] for one in ids if one in found]
