"""Every row that is about a person, by table: what is shown, handed out and erased is one and the same list."""

from collections.abc import Callable
from typing import Any
from urllib.parse import unquote_plus

from sqlalchemy import ColumnElement, false, func, or_, select

from klimapartner.storage.columns import Json
from klimapartner.storage.engine import Session
from klimapartner.storage.erase_find import Person, mentions
from klimapartner.storage.tables import (
    Base,
    ChatLineRow,
    CommentRow,
    ConversationRow,
    DeliveryRow,
    EntryRow,
    FieldRow,
    HistoryRow,
    MergeRow,
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

Traces = dict[str, list[int]]
_IS_PERSONAL = ("remarks", "mail")


def find_traces(session: Session, person: Person) -> Traces:
    """The ids by kind, in the order in which they are shown; kinds without any are there, too."""
    finders: dict[str, Callable[[Session, Person], list[int]]] = {
        "readings": _readings, "conversations": _conversations, "fields": _fields, "quotes": _quotes,
        "history": _history, "outbox": _outbox, "chat_lines": _chat_lines, "tasks": _tasks,
        "unanswered": _unanswered, "offers": _offers, "participants": _participants, "comments": _comments,
        "reminders": _reminders, "merges": _merges, "files": _files, "views": _views, "deliveries": _deliveries,
    }  # fmt: skip
    entries = _ids(session, EntryRow, EntryRow.id.in_(person.entries))  # without those that were merged into others
    known = {"messages": sorted(person.messages), "entries": entries, "chats": sorted(person.chats)}
    return known | {kind: find(session, person) for kind, find in finders.items()}


def _ids(session: Session, table: type[Base], condition: ColumnElement[bool]) -> list[int]:
    key = table.__mapper__.primary_key[0]
    return list(session.scalars(select(key).where(condition).order_by(key)))


def _is(column: Any, person: Person) -> ColumnElement[bool]:
    return func.lower(column) == person.address if person.address else false()


def _readings(session: Session, person: Person) -> list[int]:
    return _ids(session, ReadingRow, ReadingRow.message_id.in_(person.messages))


def _conversations(session: Session, person: Person) -> list[int]:
    return _ids(session, ConversationRow, _is(ConversationRow.address, person))


def _fields(session: Session, person: Person) -> list[int]:
    """The contact fields and remarks of entries whose contact the person is, or that the person's messages say."""
    theirs = contact_entries(session, person)
    adopted = _adopted(session, person, "value")
    said = or_(FieldRow.entry_id.in_(theirs), FieldRow.message_id.in_(person.messages), FieldRow.id.in_(adopted))
    return _ids(session, FieldRow, said & or_(FieldRow.field.startswith("contact."), FieldRow.field == "remarks"))


def _adopted(session: Session, person: Person, part: str) -> set[int]:
    """Fields that have a value or evidence from a merged entry's field that the person's messages said.

    Merging does not keep which message a value came from.
    """
    pictures = [before[name] for before in session.scalars(select(MergeRow.before)) for name in ("kept", "dropped")]
    fields = [one for picture in pictures for one in picture["fields"] if one["message_id"] in person.messages]
    said = {(one["field"], repr(item)) for one in fields for item in _items(one[part])}
    rows = session.execute(select(FieldRow.id, FieldRow.field, getattr(FieldRow, part))).all() if said else ()
    return {number for number, name, value in rows if any((name, repr(item)) in said for item in _items(value))}


def _items(value: Json) -> list[Json]:
    return value if isinstance(value, list) else [value] if value is not None else []


def contact_entries(session: Session, person: Person) -> set[int]:
    """The entries in one of whose fields the address stands; of somebody without an address, all that are known."""
    if not person.address:
        return set(person.entries)
    return {row.entry_id for row in session.scalars(select(FieldRow)) if person.has_address(row.value)}


def _quotes(session: Session, person: Person) -> list[int]:
    named = mentions(session, person, FieldRow, FieldRow.evidence)
    named += sorted(_adopted(session, person, "evidence"))
    return _ids(session, FieldRow, or_(FieldRow.message_id.in_(person.messages), FieldRow.id.in_(named)))


def _history(session: Session, person: Person) -> list[int]:
    personal = or_(HistoryRow.field.startswith("contact."), HistoryRow.field.in_(_IS_PERSONAL))
    of_entries = personal & (HistoryRow.subject == "entry") & HistoryRow.subject_id.in_(person.entries)
    of_messages = (HistoryRow.subject == "message") & HistoryRow.subject_id.in_(person.messages)
    # What a stranger claimed about an entry hangs on the task that came of it.
    compared = select(TaskRow.entry_id).where(TaskRow.message_id.in_(person.messages), TaskRow.entry_id.is_not(None))
    claimed = personal & (HistoryRow.action == "claimed") & HistoryRow.subject_id.in_(compared)
    named = HistoryRow.id.in_(mentions(session, person, HistoryRow, HistoryRow.old, HistoryRow.new))
    told = or_(of_entries, of_messages, claimed & (HistoryRow.subject == "entry"), named)
    # What was blanked before is nobody's any more.
    return _ids(session, HistoryRow, told & or_(HistoryRow.old.is_not(None), HistoryRow.new.is_not(None)))


def _outbox(session: Session, person: Person) -> list[int]:
    named = mentions(session, person, OutboxRow, OutboxRow.subject, OutboxRow.body_text, OutboxRow.headers)
    about = or_(_is(OutboxRow.to_key, person), OutboxRow.message_id.in_(person.messages), OutboxRow.id.in_(named))
    return _ids(session, OutboxRow, about)


def _chat_lines(session: Session, person: Person) -> list[int]:
    named = mentions(session, person, ChatLineRow, ChatLineRow.text, ChatLineRow.extras)
    return _ids(session, ChatLineRow, or_(ChatLineRow.chat_id.in_(person.chats), ChatLineRow.id.in_(named)))


def _tasks(session: Session, person: Person) -> list[int]:
    told = TaskRow.id.in_(_told(session, person, TaskRow, TaskRow.text))
    about = or_(TaskRow.message_id.in_(person.messages), TaskRow.chat_id.in_(person.chats), told)
    return _ids(session, TaskRow, about)


def _unanswered(session: Session, person: Person) -> list[int]:
    named = UnansweredRow.id.in_(mentions(session, person, UnansweredRow, UnansweredRow.reason))
    return _ids(session, UnansweredRow, or_(UnansweredRow.message_id.in_(person.messages), named))


def _offers(session: Session, person: Person) -> list[int]:
    return _ids(session, OfferRow, _is(OfferRow.contact_email, person))


def _participants(session: Session, person: Person) -> list[int]:
    return _ids(session, ParticipantRow, _is(ParticipantRow.email, person))


def _comments(session: Session, person: Person) -> list[int]:
    """What staff noted beside the entries whose contact the person is may be about them without their name."""
    told = CommentRow.id.in_(_told(session, person, CommentRow, CommentRow.text))
    beside = CommentRow.entry_id.in_(contact_entries(session, person))
    return _ids(session, CommentRow, or_(beside, told, CommentRow.id.in_(_moved(session, person, "comments"))))


def _reminders(session: Session, person: Person) -> list[int]:
    told = ReminderRow.id.in_(_told(session, person, ReminderRow, ReminderRow.text))
    beside = ReminderRow.entry_id.in_(contact_entries(session, person))
    return _ids(session, ReminderRow, or_(beside, told, ReminderRow.id.in_(_moved(session, person, "reminders"))))


def _moved(session: Session, person: Person, table: str) -> set[int]:
    """What stood beside an entry whose contact the person was, before that was merged into another one."""
    pictures = session.scalars(select(MergeRow.before)).all()
    theirs = (b for b in pictures if any(person.has_address(one["value"]) for one in b["dropped"]["fields"]))
    return {number for before in theirs for number in before["hung"][table]}


def _merges(session: Session, person: Person) -> list[int]:
    rows = session.execute(select(MergeRow.id, MergeRow.kept_id, MergeRow.dropped_id, MergeRow.before)).all()
    known = person.entries
    return [i for i, kept, gone, before in rows if {kept, gone} & known or person.is_told_of(before)]


def _files(session: Session, person: Person) -> list[int]:
    """Files that name the person, and packed ones (XLSX), into which nobody looks here: they live for a day only."""
    rows = session.execute(select(StoredFileRow.id, StoredFileRow.name, StoredFileRow.content)).all()
    return [
        number
        for number, name, content in rows
        if content.startswith(b"PK") or person.is_told_of(name) or person.is_told_of(content.decode("utf-8", "replace"))
    ]


def _views(session: Session, person: Person) -> list[int]:
    rows = session.execute(select(SavedViewRow.id, SavedViewRow.name, SavedViewRow.query)).all()
    return [i for i, name, query in rows if person.is_told_of(name) or person.is_told_of(unquote_plus(query))]


def _deliveries(session: Session, person: Person) -> list[int]:
    return _told(session, person, DeliveryRow, DeliveryRow.body, DeliveryRow.error)


def _told(session: Session, person: Person, table: type[Base], *columns: Any) -> list[int]:
    rows = session.execute(select(table.__mapper__.primary_key[0], *columns)).all()
    return [number for number, *values in rows if any(map(person.is_told_of, values))]


def counts_of(traces: Traces) -> dict[str, int]:
    """How many rows of each kind."""
    return {kind: len(ids) for kind, ids in traces.items()}
