"""All tables. Import from here, so that the metadata is complete."""

from klimapartner.storage.tables.base import Base
from klimapartner.storage.tables.chat import ChannelNoteRow, ChatLineRow, ChatRow, ChatUpdateRow, TokenRow
from klimapartner.storage.tables.mail import (
    ConversationRow,
    LocationRow,
    MessageRow,
    OutboxRow,
    ReadingRow,
    UnansweredRow,
)
from klimapartner.storage.tables.office import ErasureRow, HistoryRow, PermitRow, StateRow, TaskRow, UserRow
from klimapartner.storage.tables.register import EntryMessageRow, EntryRow, FieldRow, OfferRow, ParticipantRow

__all__ = [
    "Base",
    "ChannelNoteRow",
    "ChatLineRow",
    "ChatRow",
    "ChatUpdateRow",
    "ConversationRow",
    "EntryMessageRow",
    "EntryRow",
    "ErasureRow",
    "FieldRow",
    "HistoryRow",
    "LocationRow",
    "MessageRow",
    "OfferRow",
    "OutboxRow",
    "ParticipantRow",
    "PermitRow",
    "ReadingRow",
    "StateRow",
    "TaskRow",
    "TokenRow",
    "UnansweredRow",
    "UserRow",
]
