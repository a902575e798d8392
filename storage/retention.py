"""What goes by itself when its time is up: one rule a kind, counted before and carried out by the same conditions."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, delete, func, or_, select, update

from klimapartner.storage import history
from klimapartner.storage.chat_expiry import forget_old
from klimapartner.storage.engine import Session
from klimapartner.storage.erase import NO_MAIL, blank_messages, permitted, refresh_search
from klimapartner.storage.tables import (
    AccessRow,
    ChatLineRow,
    EntryRow,
    FieldRow,
    HistoryRow,
    MessageRow,
    OutboxRow,
    SessionRow,
    StoredFileRow,
    TaskRow,
    UnansweredRow,
)

WHO = "retention"
_CLOSED = ("declined", "withdrawn")


@dataclass(frozen=True, slots=True)
class Rule:
    """How one kind is counted and forgotten: both take what is older than a moment and return how many rows."""

    count: Callable[[Session, datetime], int]
    forget: Callable[[Session, datetime, datetime], int]


def count_old(session: Session, kind: str, *, before: datetime) -> int:
    """How much of a kind is older than a moment and still there; raises KeyError for an unknown kind."""
    return RULES[kind].count(session, before)


def forget_kind(session: Session, kind: str, *, before: datetime, now: datetime) -> int:
    """Let go of it; returns how many. Raises KeyError for an unknown kind."""
    return RULES[kind].forget(session, before, now)


def _number(session: Session, table: Any, *conditions: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(table).where(*conditions)) or 0


def _old_messages(before: datetime) -> tuple[ColumnElement[bool], ...]:
    """Handled, and nothing about it waits for a person: no answer in the outbox, no task."""
    answers = select(OutboxRow.message_id).where(
        OutboxRow.message_id.is_not(None), OutboxRow.state.in_(("queued", "held", "sending", "failed"))
    )
    tasks = select(TaskRow.message_id).where(TaskRow.message_id.is_not(None), TaskRow.done_at.is_(None))
    waits = or_(MessageRow.id.in_(answers), MessageRow.id.in_(tasks))
    return MessageRow.received_at < before, MessageRow.raw != b"", MessageRow.state.in_(("done", "dead")), ~waits


def _forget_messages(session: Session, before: datetime, now: datetime) -> int:
    """The bytes, readings and quotes; the values of the register stay, and that there was a message."""
    ids = list(session.scalars(select(MessageRow.id).where(*_old_messages(before))))
    with permitted(session):
        blank_messages(session, ids, reason="expired")
        told = update(HistoryRow).where(HistoryRow.subject == "message", HistoryRow.subject_id.in_(ids))
        _run(session, told.values(old=None, new=None))
    _run(session, update(FieldRow).where(FieldRow.message_id.in_(ids)).values(evidence=[]))
    _run(session, update(UnansweredRow).where(UnansweredRow.message_id.in_(ids)).values(reason=""))
    session.expire_all()
    return len(ids)


def _old_mails(before: datetime) -> tuple[ColumnElement[bool], ...]:
    over = OutboxRow.state.in_(("sent", "discarded", "undeliverable"))
    return func.coalesce(OutboxRow.sent_at, OutboxRow.created_at) < before, over, OutboxRow.body_text != ""


def _forget_mails(session: Session, before: datetime, now: datetime) -> int:
    return _run(session, update(OutboxRow).where(*_old_mails(before)).values(**NO_MAIL))


def _closed_contacts(before: datetime) -> tuple[ColumnElement[bool], ...]:
    """Entries that are closed and in which a contact or a remark still stands."""
    told = select(FieldRow.entry_id).where(_personal(FieldRow.field), FieldRow.value.is_not(None))
    return EntryRow.status.in_(_CLOSED), EntryRow.updated_at < before, EntryRow.id.in_(told)


def _personal(column: Any) -> ColumnElement[bool]:
    return or_(column.startswith("contact."), column == "remarks")


def _forget_contacts(session: Session, before: datetime, now: datetime) -> int:
    ids = list(session.scalars(select(EntryRow.id).where(*_closed_contacts(before))))
    own = update(FieldRow).where(FieldRow.entry_id.in_(ids), _personal(FieldRow.field))
    _run(session, own.values(value=None, evidence=[], confidence=None))
    with permitted(session):
        told = (HistoryRow.subject == "entry") & HistoryRow.subject_id.in_(ids) & _personal(HistoryRow.field)
        _run(session, update(HistoryRow).where(told).values(old=None, new=None))
    for number in ids:
        history.record(session, now=now, who=WHO, subject="entry", subject_id=number, action="contact expired")
    refresh_search(session, set(ids))
    return len(ids)


def _delete(table: Any, column: Any) -> Rule:
    return Rule(
        lambda session, before: _number(session, table, column < before),
        lambda session, before, now: _run(session, delete(table).where(column < before)),
    )


def _run(session: Session, statement: Any) -> int:
    result = session.execute(statement.execution_options(synchronize_session=False))
    return cast("CursorResult[Any]", result).rowcount


RULES = MappingProxyType(
    {
        "messages": Rule(
            lambda session, before: _number(session, MessageRow, *_old_messages(before)), _forget_messages
        ),
        "chats": Rule(
            lambda session, before: _number(session, ChatLineRow, ChatLineRow.created_at < before),
            lambda session, before, now: forget_old(session, before=before).lines,
        ),
        "outbox": Rule(lambda session, before: _number(session, OutboxRow, *_old_mails(before)), _forget_mails),
        "closed_contacts": Rule(
            lambda session, before: _number(session, EntryRow, *_closed_contacts(before)), _forget_contacts
        ),
        "accesses": _delete(AccessRow, AccessRow.at),
        "sessions": _delete(SessionRow, SessionRow.expires_at),
        "stored_files": _delete(StoredFileRow, StoredFileRow.created_at),
    }
)
