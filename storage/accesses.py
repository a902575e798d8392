"""Who read or took out personal data, and who signed in: what about and when, never the data itself."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select

from klimapartner.storage.engine import Session
from klimapartner.storage.tables import AccessRow

SIGN_IN = "user"
SIGNED_IN = "signed in"


@dataclass(frozen=True, slots=True)
class Access:
    """One read; `subject` is entry, message, outbox, chat, offer, person or register; user for signing in."""

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
    """Everything, newest first."""
    return _accesses(session, limit, offset)


def list_reads(session: Session, *, who: str = "", limit: int = 200, offset: int = 0) -> list[Access]:
    """Reads of personal data (by one person), newest first."""
    return _accesses(session, limit, offset, AccessRow.subject != SIGN_IN, *([AccessRow.who == who] if who else []))


def list_sign_ins(session: Session, *, who: str = "", limit: int = 200, offset: int = 0) -> list[Access]:
    """What happened at the door (to one person), newest first."""
    return _accesses(session, limit, offset, AccessRow.subject == SIGN_IN, *([AccessRow.who == who] if who else []))


def last_sign_ins(session: Session) -> dict[int, datetime]:
    """When each user was let in last, by the user's number."""
    chosen = select(AccessRow.subject_id, func.max(AccessRow.at)).where(
        AccessRow.subject == SIGN_IN, AccessRow.action == SIGNED_IN
    )
    return dict(session.execute(chosen.group_by(AccessRow.subject_id)).tuples().all())


def _accesses(session: Session, limit: int, offset: int, *conditions: ColumnElement[bool]) -> list[Access]:
    rows = session.scalars(
        select(AccessRow).where(*conditions).order_by(AccessRow.id.desc()).limit(limit).offset(offset)
    )
    return [Access(r.id, r.at, r.who, r.action, r.subject, r.subject_id, r.detail) for r in rows]
