"""Tables of what comes in and goes out: messages, where they lie, readings, conversations, outbox."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from klimapartner.storage.columns import BigInt, CleanText
from klimapartner.storage.states import MESSAGE_STATES, OUTBOX_STATES, MessageState, OutboxState
from klimapartner.storage.tables.base import KEEP_IDS, Base, Big, EntryId, Id, JsonValue, MessageId, one_of


class ConversationRow(Base):
    """A thread with one sender; its reference number stands in our mails."""

    __tablename__ = "conversations"
    __table_args__ = (UniqueConstraint("reference"), KEEP_IDS)

    id: Mapped[Id]
    call: Mapped[str]
    reference: Mapped[str]
    address: Mapped[str]
    created_at: Mapped[datetime]
    entry_id: Mapped[EntryId | None] = mapped_column(index=True)


class MessageRow(Base):
    """A mail as it came; `raw` and `sha256` never change until erased (a trigger sees to it)."""

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("mailbox", "sha256"),
        Index(None, "state", "next_try_at"),
        one_of("state", MESSAGE_STATES),
        KEEP_IDS,
    )

    id: Mapped[Id]
    mailbox: Mapped[str]
    sha256: Mapped[str]
    raw: Mapped[bytes] = mapped_column(LargeBinary)
    size: Mapped[Big]
    message_id: Mapped[str] = mapped_column(index=True)
    received_at: Mapped[datetime]
    stored_at: Mapped[datetime]
    problem: Mapped[str]
    state: Mapped[MessageState] = mapped_column(CleanText)
    state_reason: Mapped[str]
    attempts: Mapped[int]
    next_try_at: Mapped[datetime]
    lease_owner: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    conversation_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("conversations.id"), index=True)


class LocationRow(Base):
    """A place in a mailbox (RFC 3501, 2.3.1.1) where a message lies or lay; a copy is a further place."""

    __tablename__ = "message_locations"

    mailbox: Mapped[str] = mapped_column(primary_key=True)
    uidvalidity: Mapped[Big] = mapped_column(primary_key=True, autoincrement=False)
    uid: Mapped[Big] = mapped_column(primary_key=True, autoincrement=False)
    message_id: Mapped[MessageId] = mapped_column(index=True)
    seen_at: Mapped[datetime]
    moved_at: Mapped[datetime | None]


class ReadingRow(Base):
    """What one version of the model read in a message."""

    __tablename__ = "readings"
    __table_args__ = (UniqueConstraint("message_id", "model_version"), KEEP_IDS)

    id: Mapped[Id]
    message_id: Mapped[MessageId]
    model_version: Mapped[str]
    created_at: Mapped[datetime]
    body: Mapped[JsonValue]


class OutboxRow(Base):
    """A mail of ours, from the moment it was decided on; the row is the queue."""

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("message_id", "kind", "step"),
        UniqueConstraint("rfc_message_id"),
        Index(None, "state", "next_try_at"),
        Index(None, "to_key", "created_at"),
        Index(None, "to_domain", "created_at"),
        one_of("state", OUTBOX_STATES),
        KEEP_IDS,
    )

    id: Mapped[Id]
    conversation_id: Mapped[int] = mapped_column(BigInt, ForeignKey("conversations.id"), index=True)
    message_id: Mapped[MessageId | None]
    entry_id: Mapped[EntryId | None] = mapped_column(index=True)
    kind: Mapped[str]
    step: Mapped[str]
    to_name: Mapped[str]
    to_addr: Mapped[str]
    to_key: Mapped[str]
    to_domain: Mapped[str]
    from_addr: Mapped[str]
    envelope_from: Mapped[str]
    subject: Mapped[str]
    body_text: Mapped[str]
    calendar: Mapped[str]
    language: Mapped[str]
    headers: Mapped[JsonValue]
    rfc_message_id: Mapped[str]
    state: Mapped[OutboxState] = mapped_column(CleanText)
    hold_reason: Mapped[str]
    attempts: Mapped[int]
    next_try_at: Mapped[datetime]
    last_error: Mapped[str]
    lease_owner: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]


class UnansweredRow(Base):
    """A message that got no answer, and why."""

    __tablename__ = "unanswered"
    __table_args__ = (UniqueConstraint("message_id"), KEEP_IDS)

    id: Mapped[Id]
    message_id: Mapped[MessageId]
    code: Mapped[str]
    reason: Mapped[str]
    created_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[str | None]
