"""All that is stored about a person, as plain values: for the page and for handing it out (Art. 15 GDPR)."""

from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import and_, inspect, or_, select

from klimapartner.storage.columns import Json
from klimapartner.storage.engine import Session
from klimapartner.storage.erase_find import Person
from klimapartner.storage.tables import (
    AccessRow,
    ChatLineRow,
    ChatRow,
    CommentRow,
    ConversationRow,
    DeliveryRow,
    EntryRow,
    FieldRow,
    HistoryRow,
    MergeRow,
    MessageRow,
    OfferRow,
    OutboxRow,
    ParticipantRow,
    ReadingRow,
    ReminderRow,
    SavedViewRow,
    StoredFileRow,
    TaskRow,
    UnansweredRow,
)
from klimapartner.storage.traces import Traces

Rows = dict[str, list[dict[str, Json]]]
TABLES: MappingProxyType[str, Any] = MappingProxyType(
    {
        "messages": MessageRow, "readings": ReadingRow, "conversations": ConversationRow, "unanswered": UnansweredRow,
        "entries": EntryRow, "fields": FieldRow, "quotes": FieldRow, "history": HistoryRow, "outbox": OutboxRow,
        "chats": ChatRow, "chat_lines": ChatLineRow, "offers": OfferRow, "participants": ParticipantRow,
        "comments": CommentRow, "reminders": ReminderRow, "tasks": TaskRow, "merges": MergeRow, "files": StoredFileRow,
        "views": SavedViewRow, "deliveries": DeliveryRow,
    }
)  # fmt: skip
# Bytes, keys and the inner works of queues tell nothing about a person.
_LEFT_OUT = {"raw", "content", "search", "lease_owner", "lease_until", "next_try_at", "attempts", "version"}


def rows_of(session: Session, traces: Traces) -> Rows:
    """Each row as column and value, moments as ISO text; by kind, in the order of `TABLES`, then `accesses`."""
    found = {kind: _rows(session, table, traces[kind]) for kind, table in TABLES.items()}
    return found | {"accesses": _accesses(session, traces)}


def _rows(session: Session, table: Any, ids: list[int]) -> list[dict[str, Json]]:
    return [_plain(row) for row in session.scalars(select(table).where(table.id.in_(ids)).order_by(table.id))]


def _accesses(session: Session, traces: Traces) -> list[dict[str, Json]]:
    """Who looked at what is about the person."""
    subjects = {"message": "messages", "entry": "entries", "outbox": "outbox", "chat": "chats", "offer": "offers"}
    about = [
        and_(AccessRow.subject == subject, AccessRow.subject_id.in_(traces[kind])) for subject, kind in subjects.items()
    ]
    return [_plain(row) for row in session.scalars(select(AccessRow).where(or_(*about)).order_by(AccessRow.id))]


def _plain(row: Any) -> dict[str, Json]:
    names = [column.key for column in inspect(type(row)).column_attrs if column.key not in _LEFT_OUT]
    return {name: _value(getattr(row, name)) for name in names}


def _value(value: Any) -> Json:
    return value.isoformat() if isinstance(value, datetime) else value


def named_elsewhere(session: Session, person: Person) -> list[int]:
    """Messages in which a full name of the person stands and the address does not: somebody else's, to be looked at."""
    found = []
    rows = (
        session.execute(select(MessageRow.id, MessageRow.raw).execution_options(yield_per=20)) if person.names else ()
    )
    for number, raw in rows:
        if number not in person.messages and person.is_mentioned(raw.decode("utf-8", "replace")):
            found.append(number)
    return found
