"""One stored mail to its end: read it, bring it into the register, queue the answer. All of it in one transaction."""

import sys
from dataclasses import dataclass
from datetime import datetime

from klimapartner.assistant.actions import STEPS
from klimapartner.assistant.answer import Answer, prepare_for_named_address, queue_answer
from klimapartner.assistant.bounces import note_bounce
from klimapartner.assistant.call import Call
from klimapartner.assistant.case import Case
from klimapartner.assistant.contract import reading_json
from klimapartner.assistant.identity import Identity
from klimapartner.assistant.mail_reading import MailReading, answer_address, read_mail
from klimapartner.assistant.settings import MailboxSettings, Settings
from klimapartner.assistant.staff_answers import STAFF_ANSWERED, answered_by_staff
from klimapartner.assistant.templates import Section, Texts
from klimapartner.intents.reader import Reader
from klimapartner.storage.conversations import Conversation, find_conversation, find_references, open_conversation
from klimapartner.storage.engine import Session
from klimapartner.storage.messages import StoredMessage, message_raw, set_conversation
from klimapartner.storage.outbox import OutboxMail
from klimapartner.storage.readings import add_reading
from klimapartner.storage.unanswered import add_unanswered

_PROMISE_A_PERSON = {"receipt", "status_request"}


@dataclass(frozen=True, slots=True)
class Office:
    """All that handling a mail of one mailbox needs."""

    settings: Settings
    box: MailboxSettings
    call: Call
    identity: Identity
    reader: Reader
    texts: Texts


@dataclass(frozen=True, slots=True)
class Handled:
    """What became of a mail: its reading, its answer, or why there is none."""

    mail: MailReading
    answer: OutboxMail | None = None
    reason: str = ""


def new_conversation(session: Session, office: Office, address: str, *, now: datetime) -> Conversation:
    """A conversation of the office's call, with a reference of its phase."""
    return open_conversation(session, call=office.call.id, prefix=f"KP{office.call.phase}", address=address, now=now)


def read_stored(session: Session, office: Office, stored: StoredMessage) -> MailReading:
    """Read a stored mail anew."""
    return read_mail(
        message_raw(session, stored.id),
        reader=office.reader,
        identity=office.identity,
        call=office.call,
        received=stored.received_at,
    )


def handle(session: Session, office: Office, stored: StoredMessage, mail: MailReading, *, now: datetime) -> Handled:
    """Bring a read mail into the register and queue its answer. Doing it twice changes nothing."""
    add_reading(
        session, message_id=stored.id, model_version=office.reader.version, body=reading_json(mail.reading), now=now
    )
    conversation = _known_conversation(session, mail)
    if mail.verdict.automated:
        return _machine(session, stored, mail, conversation, now)
    conversation = conversation or new_conversation(session, office, mail.message.from_.addr, now=now)
    set_conversation(session, stored.id, conversation.id)
    case = Case(mail, stored.id, conversation, office.call, office.box, office.settings, office.texts, now)
    return _person(session, case)


def _known_conversation(session: Session, mail: MailReading) -> Conversation | None:
    message = mail.message
    ids = [*message.in_reply_to, *reversed(message.references)]
    return find_conversation(session, message_ids=ids, references=find_references(message.subject))


def _machine(
    session: Session, stored: StoredMessage, mail: MailReading, conversation: Conversation | None, now: datetime
) -> Handled:
    if conversation:
        set_conversation(session, stored.id, conversation.id)
    note_bounce(session, mail.message, message_raw(session, stored.id), message_id=stored.id, now=now)
    return _no_answer(
        session, stored.id, mail, mail.verdict.kind, "; ".join(hit.reason for hit in mail.verdict.hits), now
    )


def _person(session: Session, case: Case) -> Handled:
    mail = case.mail
    if mail.reading.unsolicited:
        return _no_answer(session, case.message_id, mail, "spam", "Unverlangte Werbung oder Betrugsversuch", case.now)
    done = {name: STEPS[name](session, case) for name in STEPS if name in mail.reading.intents}
    sys.audit("klimapartner.read.registered")
    sections = tuple(section for result in done.values() for section in result.sections)
    entry_id = next((result.entry_id for result in done.values() if result.entry_id), None)
    hold = next((result.hold for result in done.values() if result.hold), "")
    to = answer_address(mail)
    if reason := _why_silent(session, case):
        return _no_answer(session, case.message_id, mail, *reason, case.now)
    if to is None or not sections:
        return _no_answer(
            session, case.message_id, mail, "no_address", "Keine Adresse, an die geantwortet werden darf", case.now
        )
    answer = Answer(next(iter(done)), _each_once(sections), entry_id, hold)
    row = queue_answer(session, case, to, answer)
    sys.audit("klimapartner.read.queued")
    prepare_for_named_address(session, case, answer)
    return Handled(mail, row)


def _why_silent(session: Session, case: Case) -> tuple[str, str] | None:
    since = case.settings.answer_since
    if answered_by_staff(session, case.mail.message):
        return STAFF_ANSWERED
    if since is None:
        return "not_set_up", "answer_since ist noch nicht gesetzt"
    if case.received < since:
        return "too_old", f"Vor {since.date().isoformat()} eingegangen (answer_since)"
    hits = "; ".join(hit.reason for hit in case.mail.verdict.hits)
    return None if case.mail.verdict.reply_allowed else ("no_reply", hits or "Keine Antwort erlaubt")


def _each_once(sections: tuple[Section, ...]) -> tuple[Section, ...]:
    """Sections without a second one of the same name, and without a second promise that a person answers."""
    once = {section.name: section for section in reversed(sections)}
    if once.keys() & _PROMISE_A_PERSON:
        once.pop("unknown", None)
    return tuple(once.values())[::-1]


def _no_answer(session: Session, message_id: int, mail: MailReading, code: str, reason: str, now: datetime) -> Handled:
    add_unanswered(session, message_id=message_id, code=code, reason=reason, now=now)
    return Handled(mail, None, reason)
