"""Who works on which message: a row is lent for a while; what a dead worker left is taken up again."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Select, bindparam, or_, select, update

from klimapartner.storage import history
from klimapartner.storage.engine import Session
from klimapartner.storage.errors import LeaseLost
from klimapartner.storage.messages import StoredMessage, stored_all
from klimapartner.storage.sql import fetch_locked, lease_is_free, table_of, unclaimed
from klimapartner.storage.states import MessageState
from klimapartner.storage.tables import MessageRow

MAX_ATTEMPTS = 5
_messages = table_of(MessageRow)
_FINISH = (
    update(_messages)
    .where(
        _messages.c.id == bindparam("of"), _messages.c.state == "reading", _messages.c.lease_owner == bindparam("by")
    )
    .values(state="done", state_reason=bindparam("reason"), lease_owner=None, lease_until=None)
    .returning(_messages.c.id)
)


def claim_messages(
    session: Session, *, owner: str, now: datetime, lease: timedelta, limit: int = 10, max_attempts: int = MAX_ATTEMPTS
) -> list[StoredMessage]:
    """Lend up to `limit` messages to `owner`, oldest first, each to one owner at a time.

    The attempt is counted here, so that a message which kills the process counts too; one that was tried
    `max_attempts` times is buried instead.
    """
    due = select(MessageRow).where(
        or_(MessageRow.state == "received", MessageRow.state == "reading"),
        MessageRow.next_try_at <= now,
        lease_is_free(MessageRow.lease_until, now),
    )
    rows = session.scalars(unclaimed(due.order_by(MessageRow.id), limit)).all()
    spent = [row for row in rows if row.attempts >= max_attempts]
    for row in spent:
        _bury(session, row, f"given up after {row.attempts} attempts: {row.state_reason or 'the work broke off'}", now)
    lent = [row for row in rows if row.attempts < max_attempts]
    for row in lent:
        row.state, row.lease_owner, row.lease_until = "reading", owner, now + lease
        row.attempts += 1
    return stored_all(lent)


def keep_messages(session: Session, ids: Sequence[int], *, owner: str, now: datetime, lease: timedelta) -> list[int]:
    """Lend for another `lease` what `owner` still has of these messages, for work that takes longer; which those are.

    A row that another transaction holds is being finished just now, and is left alone.
    """
    mine = select(MessageRow).where(
        MessageRow.id.in_(ids), MessageRow.state == "reading", MessageRow.lease_owner == owner
    )
    rows = session.scalars(unclaimed(mine.order_by(MessageRow.id), len(ids))).all()
    for row in rows:
        row.lease_until = now + lease
    return [row.id for row in rows]


def finish_message(session: Session, message_id: int, *, owner: str, now: datetime, reason: str = "") -> None:
    """Done, in the same transaction as all that came of it. Raises LeaseLost when another worker has it now."""
    session.flush()
    closed = session.scalar(_FINISH, {"of": message_id, "by": owner, "reason": reason})
    if closed is None:
        raise LeaseLost(f"Message {message_id} is no longer lent to {owner}.")
    history.record(session, now=now, who=owner, subject="message", subject_id=message_id, action="done", new=reason)


def fail_message(
    session: Session,
    message_id: int,
    *,
    owner: str,
    now: datetime,
    reason: str,
    retry_after: timedelta,
    max_attempts: int = MAX_ATTEMPTS,
) -> MessageState:
    """Give a message back after a failure: "received", to be tried again later, or "dead" after the last attempt."""
    row = _held(session, message_id, owner)
    if row.attempts >= max_attempts:
        _bury(session, row, reason, now)
    else:
        _close(row, "received", reason)
        row.next_try_at = now + retry_after
    return row.state


def bury_message(session: Session, message_id: int, *, reason: str, now: datetime) -> None:
    """Make a dead letter of a message: kept as it came, with the reason, until staff retry it."""
    _bury(session, fetch_locked(session, MessageRow, message_id), reason, now)


def list_dead(session: Session) -> list[StoredMessage]:
    """All dead letters, oldest first."""
    return stored_all(session.scalars(_dead()).all())


def retry_dead(session: Session, ids: Sequence[int] | None, *, now: datetime) -> int:
    """Try these dead letters (all for None) again, with all attempts before them; returns how many there were."""
    chosen = _dead() if ids is None else _dead().where(MessageRow.id.in_(ids))
    rows = session.scalars(chosen.with_for_update()).all()
    for row in rows:
        _close(row, "received", row.state_reason)
        row.attempts, row.next_try_at = 0, now
    return len(rows)


def _dead() -> Select[MessageRow]:
    return select(MessageRow).where(MessageRow.state == "dead").order_by(MessageRow.id)


def _held(session: Session, message_id: int, owner: str) -> MessageRow:
    row = fetch_locked(session, MessageRow, message_id)
    if row.state != "reading" or row.lease_owner != owner:
        raise LeaseLost(f"Message {message_id} is no longer lent to {owner}.")
    return row


def _bury(session: Session, row: MessageRow, reason: str, now: datetime) -> None:
    _close(row, "dead", reason)
    history.record(session, now=now, who="system", subject="message", subject_id=row.id, action="dead", new=reason)


def _close(row: MessageRow, state: MessageState, reason: str) -> None:
    row.state, row.state_reason, row.lease_owner, row.lease_until = state, reason, None, None
