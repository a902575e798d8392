"""Files that wait for a second step, such as a sheet between preview and import; kept for a day, for their owner."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete

from klimapartner.storage.engine import Session
from klimapartner.storage.errors import NotFound
from klimapartner.storage.sql import find
from klimapartner.storage.tables import StoredFileRow

KEPT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file as it was sent."""

    id: int
    kind: str
    name: str
    content: bytes
    created_at: datetime


def keep_file(session: Session, user_id: int, *, kind: str, name: str, content: bytes, now: datetime) -> int:
    """Keep a file for its owner; the owner's earlier one of this kind, and all that are too old, are deleted."""
    drop_old_files(session, now=now)
    session.execute(delete(StoredFileRow).where(StoredFileRow.user_id == user_id, StoredFileRow.kind == kind))
    row = StoredFileRow(user_id=user_id, kind=kind, name=name, content=content, created_at=now)
    session.add(row)
    session.flush()
    return row.id


def get_file(session: Session, file_id: int, *, user_id: int, kind: str, now: datetime) -> StoredFile:
    """Raises NotFound, also for somebody else's file and for one that is too old."""
    row = find(session, StoredFileRow, StoredFileRow.id == file_id, StoredFileRow.user_id == user_id)
    if row is None or row.kind != kind or row.created_at + KEPT <= now:
        raise NotFound("The file is not there any more; send it again.")
    return StoredFile(row.id, row.kind, row.name, row.content, row.created_at)


def drop_file(session: Session, file_id: int, *, user_id: int) -> None:
    """Delete a file of the user."""
    session.execute(delete(StoredFileRow).where(StoredFileRow.id == file_id, StoredFileRow.user_id == user_id))


def drop_old_files(session: Session, *, now: datetime) -> None:
    """Delete what has waited for more than a day."""
    session.execute(delete(StoredFileRow).where(StoredFileRow.created_at <= now - KEPT))
