"""What was said in a chat, and our lines' way out: lent, noted as begun before the call, noted as arrived after it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from klimapartner.storage.engine import Session
from klimapartner.storage.errors import LeaseLost
from klimapartner.storage.sql import clip, fetch_locked, lease_is_free, unclaimed
from klimapartner.storage.states import LineState, Speaker
from klimapartner.storage.tables import ChatLineRow, ChatRow

INTERRUPTED = "the sender was interrupted while sending; the line may have arrived"


@dataclass(frozen=True, slots=True)
class ChatLine:
    """One line; `extras` holds buttons and document as the dialogue made them, `channel_key` the channel's number."""

    id: int
    chat_id: int
    update_id: int | None
    who: Speaker
    text: str
    extras: Mapping[str, Any]
    state: LineState
    attempts: int
    channel_key: str
    error: str
    created_at: datetime
    sent_at: datetime | None


def add_line(
    session: Session,
    *,
    chat_id: int,
    who: Speaker,
    text: str,
    extras: Mapping[str, Any] | None = None,
    update_id: int | None = None,
    state: LineState = "sent",
    now: datetime,
) -> ChatLine:
    """Add a line to a chat; one that a channel has to deliver is "queued"."""
    row = ChatLineRow(
        chat_id=chat_id, update_id=update_id, who=who, text=text, extras=dict(extras or {}), state=state, attempts=0,
        next_try_at=now, channel_key="", error="", created_at=now, sent_at=now if state == "sent" else None,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return _value(row)


def lines_of(session: Session, chat_id: int, *, after: int = 0) -> list[ChatLine]:
    """The lines of a chat with ids above `after`, in order."""
    chosen = select(ChatLineRow).where(ChatLineRow.chat_id == chat_id, ChatLineRow.id > after)
    return [_value(row) for row in session.scalars(chosen.order_by(ChatLineRow.id))]


def claim_lines(
    session: Session, *, channel: str, owner: str, now: datetime, lease: timedelta, limit: int = 10
) -> list[ChatLine]:
    """Lend queued lines of a channel that are due, of each chat only the first, so that the order is kept."""
    expire_lines(session, channel=channel, now=now)
    earlier = aliased(ChatLineRow)
    first = select(func.min(earlier.id)).where(
        earlier.chat_id == ChatLineRow.chat_id, earlier.state.in_(("queued", "sending"))
    )
    due = select(ChatLineRow).where(
        ChatLineRow.state == "queued",
        ChatLineRow.next_try_at <= now,
        lease_is_free(ChatLineRow.lease_until, now),
        ChatLineRow.chat_id.in_(select(ChatRow.id).where(ChatRow.channel == channel, ChatRow.active)),
        ChatLineRow.id == first.scalar_subquery(),
    )
    rows = session.scalars(unclaimed(due.order_by(ChatLineRow.id), limit)).all()
    for row in rows:
        row.lease_owner, row.lease_until = owner, now + lease
    return [_value(row) for row in rows]


def expire_lines(session: Session, *, channel: str, now: datetime) -> list[ChatLine]:
    """Lines whose sender died while sending become uncertain: they may have arrived and are not sent again.

    Returns them, for staff.
    """
    lost = select(ChatLineRow).where(
        ChatLineRow.state == "sending",
        lease_is_free(ChatLineRow.lease_until, now),
        ChatLineRow.chat_id.in_(select(ChatRow.id).where(ChatRow.channel == channel)),
    )
    rows = session.scalars(unclaimed(lost.order_by(ChatLineRow.id), 1000)).all()
    for row in rows:
        _end(row, "uncertain", INTERRUPTED)
    return [_value(row) for row in rows]


def begin_line(session: Session, line_id: int, *, owner: str, now: datetime, lease: timedelta) -> ChatLine:
    """Note that a line is about to be sent; commit it before the call. Raises LeaseLost."""
    row = _held(session, line_id, owner, "queued")
    row.state, row.lease_until, row.attempts = "sending", now + lease, row.attempts + 1
    return _value(row)


def line_sent(session: Session, line_id: int, *, owner: str, channel_key: str, now: datetime) -> None:
    """Note that the channel took the line. Raises LeaseLost."""
    row = _held(session, line_id, owner, "sending")
    row.channel_key, row.sent_at = channel_key, now
    _end(row, "sent", "")


def line_later(session: Session, line_id: int, *, owner: str, error: str, next_try_at: datetime) -> None:
    """Note that the channel surely did not take the line; it is tried again. Raises LeaseLost."""
    row = _held(session, line_id, owner, "sending")
    _end(row, "queued", error)
    row.next_try_at = next_try_at


def line_uncertain(session: Session, line_id: int, *, owner: str, error: str) -> None:
    """Note that the line may have arrived: it is not sent again. Raises LeaseLost."""
    _end(_held(session, line_id, owner, "sending"), "uncertain", error)


def line_failed(session: Session, line_id: int, *, owner: str, error: str) -> None:
    """Note that the channel refused the line for good. Raises LeaseLost."""
    _end(_held(session, line_id, owner, "sending"), "failed", error)


def _held(session: Session, line_id: int, owner: str, state: LineState) -> ChatLineRow:
    row = fetch_locked(session, ChatLineRow, line_id)
    if row.state != state or row.lease_owner != owner:
        raise LeaseLost(f"Chat line {line_id} is {row.state} and not lent to {owner}.")
    return row


def _end(row: ChatLineRow, state: LineState, error: str) -> None:
    row.state, row.error, row.lease_owner, row.lease_until = state, clip(error, 500), None, None


def _value(row: ChatLineRow) -> ChatLine:
    return ChatLine(**{name: getattr(row, name) for name in ChatLine.__dataclass_fields__})
