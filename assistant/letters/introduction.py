"""A pair that staff accepted: a held proposal to both sides, without the contact of either."""

from datetime import datetime

from klimapartner.assistant.intake import Office, new_conversation
from klimapartner.assistant.languages import language_of
from klimapartner.assistant.letters.catalogue import fill, letters, text_of
from klimapartner.assistant.letters.sending import HELD, letter_draft, prepare, send_letter
from klimapartner.assistant.letters.values import values_of
from klimapartner.assistant.templates import plain
from klimapartner.storage.conversations import find_conversation
from klimapartner.storage.engine import Session
from klimapartner.storage.matches import get_offer_language
from klimapartner.storage.offers import Offer
from klimapartner.storage.outbox import OutboxMail, enqueue
from klimapartner.storage.search import Entry


def introduce(
    session: Session, office: Office, entry: Entry, offer: Offer, *, who: str, now: datetime
) -> list[OutboxMail]:
    """One held mail a side that has an address; the same pair never makes a second one."""
    known = letters(office.settings.answers.templates)
    ours = known["matchmaking"]
    prepared = prepare(session, office, entry, ours.subject, ours.body, offer)
    batch = f"match{offer.id}"
    mails = [] if prepared.problem else [send_letter(session, office, prepared, batch=batch, who=who, now=now)[0]]
    theirs = _to_offer(session, office, entry, offer, now)
    return mails + ([theirs] if theirs else [])


def _to_offer(session: Session, office: Office, entry: Entry, offer: Offer, now: datetime) -> OutboxMail | None:
    letter = letters(office.settings.answers.templates)["offer_proposal"]
    language = language_of(get_offer_language(session, offer.id) or "en")
    values = values_of(office, entry, language) | {"name": plain(offer.contact_name)}
    filled = fill(text_of(letter.subject, language), text_of(letter.body, language), values)
    if not offer.contact_email or filled.missing:
        return None
    found = find_conversation(session, message_ids=(), references=(offer.reference,))
    conversation = found or new_conversation(session, office, offer.contact_email, now=now)
    draft = letter_draft(
        office, conversation, token=f"offer.{offer.id}.{entry.id}", to=offer.contact_email, name=values["name"],
        subject=filled.subject, body=filled.body, language=language, hold=HELD,
    )  # fmt: skip
    return enqueue(session, draft, now=now)[0]
