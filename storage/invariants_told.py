"""What the history and the tasks must say of how things stand; rules as in `invariants`."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from sqlalchemy import exists, func, select

from klimapartner.storage.chat_lines import INTERRUPTED
from klimapartner.storage.engine import Session
from klimapartner.storage.tables import ChatLineRow, EntryRow, HistoryRow, MessageRow, OutboxRow, TaskRow

# What a line of the history says of the state of a mail; a mail that is being sent has only the line that it waits.
_STATE_BY_ACTION = {
    "queued": "queued", "held": "held", "released": "queued", "requeued": "queued", "sent": "sent",
    "uncertain": "uncertain", "failed": "failed", "discarded": "discarded", "undeliverable": "undeliverable",
}  # fmt: skip
_OUTBOX_TASK = "outbox"
_LINE_TASKS = ("chat:uncertain", "staffbot:uncertain")
_MANY_BYTES = 8


def outbox_against_history(session: Session, _: datetime) -> Iterable[int]:
    """Mails whose last line in the history says otherwise, or that have none."""
    about = (HistoryRow.subject == "outbox", HistoryRow.action.in_(_STATE_BY_ACTION))
    last = select(func.max(HistoryRow.id)).where(*about).group_by(HistoryRow.subject_id)
    told = select(HistoryRow.subject_id, HistoryRow.action).where(HistoryRow.id.in_(last))
    said = {number: _STATE_BY_ACTION[action] for number, action in session.execute(told)}
    states = session.execute(select(OutboxRow.id, OutboxRow.state).order_by(OutboxRow.id))
    return [number for number, state in states if said.get(number) != {"sending": "queued"}.get(state, state)]


def messages_read_twice(session: Session, _: datetime) -> Iterable[int]:
    done = select(HistoryRow.subject_id).where(HistoryRow.subject == "message", HistoryRow.action == "done")
    twice = done.group_by(HistoryRow.subject_id).having(func.count() > 1)
    return session.scalars(twice.order_by(HistoryRow.subject_id)).all()


def messages_done_before(session: Session, _: datetime) -> Iterable[int]:
    """The history says that they were done, and they are to be read again, or are dead."""
    told = exists().where(
        HistoryRow.subject == "message", HistoryRow.subject_id == MessageRow.id, HistoryRow.action == "done"
    )
    return session.scalars(select(MessageRow.id).where(MessageRow.state != "done", told)).all()


def entries_changed_silently(session: Session, _: datetime) -> Iterable[int]:
    """Every version of an entry has a line at least; those that have none at all are another rule's."""
    lines = select(func.count()).where(HistoryRow.subject == "entry", HistoryRow.subject_id == EntryRow.id)
    count = lines.scalar_subquery()
    return session.scalars(select(EntryRow.id).where(count > 0, EntryRow.version > count)).all()


def uncertain_without_task(session: Session, _: datetime) -> Iterable[int]:
    """Staff are told of every mail of which nobody knows whether it arrived."""
    told = exists().where(TaskRow.kind == _OUTBOX_TASK, TaskRow.message_id.is_not_distinct_from(OutboxRow.message_id))
    return session.scalars(select(OutboxRow.id).where(OutboxRow.state == "uncertain", ~told)).all()


def interrupted_without_task(session: Session, _: datetime) -> Iterable[int]:
    """Staff are told where a sender died with a line of a chat on its way."""
    told = exists().where(TaskRow.kind.in_(_LINE_TASKS))
    lost = (ChatLineRow.state == "uncertain") & (ChatLineRow.error == INTERRUPTED)
    return session.scalars(select(ChatLineRow.id).where(lost, ~told)).all()


def answers_out_of_order(session: Session, _: datetime) -> Iterable[int]:
    """In a chat nothing is answered before what was said before it."""
    before = func.max(ChatLineRow.update_id).over(partition_by=ChatLineRow.chat_id, order_by=ChatLineRow.id)
    lines = select(ChatLineRow.id, ChatLineRow.update_id, before.label("before")).where(
        ChatLineRow.update_id.is_not(None)
    )
    found = lines.subquery()
    return session.scalars(select(found.c.id).where(found.c.update_id < found.c.before).order_by(found.c.id)).all()


def mails_overdue(session: Session, before: datetime) -> Iterable[int]:
    """Mails that were due before a moment; wrong only where mail may go at all, which the settings know."""
    left = (OutboxRow.state == "queued") & (OutboxRow.next_try_at < before)
    return session.scalars(select(OutboxRow.id).where(left)).all()


def kept_mails(session: Session) -> Iterator[tuple[int, bytes, datetime]]:
    """Number, bytes and time of every mail whose bytes are kept, a few at a time."""
    kept = select(MessageRow.id, MessageRow.raw, MessageRow.received_at).where(MessageRow.raw != b"")
    for row in session.execute(kept.execution_options(yield_per=_MANY_BYTES)):
        yield row[0], row[1], row[2]
