"""Who may speak for an entry: whoever it came of, and their office. What anybody else says about it is a claim."""

from klimapartner.assistant.case import Case
from klimapartner.assistant.register_fields import body_ref, partner_ref, register_fields
from klimapartner.intents.reading import Partner
from klimapartner.storage import history
from klimapartner.storage.engine import Session
from klimapartner.storage.register import entry_to_join
from klimapartner.storage.search import ADDRESS_FIELDS, Entry, speaks_for
from klimapartner.storage.tasks import add_task

ACTOR = "klimapartner"
TASK = "proposal"
_TEXT = "Interesse von einer unbekannten Adresse zu einem bestehenden Eintrag; bitte vergleichen"


def entry_of_others(session: Session, case: Case, partner: Partner | None) -> Entry | None:
    """The entry that an interest would change though the sender may not speak for it; None where there is none."""
    met = entry_to_join(
        session,
        call=case.call.id,
        body=body_ref(case.mail.reading.municipality),
        partner=partner_ref(partner),
        message_id=case.message_id,
        entry_id=case.conversation.entry_id,
    )
    return None if met is None or may_speak_for(session, case, met) else met


def may_speak_for(session: Session, case: Case, entry: Entry) -> bool:
    """Whether the entry came of this conversation or this address, or the sender has a mailbox at the same office."""
    known = speaks_for(session, entry.id, conversation_id=case.conversation.id, address=case.sender)
    return known or same_office(case, entry)


def same_office(case: Case, entry: Entry) -> bool:
    """Whether the sender's domain is that of the entry's contact, and no freemailer's."""
    domain = _domain(case.sender)
    known = {_domain(str(entry.value(field) or "")) for field in ADDRESS_FIELDS}
    return domain in known and domain not in case.settings.limits.freemail


def claim(session: Session, case: Case, partner: Partner | None, entry: Entry) -> None:
    """Leave the entry as it is; what was said otherwise stands in its history, and staff compare the two."""
    _, new = add_task(
        session, kind=TASK, text=_TEXT, message_id=case.message_id, entry_id=entry.id, now=case.now
    )  # fmt: skip
    said = register_fields(case.mail, "machine", partner) if new else {}
    for name, value in said.items():
        if value.value != entry.value(name):
            history.record(
                session, now=case.now, who=ACTOR, subject="entry", subject_id=entry.id, action="claimed",
                field=name, old=entry.value(name), new=value.value,
            )  # fmt: skip


def _domain(address: str) -> str:
    return address.rpartition("@")[2].lower()
