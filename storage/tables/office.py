"""Tables of the office itself: users, tasks, history, small settings, erasures."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from klimapartner.storage.columns import BigInt, CleanText
from klimapartner.storage.states import ROLES, Role
from klimapartner.storage.tables.base import (
    KEEP_IDS,
    Base,
    Big,
    EntryId,
    Id,
    JsonOrNull,
    JsonValue,
    MessageId,
    one_of,
)


class HistoryRow(Base):
    """Who did what, when, from what to what. Only ever added to (a trigger sees to it)."""

    __tablename__ = "history"
    __table_args__ = (Index(None, "subject", "subject_id"), KEEP_IDS)

    id: Mapped[Id]
    at: Mapped[datetime]
    who: Mapped[str]
    subject: Mapped[str]
    subject_id: Mapped[Big]
    action: Mapped[str]
    field: Mapped[str]
    old: Mapped[JsonOrNull]
    new: Mapped[JsonOrNull]


class TaskRow(Base):
    """Something that a person has to do."""

    __tablename__ = "tasks"
    __table_args__ = (UniqueConstraint("message_id", "kind"), KEEP_IDS)

    id: Mapped[Id]
    kind: Mapped[str]
    text: Mapped[str]
    message_id: Mapped[MessageId | None]
    entry_id: Mapped[EntryId | None] = mapped_column(index=True)
    chat_id: Mapped[Big | None] = mapped_column(index=True)
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    done_by: Mapped[str | None]


class UserRow(Base):
    """A member of staff; the password as an Argon2id hash ('' for none), `totp_step` the last code's time step."""

    __tablename__ = "users"
    __table_args__ = (UniqueConstraint("name"), one_of("role", ROLES), KEEP_IDS)

    id: Mapped[Id]
    name: Mapped[str]
    mail: Mapped[str]
    role: Mapped[Role] = mapped_column(CleanText)
    password_hash: Mapped[str]
    created_at: Mapped[datetime]
    active: Mapped[bool]
    language: Mapped[str]
    totp_secret: Mapped[str]
    totp_step: Mapped[Big]
    oidc_subject: Mapped[str]
    failures: Mapped[int]
    locked_until: Mapped[datetime | None]


class StateRow(Base):
    """A small fact that must outlive the process, such as the last successful poll."""

    __tablename__ = "state"

    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[JsonOrNull]
    updated_at: Mapped[datetime]


class PermitRow(Base):
    """While a row is here, the triggers let this transaction, which alone sees it, erase.

    No such row can be committed: its deferred foreign key points at a row that the check forbids.
    """

    __tablename__ = "erase_permits"
    __table_args__ = (CheckConstraint("id > 0 AND never = -1", name="never"),)

    id: Mapped[Id]
    never: Mapped[int] = mapped_column(
        BigInt, ForeignKey("erase_permits.id", deferrable=True, initially="DEFERRED"), default=-1
    )


class ErasureRow(Base):
    """That something was erased, when, by whom and how much; not whom it was about."""

    __tablename__ = "erasures"
    __table_args__ = (KEEP_IDS,)

    id: Mapped[Id]
    at: Mapped[datetime]
    who: Mapped[str]
    counts: Mapped[JsonValue]
