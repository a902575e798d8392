"""What came in by a chat channel: stored before it is confirmed, worked on in order, one step per chat at a time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import exists, func, select

from klimapartner.storage.engine import Session
from klimapartner.storage.sql import clip, fetch_locked, find, insert_if_new, unclaimed
from klimapartner.storage.states import UpdateState
from klimapartner.storage.tables import ChatRow, ChatUpdateRow

MAX_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class ChatUpdate:
    """One update; `update_key` is the channel's own number for it, by which a repeat is known."""

    id: int
    channel: str
    update_key: str
    chat_id: int
    body: Mapping[str, Any]
    state: UpdateState
    attempts: int
    error: str
    received_at: datetime


def store_update(
    session: Session, *, channel: str, update_key: str, chat_id: int, body: Mapping[str, Any], now: datetime
) -> tuple[ChatUpdate, bool]:
    """Keep an update; False with the earlier one where this key is known."""
    values = {"channel": channel, "update_key": clip(update_key), "chat_id": chat_id, "body": dict(body)}
    values |= {"state": "received", "attempts": 0, "next_try_at": now, "error": "", "received_at": now}
    new = insert_if_new(session, ChatUpdateRow, values, ("channel", "update_key"))
    key = (ChatUpdateRow.channel == channel, ChatUpdateRow.update_key == clip(update_key))
    found = find(session, ChatUpdateRow, *key)
    assert found is not None
    return _value(found), new


def take_update(session: Session, *, now: datetime, chat_id: int | None = None) -> ChatUpdate | None:
    """The next update that is due, of any chat or of one; its chat is locked until the transaction ends.

    Of a chat only the oldest update that is not done is ever taken, so that the order is kept.
    """
    first = select(func.min(ChatUpdateRow.id)).where(
        ChatUpdateRow.chat_id == ChatRow.id, ChatUpdateRow.state == "received"
    )
    due = exists().where(
        ChatUpdateRow.id == first.correlate(ChatRow).scalar_subquery(), ChatUpdateRow.next_try_at <= now
    )
    chosen = select(ChatRow).where(due) if chat_id is None else select(ChatRow).where(due, ChatRow.id == chat_id)
    chat = session.scalars(unclaimed(chosen.order_by(ChatRow.updated_at, ChatRow.id), 1)).first()
    return _oldest(session, chat.id, now) if chat else None


def _oldest(session: Session, chat_id: int, now: datetime) -> ChatUpdate | None:
    """Asked anew under the lock: another worker may have been there between the two statements."""
    waiting = select(ChatUpdateRow).where(ChatUpdateRow.chat_id == chat_id, ChatUpdateRow.state == "received")
    row = session.scalars(waiting.order_by(ChatUpdateRow.id).limit(1)).first()
    return _value(row) if row and row.next_try_at <= now else None


def finish_update(session: Session, update_id: int, *, now: datetime) -> None:
    """Done, in the same transaction as all that came of it."""
    row = fetch_locked(session, ChatUpdateRow, update_id)
    row.state, row.done_at, row.error = "done", now, ""


def blank_update(session: Session, update_id: int) -> None:
    """Forget what an update said; its key stays, so that a repeat is known."""
    fetch_locked(session, ChatUpdateRow, update_id).body = {}


def park_update(session: Session, update_id: int, *, error: str) -> None:
    """Give an update up at once, so that its chat goes on without it."""
    row = fetch_locked(session, ChatUpdateRow, update_id)
    row.attempts, row.error, row.state = row.attempts + 1, clip(error, 500), "parked"


def fail_update(
    session: Session,
    update_id: int,
    *,
    error: str,
    retry_after: timedelta,
    now: datetime,
    max_attempts: int = MAX_ATTEMPTS,
) -> UpdateState:
    """Count a failed try: "received" to be tried again, "parked" after the last one; the chat then goes on without."""
    row = fetch_locked(session, ChatUpdateRow, update_id)
    row.attempts, row.error, row.next_try_at = row.attempts + 1, clip(error, 500), now + retry_after
    if row.attempts >= max_attempts:
        row.state = "parked"
    return row.state


def list_parked(session: Session) -> list[ChatUpdate]:
    """Updates that were given up, oldest first."""
    chosen = select(ChatUpdateRow).where(ChatUpdateRow.state == "parked").order_by(ChatUpdateRow.id)
    return [_value(row) for row in session.scalars(chosen)]


def count_waiting(session: Session) -> int:
    """How many updates wait."""
    waiting = select(func.count()).select_from(ChatUpdateRow).where(ChatUpdateRow.state == "received")
    return session.scalar(waiting) or 0


def _value(row: ChatUpdateRow) -> ChatUpdate:
    return ChatUpdate(**{name: getattr(row, name) for name in ChatUpdate.__dataclass_fields__})
