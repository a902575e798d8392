"""Asking back: a mail to whoever wrote, with a question for every needed detail that is missing or not sure."""

from klimapartner.assistant.answer import Answer, queue_answer
from klimapartner.assistant.case import Case
from klimapartner.assistant.intake import Office, read_stored
from klimapartner.assistant.languages import Language
from klimapartner.assistant.mail_reading import answer_address
from klimapartner.assistant.templates import Section
from klimapartner.assistant.workplace import Workplace
from klimapartner.storage.conversations import get_conversation
from klimapartner.storage.engine import Session
from klimapartner.storage.entries import Entry
from klimapartner.storage.messages import StoredMessage, messages_of_entry
from klimapartner.storage.search import get_entry

KIND = "ask_back"


def ask_back(session: Session, work: Workplace, entry_id: int) -> tuple[str, bool]:
    """Queue the question; the name of what is told about it, and whether it was done."""
    entry, stored = get_entry(session, entry_id), _newest(session, entry_id)
    if stored is None or stored.conversation_id is None or stored.mailbox not in work.settings.mailboxes:
        return "no_address", False
    office = work.office(stored.mailbox)
    case = _case(session, work, office, stored)
    to, questions = answer_address(case.mail), missing(office, entry, case.language)
    if not questions:
        return "nothing_missing", False
    if to is None or not to.addr:
        return "no_address", False
    answer = Answer(KIND, (Section(KIND, {"questions": questions}),), entry.id)
    row = queue_answer(session, case, to, answer)
    return ("asked_waits" if row.state == "held" else "asked"), True


def missing(office: Office, entry: Entry, language: Language) -> list[str]:
    """A question for each detail that the register lacks, or that a machine read and is not sure of."""
    texts = office.texts
    return [texts.word("ask", name, language) for name in texts.keys("ask") if not _sure(office, entry, name)]


def _sure(office: Office, entry: Entry, name: str) -> bool:
    field = entry.fields.get(name)
    if field is None or not field.value:
        return False
    return field.provenance != "machine" or (field.confidence or 0.0) >= office.settings.answers.certain


def _newest(session: Session, entry_id: int) -> StoredMessage | None:
    """The message that is answered: the last one that the entry was made from."""
    return next(reversed(messages_of_entry(session, entry_id)), None)


def _case(session: Session, work: Workplace, office: Office, stored: StoredMessage) -> Case:
    assert stored.conversation_id is not None
    conversation = get_conversation(session, stored.conversation_id)
    mail = read_stored(session, office, stored)
    return Case(mail, stored.id, conversation, office.call, office.box, office.settings, office.texts, work.clock())
