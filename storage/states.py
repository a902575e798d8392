"""The states that records can be in: shared by tables (as checks) and functions (as types)."""

from typing import Literal, get_args

MessageState = Literal["received", "reading", "done", "dead"]
OutboxState = Literal["queued", "held", "sending", "sent", "failed", "uncertain", "undeliverable", "discarded"]
EntryStatus = Literal["new", "in_review", "complete", "invited", "selected", "waiting_list", "declined", "withdrawn"]
Flag = Literal["late", "undeliverable", "uncertain"]
Provenance = Literal["machine", "sender", "staff"]
OfferStatus = Literal["new", "in_review", "matched", "declined", "withdrawn"]
UpdateState = Literal["received", "done", "parked"]
LineState = Literal["queued", "sending", "sent", "uncertain", "failed", "skipped"]
Speaker = Literal["person", "assistant", "staff"]
MatchState = Literal["proposed", "accepted", "rejected"]
DeliveryState = Literal["queued", "sending", "sent", "failed"]
DeletionState = Literal["queued", "failed", "done"]
Role = Literal["reader", "editor", "lead", "administrator"]

MESSAGE_STATES: tuple[MessageState, ...] = get_args(MessageState)
OUTBOX_STATES: tuple[OutboxState, ...] = get_args(OutboxState)
ENTRY_STATUSES: tuple[EntryStatus, ...] = get_args(EntryStatus)
FLAGS: tuple[Flag, ...] = get_args(Flag)
PROVENANCES: tuple[Provenance, ...] = get_args(Provenance)
OFFER_STATUSES: tuple[OfferStatus, ...] = get_args(OfferStatus)
ROLES: tuple[Role, ...] = get_args(Role)
UPDATE_STATES: tuple[UpdateState, ...] = get_args(UpdateState)
LINE_STATES: tuple[LineState, ...] = get_args(LineState)
SPEAKERS: tuple[Speaker, ...] = get_args(Speaker)
MATCH_STATES: tuple[MatchState, ...] = get_args(MatchState)
DELETION_STATES: tuple[DeletionState, ...] = get_args(DeletionState)
DELIVERY_STATES: tuple[DeliveryState, ...] = get_args(DeliveryState)
