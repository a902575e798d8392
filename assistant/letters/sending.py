"""Letters on their way: one held or queued mail a recipient, never two for the same press of a button."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from klimapartner.assistant.identity import message_id_domain
from klimapartner.assistant.intake import Office, new_conversation
from klimapartner.assistant.languages import Language, language_of
from klimapartner.assistant.letters.catalogue import Filled, fill
from klimapartner.assistant.letters.values import values_of
from klimapartner.mailbox.compose import new_message_id
from klimapartner.storage.conversations import Conversation, get_conversation
from klimapartner.storage.engine import Session
from klimapartner.storage.messages import messages_of_entry
from klimapartner.storage.offers import Offer
from klimapartner.storage.outbox import Draft, OutboxMail, enqueue
from klimapartner.storage.outbox_edit import mails_of_entry
from klimapartner.storage.search import Entry

LETTER = "letter"
TEST = "test"
HELD = "Brief: bitte ansehen und freigeben"


@dataclass(frozen=True, slots=True)
class Prepared:
    """A letter for an entry; `problem` is a key of the console's words, '' where it can go."""

    entry: Entry
    address: str
    name: str
    language: Language
    filled: Filled
    problem: str


def prepare(
    session: Session,
    office: Office,
    entry: Entry,
    subject: Mapping[str, str],
    body: Mapping[str, str],
    offer: Offer | None = None,
) -> Prepared:
    """The letter for an entry, in the language in which the municipality wrote; texts are by language."""
    language = language_for(session, entry)
    values = values_of(office, entry, language, offer)
    filled = fill(subject.get(language) or subject["de"], body.get(language) or body["de"], values)
    address = str(entry.value("contact.email") or "") or _sender(session, entry)
    problem = "no_address" if not address else "withdrawn" if entry.status == "withdrawn" else ""
    problem = problem or ("undeliverable" if entry.undeliverable else "missing" if filled.missing else "")
    return Prepared(entry, address, values["name"], language, filled, problem)


def send_letter(
    session: Session, office: Office, prepared: Prepared, *, batch: str, who: str, now: datetime, hold: bool = True
) -> tuple[OutboxMail, bool]:
    """Put it into the outbox; the same batch never makes a second one for an entry (then False)."""
    conversation = conversation_of(session, office, prepared.entry, prepared.address, now=now)
    draft = letter_draft(
        office, conversation, token=f"letter.{batch}.{prepared.entry.id}", to=prepared.address, name=prepared.name,
        subject=prepared.filled.subject, body=prepared.filled.body, language=prepared.language,
        entry_id=prepared.entry.id, hold=HELD if hold else "",
    )  # fmt: skip
    return enqueue(session, draft, now=now)


def letter_draft(
    office: Office,
    conversation: Conversation,
    *,
    token: str,
    to: str,
    name: str,
    subject: str,
    body: str,
    language: str,
    entry_id: int | None = None,
    hold: str = "",
    kind: str = LETTER,
    headers: Mapping[str, str] | None = None,
    calendar: str = "",
) -> Draft:
    """A mail by a person of the office, in the conversation with whoever it goes to."""
    number = conversation.reference
    return Draft(
        kind=kind, step=token, conversation_id=conversation.id, entry_id=entry_id, to_name=name, to_addr=to,
        from_addr=office.box.address, envelope_from=office.box.address,
        subject=subject if number in subject else f"{subject} [{number}]", body_text=body, language=language,
        rfc_message_id=new_message_id(message_id_domain(office.box), token), hold_reason=hold,
        headers=dict(headers or {}), calendar=calendar,
    )  # fmt: skip


def conversation_of(session: Session, office: Office, entry: Entry, address: str, *, now: datetime) -> Conversation:
    """The conversation that the entry came from; a new one for an entry that was made by hand."""
    numbers = [message.conversation_id for message in messages_of_entry(session, entry.id) if message.conversation_id]
    numbers += [mail.conversation_id for mail in mails_of_entry(session, entry.id)]
    return get_conversation(session, numbers[0]) if numbers else new_conversation(session, office, address, now=now)


def language_for(session: Session, entry: Entry) -> Language:
    """The language of our last mail to the municipality, else German."""
    mails = mails_of_entry(session, entry.id)
    return language_of(mails[-1].language) if mails else "de"


def _sender(session: Session, entry: Entry) -> str:
    numbers = [message.conversation_id for message in messages_of_entry(session, entry.id) if message.conversation_id]
    return get_conversation(session, numbers[0]).address if numbers else ""
