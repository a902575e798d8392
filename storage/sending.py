"""Sending as seen by the database: lend a mail, count the try, note that its last byte goes, note the end after.

Before its last byte no server delivers a mail, so a sender that dies until then has sent nothing. Between that byte and
the last note lies a gap that no database closes: a mail found in it is "uncertain", never resent by itself.
"""

from datetime import datetime, timedelta

from sqlalchemy import select

from klimapartner.storage import history
from klimapartner.storage.engine import Session
from klimapartner.storage.errors import LeaseLost, WrongState
from klimapartner.storage.outbox_values import OutboxMail, mail_of
from klimapartner.storage.sql import fetch_locked, lease_is_free, unclaimed
from klimapartner.storage.states import OutboxState
from klimapartner.storage.tables import OutboxRow

_GAP = "the sender was interrupted while sending; the mail may have arrived"


def claim_due(session: Session, *, owner: str, now: datetime, lease: timedelta, limit: int = 10) -> list[OutboxMail]:
    """Lend up to `limit` queued mails that are due to `owner`, each to one owner at a time."""
    expire_sending(session, now=now)
    due = select(OutboxRow).where(
        OutboxRow.state == "queued", OutboxRow.next_try_at <= now, lease_is_free(OutboxRow.lease_until, now)
    )
    rows = session.scalars(unclaimed(due.order_by(OutboxRow.next_try_at, OutboxRow.id), limit)).all()
    for row in rows:
        row.lease_owner, row.lease_until = owner, now + lease
    return [mail_of(row) for row in rows]


def expire_sending(session: Session, *, now: datetime) -> list[OutboxMail]:
    """Mails whose sender died while sending become uncertain; returns them, for an alarm."""
    lost = select(OutboxRow).where(OutboxRow.state == "sending", lease_is_free(OutboxRow.lease_until, now))
    rows = session.scalars(unclaimed(lost.order_by(OutboxRow.id), 1000)).all()
    for row in rows:
        _end(session, row, "uncertain", _GAP, now)
    return [mail_of(row) for row in rows]


def begin_try(session: Session, mail_id: int, *, owner: str, now: datetime, lease: timedelta) -> OutboxMail:
    """Count the try before the SMTP dialogue, so that a mail which kills the process counts too; the lease starts anew.

    Raises LeaseLost when the mail is no longer lent to `owner`, or was held in the meantime.
    """
    row = _held(session, mail_id, owner, "queued")
    row.lease_until = now + lease
    row.attempts += 1
    return mail_of(row)


def mark_sending(session: Session, mail_id: int, *, owner: str, now: datetime, lease: timedelta) -> OutboxMail:
    """Note that the end of the text goes next; commit it before that. Raises LeaseLost as begin_try."""
    row = _held(session, mail_id, owner, "queued")
    row.state, row.lease_until = "sending", now + lease
    return mail_of(row)


def mark_sent(session: Session, mail_id: int, *, owner: str, now: datetime) -> OutboxMail:
    """Note that the server took the mail. Also right after its lease ran out: it was sent all the same."""
    row = fetch_locked(session, OutboxRow, mail_id)
    if row.state not in ("sending", "uncertain", "sent"):
        raise WrongState(f"Mail {mail_id} is {row.state}, not sending.")
    if row.state != "sent":
        row.sent_at = now
        _end(session, row, "sent", "", now)
    return mail_of(row)


def mark_retry(
    session: Session, mail_id: int, *, owner: str, now: datetime, error: str, next_try_at: datetime
) -> OutboxMail:
    """Note a failure that may pass: the server did not take the mail, and it is tried again at `next_try_at`."""
    row = _held(session, mail_id, owner, "queued", "sending")
    row.state, row.last_error, row.next_try_at = "queued", error, next_try_at
    row.lease_owner, row.lease_until = None, None
    return mail_of(row)


def mark_failed(session: Session, mail_id: int, *, owner: str, now: datetime, error: str) -> OutboxMail:
    """Note that the server refused the mail for good."""
    row = _held(session, mail_id, owner, "queued", "sending")
    _end(session, row, "failed", error, now)
    return mail_of(row)


def mark_uncertain(session: Session, mail_id: int, *, owner: str, now: datetime, error: str) -> OutboxMail:
    """Note that the connection broke after the data: the mail may have arrived, a person decides."""
    row = _held(session, mail_id, owner, "sending")
    _end(session, row, "uncertain", error, now)
    return mail_of(row)


def _held(session: Session, mail_id: int, owner: str, *states: OutboxState) -> OutboxRow:
    row = fetch_locked(session, OutboxRow, mail_id)
    if row.state not in states or row.lease_owner != owner:
        raise LeaseLost(f"Mail {mail_id} is {row.state} and not lent to {owner}.")
    return row


def _end(session: Session, row: OutboxRow, state: OutboxState, error: str, now: datetime) -> None:
    who = row.lease_owner or "system"
    row.state, row.last_error, row.lease_owner, row.lease_until = state, error, None, None
    history.record(session, now=now, who=who, subject="outbox", subject_id=row.id, action=state, new=error or None)
