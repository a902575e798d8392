"""What must hold in a living database whatever happened to it: each rule names the rows that break it."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import aliased, selectinload

from klimapartner.storage.engine import Session
from klimapartner.storage.fields import search_text
from klimapartner.storage.invariants_told import (
    answers_out_of_order,
    entries_changed_silently,
    interrupted_without_task,
    messages_done_before,
    messages_read_twice,
    outbox_against_history,
    uncertain_without_task,
)
from klimapartner.storage.tables import (
    ChatLineRow,
    ChatUpdateRow,
    EntryMessageRow,
    EntryRow,
    HistoryRow,
    LocationRow,
    MergeRow,
    MessageRow,
    OutboxRow,
    ReadingRow,
    UnansweredRow,
)

# No lease is longer than 15 minutes and every worker takes up what is overdue: after hours nobody works.
OVERDUE = timedelta(hours=2)
_BATCH = 200
_MANY_BYTES = 8


@dataclass(frozen=True, slots=True)
class Broken:
    """A rule that does not hold, and the ids of the rows that break it; `rule` is a name of RULES."""

    rule: str
    ids: tuple[int, ...]


Rule = Callable[[Session, datetime], Iterable[int]]


def broken_rules(session: Session, *, now: datetime) -> Iterator[Broken]:
    """All rules that do not hold."""
    for name, rule in RULES.items():
        if ids := tuple(rule(session, now)):
            yield Broken(name, ids)


def _entries_without_source(session: Session, _: datetime) -> Iterable[int]:
    """An entry comes from a message, or somebody entered it by hand, which its history says."""
    linked = exists().where(EntryMessageRow.entry_id == EntryRow.id)
    by_hand = exists().where(
        HistoryRow.subject == "entry", HistoryRow.subject_id == EntryRow.id, HistoryRow.field == "entry",
        HistoryRow.who.not_in(("intake", "system")),
    )  # fmt: skip
    return session.scalars(select(EntryRow.id).where(~linked, ~by_hand)).all()


def _entries_without_history(session: Session, _: datetime) -> Iterable[int]:
    told = exists().where(HistoryRow.subject == "entry", HistoryRow.subject_id == EntryRow.id)
    return session.scalars(select(EntryRow.id).where(~told)).all()


def _search_out_of_step(session: Session, _: datetime) -> Iterable[int]:
    entries = select(EntryRow).options(selectinload(EntryRow.fields)).execution_options(yield_per=_BATCH)
    # By words: their order is that in which the fields were written.
    return [
        row.id for row in session.scalars(entries) if sorted(row.search.split()) != sorted(search_text(row).split())
    ]


def _sent_without_time(session: Session, _: datetime) -> Iterable[int]:
    """What was sent says when, and what never left says no such thing."""
    wrong = or_(
        OutboxRow.state.in_(("sent",)) & OutboxRow.sent_at.is_(None),
        OutboxRow.state.in_(("queued", "held", "sending")) & OutboxRow.sent_at.is_not(None),
    )
    return session.scalars(select(OutboxRow.id).where(wrong)).all()


def _sending_without_sender(session: Session, _: datetime) -> Iterable[int]:
    """Whoever sends holds a lease, by the end of which the mail is known to be uncertain."""
    wrong = (OutboxRow.state == "sending") & OutboxRow.lease_until.is_(None)
    return session.scalars(select(OutboxRow.id).where(wrong)).all()


def _reading_without_reader(session: Session, _: datetime) -> Iterable[int]:
    """Without a lease nobody would take it up again."""
    wrong = (MessageRow.state == "reading") & MessageRow.lease_until.is_(None)
    return session.scalars(select(MessageRow.id).where(wrong)).all()


def _messages_overdue(session: Session, now: datetime) -> Iterable[int]:
    lost = (MessageRow.state == "reading") & (MessageRow.lease_until < now - OVERDUE)
    left = (MessageRow.state == "received") & (MessageRow.next_try_at < now - OVERDUE)
    return session.scalars(select(MessageRow.id).where(or_(lost, left))).all()


def _sending_overdue(session: Session, now: datetime) -> Iterable[int]:
    lost = (OutboxRow.state == "sending") & (OutboxRow.lease_until < now - OVERDUE)
    return session.scalars(select(OutboxRow.id).where(lost)).all()


def _lines_overdue(session: Session, now: datetime) -> Iterable[int]:
    lost = (ChatLineRow.state == "sending") & (ChatLineRow.lease_until < now - OVERDUE)
    return session.scalars(select(ChatLineRow.id).where(lost)).all()


def _updates_overdue(session: Session, now: datetime) -> Iterable[int]:
    """What somebody said in a chat and nobody answers."""
    left = (ChatUpdateRow.state == "received") & (ChatUpdateRow.next_try_at < now - OVERDUE)
    return session.scalars(select(ChatUpdateRow.id).where(left)).all()


def _answered_twice(session: Session, _: datetime) -> Iterable[int]:
    """One automatic mail of a kind and step for a message and recipient: the unique key does not see a NULL."""
    other = aliased(OutboxRow)
    same = (
        (other.id < OutboxRow.id) & (other.conversation_id == OutboxRow.conversation_id)
        & (other.kind == OutboxRow.kind) & (other.step == OutboxRow.step) & (other.to_key == OutboxRow.to_key)
        & (other.created_at == OutboxRow.created_at) & (other.body_text == OutboxRow.body_text)
        & (other.body_text != "") & (other.state != "discarded")
    )  # fmt: skip
    return session.scalars(select(OutboxRow.id).where(OutboxRow.state != "discarded", exists().where(same))).all()


def _done_without_trace(session: Session, _: datetime) -> Iterable[int]:
    """What is done was read, answered, or has a reason for no answer."""
    traces = [
        exists().where(row.message_id == MessageRow.id)
        for row in (ReadingRow, OutboxRow, UnansweredRow, EntryMessageRow)
    ]
    told = exists().where(HistoryRow.subject == "message", HistoryRow.subject_id == MessageRow.id)
    kept = MessageRow.raw != b""
    return session.scalars(select(MessageRow.id).where(MessageRow.state == "done", kept, ~or_(*traces, told))).all()


def _placeless(session: Session, _: datetime) -> Iterable[int]:
    """A message whose bytes are kept lay somewhere; one that could not be fetched may be looked for anew."""
    placed = exists().where(LocationRow.message_id == MessageRow.id)
    whole = (MessageRow.raw != b"") & (MessageRow.problem == "")
    return session.scalars(select(MessageRow.id).where(whole, ~placed)).all()


def _other_bytes(session: Session, _: datetime) -> Iterable[int]:
    kept = select(MessageRow.id, MessageRow.sha256, MessageRow.raw).where(MessageRow.raw != b"")
    rows = session.execute(kept.execution_options(yield_per=_MANY_BYTES))
    return [number for number, sha256, raw in rows if hashlib.sha256(raw).hexdigest() != sha256]


def _merges_of_nothing(session: Session, _: datetime) -> Iterable[int]:
    there = exists().where(EntryRow.id == MergeRow.kept_id)
    again = aliased(MergeRow)
    further = exists().where(again.dropped_id == MergeRow.kept_id)
    return session.scalars(select(MergeRow.id).where(MergeRow.undone_at.is_(None), ~there, ~further)).all()


def _foreign_keys(session: Session, _: datetime) -> Iterable[int]:
    """PostgreSQL keeps them always, SQLite only where they are switched on."""
    if session.get_bind().dialect.name != "sqlite":
        return ()
    return [row[1] or 0 for row in session.execute(sa.text("PRAGMA foreign_key_check"))]


def _damaged_file(session: Session, _: datetime) -> Iterable[int]:
    """SQLite's own look at its file, without the foreign keys; PostgreSQL looks when it reads."""
    if session.get_bind().dialect.name != "sqlite":
        return ()
    return [1 for (said,) in session.execute(sa.text("PRAGMA quick_check(1)")) if said != "ok"]


RULES: dict[str, Rule] = {
    "entry_without_source": _entries_without_source,
    "entry_without_history": _entries_without_history,
    "search_out_of_step": _search_out_of_step,
    "sent_without_time": _sent_without_time,
    "sending_without_sender": _sending_without_sender,
    "reading_without_reader": _reading_without_reader,
    "message_overdue": _messages_overdue,
    "sending_overdue": _sending_overdue,
    "line_overdue": _lines_overdue,
    "update_overdue": _updates_overdue,
    "answered_twice": _answered_twice,
    "done_without_trace": _done_without_trace,
    "message_without_place": _placeless,
    "message_with_other_bytes": _other_bytes,
    "merge_of_nothing": _merges_of_nothing,
    "foreign_key": _foreign_keys,
    "damaged_file": _damaged_file,
    "outbox_against_history": outbox_against_history,
    "message_read_twice": messages_read_twice,
    "message_done_before": messages_done_before,
    "entry_changed_silently": entries_changed_silently,
    "uncertain_without_task": uncertain_without_task,
    "line_without_task": interrupted_without_task,
    "chat_out_of_order": answers_out_of_order,
}


def rows_looked_at(session: Session) -> int:
    """How many entries, messages and mails of ours the rules were held against."""
    return sum(session.scalar(select(func.count()).select_from(row)) or 0 for row in (EntryRow, MessageRow, OutboxRow))
