"""Blanking a person everywhere, the history included: what remains says that something was erased, not about whom.

The register entry itself stays: a municipality is no person. Afterwards `Database.scrub()` rewrites the files.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, Delete, Update, delete, func, or_, select, update

from klimapartner.storage import history
from klimapartner.storage.engine import Session
from klimapartner.storage.erase_chats import erase_chats
from klimapartner.storage.erase_find import Person, find_person, mentions
from klimapartner.storage.errors import StorageError
from klimapartner.storage.fields import search_text
from klimapartner.storage.tables import (
    ConversationRow,
    EntryRow,
    ErasureRow,
    FieldRow,
    HistoryRow,
    MessageRow,
    OfferRow,
    OutboxRow,
    ParticipantRow,
    PermitRow,
    ReadingRow,
    TaskRow,
    UnansweredRow,
)

_NOBODY = {"contact_name": "", "contact_email": "", "contact_phone": ""}
_NO_MAIL: dict[str, Any] = {"to_name": "", "to_addr": "", "to_key": "", "to_domain": "", "envelope_from": ""}
_NO_MAIL |= {"subject": "", "body_text": "", "headers": {}, "last_error": "", "hold_reason": ""}


@dataclass(frozen=True, slots=True)
class Erasure:
    """How many rows of which table were blanked or deleted."""

    counts: dict[str, int]


def erase_person(session: Session, *, address: str, who: str, now: datetime) -> Erasure:
    """Blank all that is stored about the person with this mail address; call `Database.scrub()` after the commit.

    Every message in which the address stands loses its bytes and readings, also one that somebody else wrote. Mails
    that still wait are discarded. Raises StorageError for something that is no address.
    """
    key = address.strip().lower()
    if not all(key.rpartition("@")[::2]):
        raise StorageError(f"{address} is no mail address; give the address of the person to erase.")
    person = find_person(session, key)
    with _permitted(session):
        counts = {
            "messages": _messages(session, person),
            "readings": _readings(session, person),
            "conversations": _conversations(session, person),
            "outbox": _outbox(session, person),
            "fields": _fields(session, person),
            "notes": _notes(session, person),
            "offers": _offers(session, person),
            "chats": erase_chats(session, person, now=now),
            "participants": _run(session, delete(ParticipantRow).where(ParticipantRow.email == key)),
            "history": _history(session, person),
        }
        _search(session, person)
    for entry_id in sorted(person.entries):
        history.record(session, now=now, who=who, subject="entry", subject_id=entry_id, action="erased")
    session.add(ErasureRow(at=now, who=who, counts=counts))
    session.expire_all()
    return Erasure(counts)


@contextmanager
def _permitted(session: Session) -> Iterator[None]:
    """Let the triggers pass; only this transaction sees the permit, and it cannot be committed."""
    permit = PermitRow()
    session.add(permit)
    session.flush()
    yield
    session.delete(permit)
    session.flush()


def _messages(session: Session, person: Person) -> int:
    blank = {"raw": b"", "message_id": "", "problem": "", "state_reason": "erased"}
    own = update(MessageRow).where(MessageRow.id.in_(person.messages))
    unfinished = own.where(MessageRow.state != "done")
    _run(session, unfinished.values(state="done", lease_owner=None, lease_until=None))
    return _run(session, own.values(**blank))


def _readings(session: Session, person: Person) -> int:
    return _run(session, update(ReadingRow).where(ReadingRow.message_id.in_(person.messages)).values(body={}))


def _conversations(session: Session, person: Person) -> int:
    own = update(ConversationRow).where(func.lower(ConversationRow.address) == person.address)
    return _run(session, own.values(address=""))


def _outbox(session: Session, person: Person) -> int:
    named = mentions(session, person, OutboxRow, OutboxRow.subject, OutboxRow.body_text, OutboxRow.headers)
    about = or_(OutboxRow.to_key == person.address, OutboxRow.message_id.in_(person.messages), OutboxRow.id.in_(named))
    own = update(OutboxRow).where(OutboxRow.id.in_(list(session.scalars(select(OutboxRow.id).where(about)))))
    _run(session, own.where(OutboxRow.state.in_(("queued", "held", "failed"))).values(state="discarded"))
    return _run(session, own.values(**_NO_MAIL))


def _fields(session: Session, person: Person) -> int:
    """The person's contact fields and remarks go, in other fields only the evidence that quotes the messages."""
    theirs = [row.entry_id for row in session.scalars(select(FieldRow)) if person.has_address(row.value)]
    said = or_(FieldRow.entry_id.in_(theirs), FieldRow.message_id.in_(person.messages))
    personal = or_(FieldRow.field.startswith("contact."), FieldRow.field == "remarks")
    count = _run(session, update(FieldRow).where(said, personal).values(value=None, evidence=[], confidence=None))
    named = mentions(session, person, FieldRow, FieldRow.evidence)
    quoted = or_(FieldRow.message_id.in_(person.messages), FieldRow.id.in_(named))
    return count + _run(session, update(FieldRow).where(quoted).values(evidence=[]))


def _notes(session: Session, person: Person) -> int:
    told = TaskRow.id.in_(mentions(session, person, TaskRow, TaskRow.text))
    tasks = or_(TaskRow.message_id.in_(person.messages), TaskRow.chat_id.in_(person.chats), told)
    named = mentions(session, person, UnansweredRow, UnansweredRow.reason)
    reasons = or_(UnansweredRow.message_id.in_(person.messages), UnansweredRow.id.in_(named))
    blanked = _run(session, update(TaskRow).where(tasks).values(text=""))
    return blanked + _run(session, update(UnansweredRow).where(reasons).values(reason=""))


def _offers(session: Session, person: Person) -> int:
    return _run(session, update(OfferRow).where(func.lower(OfferRow.contact_email) == person.address).values(**_NOBODY))


def _history(session: Session, person: Person) -> int:
    personal = or_(HistoryRow.field.startswith("contact."), HistoryRow.field.in_(("remarks", "mail")))
    of_entries = personal & (HistoryRow.subject == "entry") & HistoryRow.subject_id.in_(person.entries)
    of_messages = (HistoryRow.subject == "message") & HistoryRow.subject_id.in_(person.messages)
    # What a stranger claimed about an entry hangs on the task that came of it.
    compared = select(TaskRow.entry_id).where(TaskRow.message_id.in_(person.messages), TaskRow.entry_id.is_not(None))
    claimed = personal & (HistoryRow.action == "claimed") & HistoryRow.subject_id.in_(compared)
    named = HistoryRow.id.in_(mentions(session, person, HistoryRow, HistoryRow.old, HistoryRow.new))
    told = or_(of_entries, of_messages, claimed & (HistoryRow.subject == "entry"), named)
    return _run(session, update(HistoryRow).where(told).values(old=None, new=None))


def _search(session: Session, person: Person) -> None:
    """The search text repeats the fields."""
    session.expire_all()
    for row in session.scalars(select(EntryRow).where(EntryRow.id.in_(person.entries))):
        row.search = search_text(row)
        row.version += 1
    session.flush()


def _run(session: Session, statement: Update | Delete) -> int:
    result = session.execute(statement.execution_options(synchronize_session=False))
    return cast("CursorResult[Any]", result).rowcount
