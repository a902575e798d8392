"""Chats: one row a person and channel, with the state of its dialogue."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select

from klimapartner.storage.engine import Session
from klimapartner.storage.sql import clip, fetch, fetch_locked, find, insert_if_new
from klimapartner.storage.tables import ChannelNoteRow, ChatLineRow, ChatRow, ChatUpdateRow

# The channel of the chats in which the office itself is told what happens.
OFFICE = "staff"


@dataclass(frozen=True, slots=True)
class Chat:
    """A chat; `channel` is web, telegram, ..., `address` who is reached there, `active` whether they can be reached.

    `state` is the dialogue's own and means nothing here. `entry_id` is the register entry that came of the chat.
    """

    id: int
    channel: str
    address: str
    language: str
    state: Mapping[str, Any]
    active: bool
    conversation_id: int | None
    entry_id: int | None
    created_at: datetime
    updated_at: datetime


def open_chat(session: Session, *, channel: str, address: str, language: str, now: datetime) -> Chat:
    """The chat with this address; a new one begins with an empty state."""
    values = {"channel": channel, "address": clip(address, 320), "language": language, "state": {}, "active": True}
    insert_if_new(session, ChatRow, values | {"created_at": now, "updated_at": now}, ("channel", "address"))
    found = find_chat(session, channel, address)
    assert found is not None
    return found


def find_chat(session: Session, channel: str, address: str) -> Chat | None:
    """The chat with this address, None where there is none."""
    row = find(session, ChatRow, ChatRow.channel == channel, ChatRow.address == clip(address, 320))
    return chat_of(row) if row else None


def get_chat(session: Session, chat_id: int) -> Chat:
    """Raises NotFound."""
    return chat_of(fetch(session, ChatRow, chat_id))


def lock_chat(session: Session, chat_id: int) -> Chat:
    """The chat, kept from others until the transaction ends; raises NotFound."""
    return chat_of(fetch_locked(session, ChatRow, chat_id))


def save_chat(
    session: Session,
    chat_id: int,
    *,
    state: Mapping[str, Any],
    language: str,
    conversation_id: int | None,
    entry_id: int | None,
    now: datetime,
) -> Chat:
    """Keep where the dialogue stands; raises NotFound."""
    row = fetch_locked(session, ChatRow, chat_id)
    row.state, row.language, row.updated_at = dict(state), language, now
    row.conversation_id, row.entry_id = conversation_id, entry_id
    session.flush()
    return chat_of(row)


def set_active(session: Session, chat_id: int, active: bool, *, now: datetime) -> None:
    """Note whether the person can still be reached there; lines that wait for a lost one are skipped."""
    row = fetch_locked(session, ChatRow, chat_id)
    row.active, row.updated_at = active, now
    if not active:
        waiting = select(ChatLineRow).where(ChatLineRow.chat_id == chat_id, ChatLineRow.state == "queued")
        for line in session.scalars(waiting):
            line.state = "skipped"


def move_chat(session: Session, chat_id: int, address: str, *, now: datetime) -> Chat:
    """The chat goes on at another address (Telegram's migrate_to_chat_id), unless one is there already."""
    row = fetch_locked(session, ChatRow, chat_id)
    if find_chat(session, row.channel, address) is None:
        row.address, row.updated_at = clip(address, 320), now
        session.flush()
    return chat_of(row)


def forget_chat(session: Session, chat_id: int, *, now: datetime) -> None:
    """Delete what was said and came in; the empty chat stays, so that what comes late is known as such."""
    session.execute(delete(ChatLineRow).where(ChatLineRow.chat_id == chat_id))
    session.execute(delete(ChannelNoteRow).where(ChannelNoteRow.chat_id == chat_id))
    rows = session.scalars(select(ChatUpdateRow).where(ChatUpdateRow.chat_id == chat_id)).all()
    for row in rows:
        row.body, row.error, row.state = {}, "", "done"
    chat = fetch_locked(session, ChatRow, chat_id)
    chat.state, chat.updated_at, chat.conversation_id, chat.entry_id = {}, now, None, None
    session.flush()


def list_chats(session: Session, *, limit: int = 100) -> list[Chat]:
    """The chats in which something happened last, newest first; the office's own are nobody's conversation."""
    others = select(ChatRow).where(ChatRow.channel != OFFICE)
    rows = session.scalars(others.order_by(ChatRow.updated_at.desc(), ChatRow.id.desc()).limit(limit))
    return [chat_of(row) for row in rows]


def chat_of(row: ChatRow) -> Chat:
    """The value of a row."""
    return Chat(**{name: getattr(row, name) for name in Chat.__dataclass_fields__})
