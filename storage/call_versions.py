"""A call's data as staff edited it: every version is kept, the newest one counts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, select

from klimapartner.storage import history
from klimapartner.storage.engine import Session
from klimapartner.storage.errors import Conflict
from klimapartner.storage.sql import fetch, lock, table_of
from klimapartner.storage.tables import CallVersionRow

_versions = table_of(CallVersionRow)
_NEWEST = select(func.max(_versions.c.id)).where(_versions.c.call == bindparam("of"))


@dataclass(frozen=True, slots=True)
class CallVersion:
    """One version: the texts of the call's files by name."""

    id: int
    call: str
    files: Mapping[str, str]
    who: str
    note: str
    created_at: datetime


def newest_version(session: Session, call: str) -> CallVersion | None:
    """The version that counts, None where staff have changed nothing."""
    chosen = select(CallVersionRow).where(CallVersionRow.call == call).order_by(CallVersionRow.id.desc()).limit(1)
    row = session.scalars(chosen).first()
    return None if row is None else _value(row)


def newest_number(session: Session, call: str) -> int:
    """The id of the version that counts, 0 where staff have changed nothing."""
    return session.scalar(_NEWEST, {"of": call}) or 0


def list_versions(session: Session, call: str) -> list[CallVersion]:
    """Newest first."""
    chosen = select(CallVersionRow).where(CallVersionRow.call == call).order_by(CallVersionRow.id.desc())
    return [_value(row) for row in session.scalars(chosen)]


def get_version(session: Session, version_id: int) -> CallVersion:
    """Raises NotFound."""
    return _value(fetch(session, CallVersionRow, version_id))


def add_version(
    session: Session, *, call: str, files: Mapping[str, str], base: int, note: str, who: str, now: datetime
) -> CallVersion:
    """Make a version the newest one; `base` is the id of the one that it was made from, 0 for the files on disk.

    Raises Conflict where somebody else has made a newer one since.
    """
    lock(session, "call", call)
    newest = newest_version(session, call)
    if base != (newest.id if newest else 0):
        raise Conflict("Someone else changed the call in the meantime; look at it again.")
    row = CallVersionRow(call=call, files=dict(files), who=who, note=note, created_at=now)
    session.add(row)
    session.flush()
    history.record(session, now=now, who=who, subject="call", subject_id=row.id, action="changed", field=call)
    return _value(row)


def _value(row: CallVersionRow) -> CallVersion:
    return CallVersion(row.id, row.call, row.files, row.who, row.note, row.created_at)
