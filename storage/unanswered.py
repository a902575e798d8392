"""Messages that got no answer, and why: nobody may fall through in silence."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from klimapartner.storage import history
from klimapartner.storage.engine import Session
from klimapartner.storage.errors import NotFound
from klimapartner.storage.sql import find, insert_if_new
from klimapartner.storage.tables import UnansweredRow


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A message without an answer; `code` is a short name of the rule, `reason` one sentence for staff."""

    id: int
    message_id: int
    code: str
    reason: str
    created_at: datetime
    answered_at: datetime | None
    answered_by: str | None


def add_unanswered(
    session: Session, *, message_id: int, code: str, reason: str, now: datetime
) -> tuple[Unanswered, bool]:
    """Note why a message gets no answer; the first reason stays."""
    values = {"message_id": message_id, "code": code, "reason": reason, "created_at": now}
    new = insert_if_new(session, UnansweredRow, values, ("message_id",))
    return _value(_of(session, message_id)), new


def list_unanswered(session: Session, *, open_only: bool = True) -> list[Unanswered]:
    """In the order in which they were noted; `open_only` leaves out what a person answered."""
    chosen = select(UnansweredRow).order_by(UnansweredRow.id)
    if open_only:
        chosen = chosen.where(UnansweredRow.answered_at.is_(None))
    return [_value(row) for row in session.scalars(chosen)]


def mark_answered(session: Session, message_id: int, *, who: str, now: datetime) -> Unanswered:
    """Note that a person answered; the first one stays. Raises NotFound."""
    row = _of(session, message_id)
    if row.answered_at is None:
        row.answered_at, row.answered_by = now, who
        history.record(session, now=now, who=who, subject="message", subject_id=message_id, action="answered")
    return _value(row)


def _of(session: Session, message_id: int) -> UnansweredRow:
    row = find(session, UnansweredRow, UnansweredRow.message_id == message_id)
    if row is None:
        raise NotFound(f"Message {message_id} is not among the unanswered ones.")
    return row


def _value(row: UnansweredRow) -> Unanswered:
    return Unanswered(row.id, row.message_id, row.code, row.reason, row.created_at, row.answered_at, row.answered_by)
