"""Changing a mail that waits: only before its first try, since what may have left cannot be changed any more."""

from datetime import datetime

from sqlalchemy import select

from klimapartner.storage import history
from klimapartner.storage.engine import Session
from klimapartner.storage.errors import Conflict, WrongState
from klimapartner.storage.outbox_values import OutboxMail, mail_of
from klimapartner.storage.sql import fetch_locked
from klimapartner.storage.tables import OutboxRow


def edit_mail(
    session: Session, mail_id: int, *, subject: str, body_text: str, expected_body: str, who: str, now: datetime
) -> OutboxMail:
    """Change subject and text of a queued or held mail; the history says that it was changed, not from what.

    Raises NotFound, WrongState once it was begun, Conflict where the text is no longer `expected_body`.
    """
    row = fetch_locked(session, OutboxRow, mail_id)
    if row.state not in ("queued", "held") or row.lease_owner is not None or row.attempts:
        raise WrongState(f"A mail that is {row.state} cannot be changed any more.")
    if row.body_text != expected_body:
        raise Conflict("Someone else changed this mail in the meantime; look at it again.")
    if (row.subject, row.body_text) != (subject, body_text):
        row.subject, row.body_text = subject, body_text
        history.record(session, now=now, who=who, subject="outbox", subject_id=mail_id, action="edited")
    return mail_of(row)


def mails_of_entry(session: Session, entry_id: int) -> list[OutboxMail]:
    """Our mails about an entry, oldest first."""
    chosen = select(OutboxRow).where(OutboxRow.entry_id == entry_id).order_by(OutboxRow.id)
    return [mail_of(row) for row in session.scalars(chosen)]
