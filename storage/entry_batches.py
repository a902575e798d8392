"""Many entries in a given order, without having all of them in memory at once."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import select

from klimapartner.storage.engine import Session
from klimapartner.storage.entries import Entry, StoredField
from klimapartner.storage.tables import EntryRow, FieldRow

_COLUMNS = tuple(name for name in Entry.__dataclass_fields__ if name != "fields")
_FIELD_COLUMNS = tuple(StoredField.__dataclass_fields__)


def entries_by_ids(session: Session, ids: Sequence[int]) -> list[Entry]:
    """The entries with these ids (a few hundred at the most) in their order; those merged away are left out."""
    fields = _fields(session, ids)
    # Plain columns: objects that could be changed would cost twice the time.
    rows = session.execute(select(*(getattr(EntryRow, name) for name in _COLUMNS)).where(EntryRow.id.in_(ids)))
    found = {row.id: Entry(**row._mapping, fields=fields.get(row.id, {})) for row in rows}
    return [found[one] for one in ids if one in found]


def _fields(session: Session, ids: Sequence[int]) -> dict[int, dict[str, StoredField]]:
    columns = (getattr(FieldRow, name) for name in ("entry_id", "field", *_FIELD_COLUMNS))
    rows = session.execute(select(*columns).where(FieldRow.entry_id.in_(ids)).order_by(FieldRow.field))
    found: dict[int, dict[str, StoredField]] = defaultdict(dict)
    for row in rows:
        found[row[0]][row[1]] = StoredField(*row[2:])
    return found
