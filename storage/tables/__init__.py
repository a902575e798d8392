"""All tables. Import from here, so that the metadata is complete."""

from klimapartner.storage.tables.base import Base
from klimapartner.storage.tables.chat import ChannelNoteRow, ChatLineRow, ChatRow, ChatUpdateRow, TokenRow
from klimapartner.storage.tables.console import (
    AccessRow,
    ApiTokenRow,
    CallVersionRow,
    CommentRow,
    DeliveryRow,
    MatchRow,
    MergeRow,
    ReminderRow,
    SavedViewRow,
    SentFormRow,
    SessionRow,
    StoredFileRow,
    TombstoneRow,
    WebhookRow,
)
from klimapartner.storage.tables.erasing import DeletionRow
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
    "AccessRow",
    "ApiTokenRow",
    "Base",
    "CallVersionRow",
    "ChannelNoteRow",
    "ChatLineRow",
    "ChatRow",
    "ChatUpdateRow",
    "CommentRow",
    "ConversationRow",
    "DeletionRow",
    "DeliveryRow",
    "EntryMessageRow",
    "EntryRow",
    "ErasureRow",
    "FieldRow",
    "HistoryRow",
    "LocationRow",
    "MatchRow",
    "MergeRow",
    "MessageRow",
    "OfferRow",
    "OutboxRow",
    "ParticipantRow",
    "PermitRow",
    "ReadingRow",
    "ReminderRow",
    "SavedViewRow",
    "SentFormRow",
    "SessionRow",
    "StateRow",
    "StoredFileRow",
    "TaskRow",
    "TokenRow",
    "TombstoneRow",
    "UnansweredRow",
    "UserRow",
    "WebhookRow",
]
