"""Tables of the chat: chats, what comes in (an inbox), what was said, one-time tokens."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from klimapartner.storage.columns import BigInt, CleanText
from klimapartner.storage.states import LINE_STATES, SPEAKERS, UPDATE_STATES, LineState, Speaker, UpdateState
from klimapartner.storage.tables.base import KEEP_IDS, Base, Big, EntryId, Id, JsonValue, one_of


class ChatRow(Base):
    """A chat with one person on one channel; `state` is where its dialogue stands."""

    __tablename__ = "chats"
    __table_args__ = (UniqueConstraint("channel", "address"), KEEP_IDS)

    id: Mapped[Id]
    channel: Mapped[str]
    address: Mapped[str]
    language: Mapped[str]
    state: Mapped[JsonValue]
    active: Mapped[bool]
    conversation_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("conversations.id"), index=True)
    entry_id: Mapped[EntryId | None] = mapped_column(index=True)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class ChatUpdateRow(Base):
    """Something that came in by a channel, kept before it is confirmed; the row is the queue."""

    __tablename__ = "chat_updates"
    __table_args__ = (
        UniqueConstraint("channel", "update_key"),
        Index(None, "state", "next_try_at"),
        Index(None, "chat_id", "state"),
        one_of("state", UPDATE_STATES),
        KEEP_IDS,
    )

    id: Mapped[Id]
    channel: Mapped[str]
    update_key: Mapped[str]
    chat_id: Mapped[int] = mapped_column(BigInt, ForeignKey("chats.id"))
    body: Mapped[JsonValue]
    state: Mapped[UpdateState] = mapped_column(CleanText)
    attempts: Mapped[int]
    next_try_at: Mapped[datetime]
    error: Mapped[str]
    received_at: Mapped[datetime]
    done_at: Mapped[datetime | None]


class ChatLineRow(Base):
    """One line of a chat, by whom, and of ours whether it arrived."""

    __tablename__ = "chat_lines"
    __table_args__ = (
        Index(None, "chat_id", "state"),
        Index(None, "state", "next_try_at"),
        one_of("who", SPEAKERS),
        one_of("state", LINE_STATES),
        KEEP_IDS,
    )

    id: Mapped[Id]
    chat_id: Mapped[int] = mapped_column(BigInt, ForeignKey("chats.id"))
    update_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("chat_updates.id"), index=True)
    who: Mapped[Speaker] = mapped_column(CleanText)
    text: Mapped[str]
    extras: Mapped[JsonValue]
    state: Mapped[LineState] = mapped_column(CleanText)
    attempts: Mapped[int]
    next_try_at: Mapped[datetime]
    lease_owner: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    channel_key: Mapped[str]
    error: Mapped[str]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]


class ChannelNoteRow(Base):
    """What a channel has to remember of a chat by itself (the keyboard that is shown); `key` is the channel's own."""

    __tablename__ = "channel_notes"
    __table_args__ = (UniqueConstraint("chat_id", "key"), KEEP_IDS)

    id: Mapped[Id]
    chat_id: Mapped[int] = mapped_column(BigInt, ForeignKey("chats.id"))
    key: Mapped[str]
    body: Mapped[JsonValue]
    updated_at: Mapped[datetime]


class TokenRow(Base):
    """A one-time token or code, as a hash; `subject` is what it opens."""

    __tablename__ = "tokens"
    __table_args__ = (UniqueConstraint("kind", "digest"), Index(None, "kind", "subject"), KEEP_IDS)

    id: Mapped[Id]
    kind: Mapped[str]
    digest: Mapped[str]
    subject: Mapped[str]
    attempts: Mapped[Big]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
