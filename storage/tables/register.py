"""Tables of the register: entries with value, provenance and evidence per field; partner offers; workshop."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from klimapartner.storage.columns import CleanJson, CleanText
from klimapartner.storage.states import (
    ENTRY_STATUSES,
    OFFER_STATUSES,
    PROVENANCES,
    EntryStatus,
    OfferStatus,
    Provenance,
)
from klimapartner.storage.tables.base import KEEP_IDS, Base, EntryId, Id, JsonValue, MessageId, one_of


class EntryRow(Base):
    """An expression of interest: one body, one sub-body, one partner (or ''), in one call."""

    __tablename__ = "entries"
    __table_args__ = (
        UniqueConstraint("call", "body_key", "sub_key", "partner_key", name="uq_entries_identity"),
        UniqueConstraint("reference"),
        Index(None, "call", "status"),
        one_of("status", ENTRY_STATUSES),
        KEEP_IDS,
    )

    id: Mapped[Id]
    call: Mapped[str]
    reference: Mapped[str]
    body_name: Mapped[str]
    ags: Mapped[str | None] = mapped_column(index=True)
    body_key: Mapped[str]
    sub_body: Mapped[str]
    sub_key: Mapped[str]
    partner_name: Mapped[str]
    partner_country: Mapped[str]
    partner_key: Mapped[str]
    status: Mapped[EntryStatus] = mapped_column(CleanText)
    late: Mapped[bool]
    undeliverable: Mapped[bool]
    uncertain: Mapped[bool]
    assigned_to: Mapped[str | None]
    received_at: Mapped[datetime]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    version: Mapped[int]
    search: Mapped[str]
    fields: Mapped[list["FieldRow"]] = relationship(order_by="FieldRow.field", cascade="all, delete-orphan")


class FieldRow(Base):
    """A field of an entry: its value, who says so, how sure, and where it stands."""

    __tablename__ = "entry_fields"
    __table_args__ = (UniqueConstraint("entry_id", "field"), one_of("provenance", PROVENANCES), KEEP_IDS)

    id: Mapped[Id]
    entry_id: Mapped[EntryId]
    field: Mapped[str]
    value: Mapped[Any] = mapped_column(CleanJson, nullable=True)
    provenance: Mapped[Provenance] = mapped_column(CleanText)
    confidence: Mapped[float | None]
    evidence: Mapped[JsonValue]
    message_id: Mapped[MessageId | None] = mapped_column(index=True)
    updated_at: Mapped[datetime]


class EntryMessageRow(Base):
    """Which messages an entry was made from."""

    __tablename__ = "entry_messages"

    entry_id: Mapped[EntryId] = mapped_column(primary_key=True)
    message_id: Mapped[MessageId] = mapped_column(primary_key=True, index=True)
    linked_at: Mapped[datetime]


class OfferRow(Base):
    """A municipality or body of the Global South that looks for a German partner."""

    __tablename__ = "partner_offers"
    __table_args__ = (
        UniqueConstraint("call", "name_key", "country"),
        one_of("status", OFFER_STATUSES),
        KEEP_IDS,
    )

    id: Mapped[Id]
    call: Mapped[str]
    name: Mapped[str]
    name_key: Mapped[str]
    country: Mapped[str]
    message_id: Mapped[MessageId]
    contact_name: Mapped[str]
    contact_email: Mapped[str]
    contact_phone: Mapped[str]
    topics: Mapped[JsonValue]
    reference: Mapped[str]
    status: Mapped[OfferStatus] = mapped_column(CleanText)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class ParticipantRow(Base):
    """A registration for an event of the call, such as the information workshop."""

    __tablename__ = "participants"
    __table_args__ = (UniqueConstraint("call", "event", "email"), KEEP_IDS)

    id: Mapped[Id]
    call: Mapped[str]
    event: Mapped[str]
    email: Mapped[str]
    name: Mapped[str]
    body: Mapped[str]
    message_id: Mapped[MessageId | None]
    created_at: Mapped[datetime]
