"""Who read or took out personal data: what about and when, never the data itself."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from klimapartner.storage.engine import Session
from klimapartner.storage.tables import AccessRow


@dataclass(frozen=True, slots=True)
class Access:
    """One read; `subject` is entry, message, outbox, chat, offer, person or register."""

    id: int
    at: datetime
    who: str
    action: str
    subject: str
    subject_id: int
    detail: str


def note_access(
    session: Session, *, now: datetime, who: str, action: str, subject: str, subject_id: int = 0, detail: str = ""
) -> None:
    """Add one line; `detail` must hold no personal data."""
    row = AccessRow(at=now, who=who, action=action, subject=subject, subject_id=subject_id, detail=detail)
    session.add(row)


def list_accesses(session: Session, *, limit: int = 200, offset: int = 0) -> list[Access]:
    """Newest first."""
    rows = session.scalars(select(AccessRow).order_by(AccessRow.id.desc()).limit(limit).offset(offset))
    return [Access(r.id, r.at, r.who, r.action, r.subject, r.subject_id, r.detail) for r in rows]
