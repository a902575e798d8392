"""Tables of the staff console: sessions, views, comments, reminders, reads of personal data, tokens, webhooks."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from klimapartner.storage.columns import BigInt, CleanText
from klimapartner.storage.states import DELIVERY_STATES, MATCH_STATES, DeliveryState, MatchState
from klimapartner.storage.tables.base import KEEP_IDS, Base, Big, EntryId, Id, JsonOrNull, JsonValue, one_of


class SessionRow(Base):
    """A signed-in browser: its token as a hash; `complete` once every factor was shown; ended by deletion."""

    __tablename__ = "sessions"
    __table_args__ = (UniqueConstraint("digest"), KEEP_IDS)

    id: Mapped[Id]
    digest: Mapped[str]
    user_id: Mapped[int] = mapped_column(BigInt, ForeignKey("users.id"), index=True)
    complete: Mapped[bool]
    guard: Mapped[str]
    agent: Mapped[str]
    flash: Mapped[JsonOrNull]
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class SavedViewRow(Base):
    """A filter of the register under a name; `query` is the query string of its address."""

    __tablename__ = "saved_views"
    __table_args__ = (UniqueConstraint("user_id", "name"), KEEP_IDS)

    id: Mapped[Id]
    user_id: Mapped[int] = mapped_column(BigInt, ForeignKey("users.id"))
    name: Mapped[str]
    query: Mapped[str]
    shared: Mapped[bool]
    created_at: Mapped[datetime]


class CommentRow(Base):
    """What staff note beside an entry."""

    __tablename__ = "comments"
    __table_args__ = (KEEP_IDS,)

    id: Mapped[Id]
    entry_id: Mapped[EntryId] = mapped_column(index=True)
    who: Mapped[str]
    text: Mapped[str]
    created_at: Mapped[datetime]


class ReminderRow(Base):
    """That an entry should be looked at again at a moment."""

    __tablename__ = "reminders"
    __table_args__ = (KEEP_IDS,)

    id: Mapped[Id]
    entry_id: Mapped[EntryId] = mapped_column(index=True)
    who: Mapped[str]
    text: Mapped[str]
    due_at: Mapped[datetime]
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    done_by: Mapped[str | None]


class AccessRow(Base):
    """That somebody read or took out personal data: what about, never the data."""

    __tablename__ = "accesses"
    __table_args__ = (Index(None, "subject", "subject_id"), KEEP_IDS)

    id: Mapped[Id]
    at: Mapped[datetime]
    who: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str]
    subject_id: Mapped[Big]
    detail: Mapped[str]


class MergeRow(Base):
    """Two entries made one, with what is needed to part them again."""

    __tablename__ = "merges"
    __table_args__ = (KEEP_IDS,)

    id: Mapped[Id]
    at: Mapped[datetime]
    who: Mapped[str]
    kept_id: Mapped[int] = mapped_column(BigInt, index=True)
    dropped_id: Mapped[Big]
    before: Mapped[JsonValue]
    undone_at: Mapped[datetime | None]


class MatchRow(Base):
    """What staff decided on a proposed pair of an entry and an offer of the Global South."""

    __tablename__ = "matches"
    __table_args__ = (UniqueConstraint("entry_id", "offer_id"), one_of("state", MATCH_STATES), KEEP_IDS)

    id: Mapped[Id]
    entry_id: Mapped[EntryId]
    offer_id: Mapped[int] = mapped_column(BigInt, ForeignKey("partner_offers.id"))
    state: Mapped[MatchState] = mapped_column(CleanText)
    who: Mapped[str]
    at: Mapped[datetime]


class CallVersionRow(Base):
    """A version of a call's data as staff edited it: the files of its folder by name; the newest one counts."""

    __tablename__ = "call_versions"
    __table_args__ = (Index(None, "call", "id"), KEEP_IDS)

    id: Mapped[Id]
    call: Mapped[str]
    files: Mapped[JsonValue]
    who: Mapped[str]
    note: Mapped[str]
    created_at: Mapped[datetime]


class ApiTokenRow(Base):
    """A token of the REST API, as a hash, with what it may do."""

    __tablename__ = "api_tokens"
    __table_args__ = (UniqueConstraint("digest"), KEEP_IDS)

    id: Mapped[Id]
    name: Mapped[str]
    digest: Mapped[str]
    scopes: Mapped[JsonValue]
    created_by: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class WebhookRow(Base):
    """Somebody else's address that is told what happens; `secret` signs what is sent."""

    __tablename__ = "webhooks"
    __table_args__ = (KEEP_IDS,)

    id: Mapped[Id]
    url: Mapped[str]
    secret: Mapped[str]
    events: Mapped[JsonValue]
    active: Mapped[bool]
    created_by: Mapped[str]
    created_at: Mapped[datetime]


class DeliveryRow(Base):
    """One event on its way to a webhook."""

    __tablename__ = "webhook_deliveries"
    __table_args__ = (Index(None, "state", "next_try_at"), one_of("state", DELIVERY_STATES), KEEP_IDS)

    id: Mapped[Id]
    webhook_id: Mapped[int] = mapped_column(BigInt, ForeignKey("webhooks.id"), index=True)
    event: Mapped[str]
    body: Mapped[JsonValue]
    state: Mapped[DeliveryState] = mapped_column(CleanText)
    attempts: Mapped[int]
    next_try_at: Mapped[datetime]
    error: Mapped[str]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]


class TombstoneRow(Base):
    """That something was erased and must not come back: a keyed hash, from which nothing can be read."""

    __tablename__ = "tombstones"
    __table_args__ = (UniqueConstraint("kind", "digest"), KEEP_IDS)

    id: Mapped[Id]
    kind: Mapped[str]
    digest: Mapped[str]
    at: Mapped[datetime]


class SentFormRow(Base):
    """A form that was done, by the key that its page gave it."""

    __tablename__ = "sent_forms"
    __table_args__ = (UniqueConstraint("key"), KEEP_IDS)

    id: Mapped[Id]
    key: Mapped[str]
    at: Mapped[datetime]


class StoredFileRow(Base):
    """A file that waits for a second step, such as a sheet between preview and import; deleted after a day."""

    __tablename__ = "stored_files"
    __table_args__ = (KEEP_IDS,)

    id: Mapped[Id]
    user_id: Mapped[int] = mapped_column(BigInt, ForeignKey("users.id"))
    kind: Mapped[str]
    name: Mapped[str]
    content: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]
