"""The call's events: who takes part, and the invitation with its calendar file."""

from datetime import UTC, datetime

from klimapartner.assistant.call import Step
from klimapartner.assistant.dates import when
from klimapartner.assistant.dialogue.ics import all_day_event
from klimapartner.assistant.identity import message_id_domain
from klimapartner.assistant.intake import Office, new_conversation
from klimapartner.assistant.languages import Language
from klimapartner.assistant.letters.catalogue import Filled, fill, letters, text_of
from klimapartner.assistant.letters.sending import HELD, letter_draft
from klimapartner.assistant.templates import plain
from klimapartner.mailbox.compose import new_message_id
from klimapartner.storage.engine import Session
from klimapartner.storage.outbox import OutboxMail, enqueue, find_by_rfc_id
from klimapartner.storage.participants import Participant, list_participants, register_participant
from klimapartner.storage.search import EntryFilter, list_entries

# The steps of a call to which people come.
EVENTS = ("workshop", "meeting", "kickoff")


def event_steps(office: Office) -> list[Step]:
    """The steps of the call that are events, in the call's order."""
    return [step for step in office.call.step if step.id in EVENTS]


def calendar_of(office: Office, step: Step, language: Language, *, now: datetime) -> str:
    """The event as a calendar file (RFC 5545); '' where the call names no exact day."""
    first, last = step.on or step.from_, step.on or step.to
    if first is None or last is None:
        return ""
    return all_day_event(
        uid=f"{step.id}.{office.call.id}@{message_id_domain(office.box)}", first=first, last=last,
        summary=title_of(step, language), description=office.call.source, url=office.call.source_url,
        now=now.astimezone(UTC),
    ).decode()  # fmt: skip


def title_of(step: Step, language: Language) -> str:
    """What the event is called."""
    return step.title.get(language, step.title["de"])


def add_selected(session: Session, office: Office, event: str, *, now: datetime) -> int:
    """Put the contact of every selected or invited entry on the list; returns how many are new."""
    chosen = EntryFilter(call=office.call.id, statuses=("selected", "invited"))
    new = 0
    for entry in list_entries(session, chosen):
        address = str(entry.value("contact.email") or "")
        if address:
            _, added = register_participant(
                session, call=office.call.id, event=event, name=str(entry.value("contact.name") or ""), email=address,
                body=entry.body_name, message_id=None, now=now,
            )  # fmt: skip
            new += added
    return new


def invitation(office: Office, step: Step, person: Participant, language: Language) -> Filled:
    """The invitation for a person; with a missing value it must not be sent."""
    letter = letters(office.settings.answers.templates)["event"]
    values = {
        "name": plain(person.name), "municipality": plain(person.body), "event": title_of(step, language),
        "when": when(step, language), "signature": office.box.display_name,
    }  # fmt: skip
    return fill(text_of(letter.subject, language), text_of(letter.body, language), values)


def invite(session: Session, office: Office, step: Step, *, language: Language, now: datetime) -> list[OutboxMail]:
    """A held invitation for everybody on the list who has none yet."""
    made = []
    calendar = calendar_of(office, step, language, now=now)
    for person in list_participants(session, office.call.id, step.id):
        filled, token = invitation(office, step, person, language), f"event.{step.id}.{person.id}"
        if filled.missing or not person.email or _was_made(session, office, token):
            continue
        draft = letter_draft(
            office, new_conversation(session, office, person.email, now=now), token=token,
            to=person.email, name=plain(person.name), subject=filled.subject, body=filled.body, language=language,
            hold=HELD, calendar=calendar,
        )  # fmt: skip
        mail, new = enqueue(session, draft, now=now)
        made += [mail] if new else []
    return made


def _was_made(session: Session, office: Office, token: str) -> bool:
    """Looked for first: a conversation that nobody needs would be left."""
    return find_by_rfc_id(session, new_message_id(message_id_domain(office.box), token)) is not None
