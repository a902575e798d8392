"""From the sections of an answer to its row in the outbox: frame, headers, limits."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from klimapartner.assistant.answer_parts import call_words, contacts, privacy
from klimapartner.assistant.case import Case
from klimapartner.assistant.chat_links import has_chat, links_into_chat
from klimapartner.assistant.identity import message_id_domain
from klimapartner.assistant.limits import over_limit
from klimapartner.assistant.settings import MailboxSettings
from klimapartner.assistant.templates import Section, plain, tidy
from klimapartner.mailbox.compose import new_message_id, reply_subject, verp_address
from klimapartner.mailbox.message import Address
from klimapartner.storage.engine import Session
from klimapartner.storage.outbox import Draft, OutboxMail, count_answers, enqueue
from klimapartner.storage.search import get_entry
from klimapartner.storage.sql import lock
from klimapartner.storage.tasks import add_task

_EVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered: its kind, its sections, the entry behind it, and why it should wait ('' where it need not)."""

    kind: str
    sections: tuple[Section, ...]
    entry_id: int | None = None
    hold: str = ""


def queue_answer(session: Session, case: Case, to: Address, answer: Answer) -> OutboxMail:
    """Put the answer into the outbox, once per message; over a limit it is held and staff are told."""
    # Two readers that count at the same time would both find room for one more.
    lock(session, "answers")
    over, counted = over_limit(
        session,
        case.settings.limits,
        kind=answer.kind,
        conversation_id=case.conversation.id,
        address=to.addr,
        now=case.now,
    )
    if over:
        add_task(session, kind="limit", text=over, message_id=case.message_id, entry_id=answer.entry_id, now=case.now)
    hold = over or answer.hold or ("Alle Antworten warten auf Freigabe" if case.settings.answers.hold_all else "")
    return _enqueue(session, case, to, replace(answer, hold=hold), step="1", first_contact=not counted.ever)


def prepare_for_named_address(session: Session, case: Case, answer: Answer) -> OutboxMail | None:
    """A held answer to another address that the mail names: whether it is the sender's, only a person can tell."""
    contact, message = case.mail.reading.contact, case.mail.message
    told = {address.addr.lower() for address in (message.from_, *message.reply_to)}
    if not contact.email or contact.email.lower() in told or contact.email.lower() in case.settings.own_addresses:
        return None
    hold = "Andere Adresse als die des Absenders: bitte prüfen"
    to = Address(plain(contact.name or ""), contact.email)
    first_contact = not count_answers(session, since=_EVER, address=to.addr)
    return _enqueue(session, case, to, replace(answer, hold=hold), step="named_address", first_contact=first_contact)


def _enqueue(
    session: Session, case: Case, to: Address, answer: Answer, *, step: str, first_contact: bool
) -> OutboxMail:
    links = _links(session, case, answer) if step == "1" and first_contact else []
    body = _body(case, to, answer.sections, first_contact, links)
    row, _ = enqueue(session, _draft(case, to, answer, body, step), now=case.now)
    return row


def _links(session: Session, case: Case, answer: Answer) -> list[str]:
    """Links that open the entry in a chat: only for whoever made it, not for one who wrote of the same body later."""
    if answer.kind != "interest" or answer.entry_id is None or not has_chat(case.settings):
        return []
    own = get_entry(session, answer.entry_id).reference.startswith(case.conversation.reference)
    return links_into_chat(session, case.settings, answer.entry_id, now=case.now) if own else []


def _draft(case: Case, to: Address, answer: Answer, body: str, step: str) -> Draft:
    message, box = case.mail.message, case.box
    token = f"{case.conversation.reference}.{case.message_id}.{answer.kind}.{step}"
    return Draft(
        kind=answer.kind,
        step=step,
        conversation_id=case.conversation.id,
        message_id=case.message_id,
        entry_id=answer.entry_id,
        to_name=to.name,
        to_addr=to.addr,
        from_addr=box.address,
        envelope_from=_envelope(box, token),
        subject=reply_subject(message.subject),
        body_text=body,
        language=case.language,
        headers=_thread_headers(case),
        rfc_message_id=new_message_id(message_id_domain(box), token),
        hold_reason=answer.hold,
    )


def _envelope(box: MailboxSettings, token: str) -> str:
    senders = {"mailbox": box.address, "verp": verp_address(box.address, token), "null": ""}
    return senders[box.envelope]


def _thread_headers(case: Case) -> dict[str, str]:
    """In-Reply-To and References by RFC 5322, 3.6.4."""
    message = case.mail.message
    if not message.message_id:
        return {}
    chain = [*message.references, message.message_id]
    return {"In-Reply-To": message.message_id, "References": " ".join(dict.fromkeys(chain))}


def _body(case: Case, to: Address, sections: tuple[Section, ...], first_contact: bool, chat_links: list[str]) -> str:
    rendered = [section_text(case, part, first=number == 0) for number, part in enumerate(sections)]
    frame: dict[str, Any] = {
        "name": _greeting_name(case, to),
        "sections": "\n\n".join(rendered),
        "call": call_words(case),
        "contacts": contacts(case),
        "signature": case.box.display_name,
        "reference": case.conversation.reference,
        "controller": case.settings.controller,
        "privacy": privacy(case) if first_contact else "",
        "chat_links": chat_links,
    }
    return tidy(case.texts.section(Section("frame", frame), case.language))


def section_text(case: Case, section: Section, *, first: bool) -> str:
    """One section in words; the `first` one of a mail may open it."""
    return case.texts.section(Section(section.name, _section_values(case, section, first=first)), case.language)


def _section_values(case: Case, section: Section, *, first: bool) -> dict[str, Any]:
    return {"call": call_words(case), "reference": case.conversation.reference, "first": first} | dict(section.values)


def _greeting_name(case: Case, to: Address) -> str:
    """The name of the person behind the address, where it is surely theirs: never a third person's or an office's."""
    contact = case.mail.reading.contact
    same = contact.email is not None and contact.email.lower() == to.addr.lower()
    return plain(contact.name) if contact.name and same else ""
