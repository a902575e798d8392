"""What each intent does to the register, and what the answer says of it: one step an intent, in the answer's order."""

from collections.abc import Callable, Sequence

from klimapartner.assistant.answer_parts import (
    answer_by,
    ask_for,
    attachments,
    faq_items,
    step_words,
    steps_ahead,
    understood,
    unread,
)
from klimapartner.assistant.case import Case, Result
from klimapartner.assistant.register_fields import (
    body_ref,
    certain_fields,
    in_words,
    partner_ref,
    register_fields,
)
from klimapartner.assistant.strangers import claim, entry_of_others, same_office
from klimapartner.assistant.templates import Section
from klimapartner.intents.reading import Partner
from klimapartner.storage.conversations import attach_entry
from klimapartner.storage.engine import Session
from klimapartner.storage.offers import add_offer
from klimapartner.storage.participants import register_participant
from klimapartner.storage.register import EntryChange, correct_entry, set_flag, upsert_entry, withdraw
from klimapartner.storage.search import EntryMatch, find_entry_for
from klimapartner.storage.tasks import add_task

Step = Callable[[Session, Case], Result]
ACTOR = "klimapartner"
_NEEDED = ("municipality", "world_region", "partnership_status")


def interest(session: Session, case: Case) -> Result:
    """The same as `enter`, but what a stranger says about somebody else's entry goes to staff and changes nothing."""
    met = {partner: entry_of_others(session, case, partner) for partner in _partners(case)}
    for partner, entry in met.items():
        if entry is not None:
            claim(session, case, partner, entry)
    own = [partner for partner, entry in met.items() if entry is None]
    return enter(session, case, own) if own else Result((_receipt(case),))


def enter(session: Session, case: Case, partners: Sequence[Partner | None] = ()) -> Result:
    """A row in the register for every partner that is named, and what was understood."""
    changes = [_upsert(session, case, partner) for partner in partners or _partners(case)]
    first = changes[0]
    attach_entry(session, case.conversation.id, first.entry_id)
    sure = certain_fields(case.mail.reading, case.settings.answers.certain)
    if any(field not in sure for field in _NEEDED):
        set_flag(session, entry_id=first.entry_id, flag="uncertain", value=True, actor=ACTOR, now=case.now)
    return Result((acknowledgement(case, first.reference),), first.entry_id)


def _partners(case: Case) -> list[Partner | None]:
    named = [p for p in (case.mail.reading.partner, *case.mail.reading.more_partners) if p]
    return list(named) or [None]


def _upsert(session: Session, case: Case, partner: Partner | None) -> EntryChange:
    return upsert_entry(
        session,
        call=case.call.id,
        body=body_ref(case.mail.reading.municipality),
        partner=partner_ref(partner),
        fields=register_fields(case.mail, case.provenance, partner),
        message_id=case.message_id,
        reference=case.conversation.reference,
        received_at=case.received,
        actor=ACTOR,
        now=case.now,
        entry_id=case.conversation.entry_id,
        late=case.mail.late,
    )


def acknowledgement(case: Case, reference: str) -> Section:
    """What is said about an interest: what was understood, what is missing, what lies ahead."""
    if case.mail.late:
        closed = {"deadline": step_words(case, "interest"), "answer_by": answer_by(case)}
        return Section("closed", _shown(case, reference) | closed)
    open_call = {"attachments": attachments(case), "questions": ask_for(case), "steps": steps_ahead(case)}
    return Section("interest", _shown(case, reference) | open_call)


def _shown(case: Case, reference: str) -> dict[str, object]:
    return {"reference": reference, "understood": understood(case)}


def correction(session: Session, case: Case) -> Result:
    """Changes the sender's own entry; without one that is surely theirs, a task for staff and a neutral receipt."""
    match = _own_entry(session, case)
    if match is None:
        return _for_staff(session, case, "correction", "Berichtigung ohne sicher zugehörigen Eintrag")
    return correct(session, case, match.entry.id)


def correct(session: Session, case: Case, entry_id: int, emptied: Sequence[str] = ()) -> Result:
    """Changes an entry that is the sender's to what they say now; `emptied` are fields that they take out."""
    reading = case.mail.reading
    sure = certain_fields(reading, case.settings.answers.certain)
    change = correct_entry(
        session,
        entry_id=entry_id,
        fields=register_fields(case.mail, "sender", reading.partner),
        emptied=emptied,
        body=body_ref(reading.municipality) if "municipality" in sure else None,
        partner=partner_ref(reading.partner) if "partner" in sure else None,
        message_id=case.message_id,
        actor=ACTOR,
        now=case.now,
    )
    if change.kept:
        text = "Berichtigung widerspricht Angaben des Teams"
        add_task(
            session, kind="proposal", text=text, message_id=case.message_id, entry_id=change.entry_id, now=case.now
        )
    changed = in_words({item.field: item.new for item in change.changed if item.new}, case.texts, case.language)
    return Result((Section("correction", {"reference": change.reference, "changed": changed}),), change.entry_id)


def withdrawal(session: Session, case: Case) -> Result:
    """Marks the sender's own entry as withdrawn; without one, a task for staff and a neutral receipt."""
    match = _own_entry(session, case)
    if match is None:
        return _for_staff(session, case, "withdrawal", "Rückzug ohne sicher zugehörigen Eintrag")
    return take_back(session, case, match.entry.id)


def take_back(session: Session, case: Case, entry_id: int) -> Result:
    """Marks an entry that is the sender's as withdrawn."""
    change = withdraw(session, entry_id=entry_id, message_id=case.message_id, actor=ACTOR, now=case.now)
    return Result((Section("withdrawal", {"reference": change.reference}),), change.entry_id)


def workshop(session: Session, case: Case) -> Result:
    """Puts the sender on the list of the information workshop, where that still lies ahead."""
    step = next((s for s in case.call.step if s.id == "workshop"), None)
    over = step is None or step.last_day < case.now.astimezone(case.call.zone).date()
    if over:
        add_task(
            session,
            kind="workshop",
            text="Anmeldung zu einem Workshop, der vorbei ist",
            message_id=case.message_id,
            now=case.now,
        )
    else:
        contact = case.mail.reading.contact
        register_participant(
            session, call=case.call.id, event="workshop", name=contact.name or "", email=case.sender,
            body=_body_name(case), message_id=case.message_id, now=case.now,
        )  # fmt: skip
    event = {"over": over, "when": step_words(case, "workshop")}
    return Result((Section("workshop", {"event": event, "answer_by": answer_by(case)}),))


def partner_offer(session: Session, case: Case) -> Result:
    """Keeps the offer of a municipality of the Global South."""
    reading = case.mail.reading
    partner = reading.partner or Partner()
    add_offer(
        session, call=case.call.id, name=partner.municipality or "", country=partner.country or "",
        message_id=case.message_id, contact_name=reading.contact.name or "", contact_email=reading.contact.email or "",
        contact_phone=reading.contact.phone or "", topics=reading.topics, reference=case.conversation.reference,
        now=case.now,
    )  # fmt: skip
    return Result((Section("partner_offer", {}),))


def question(session: Session, case: Case) -> Result:
    """The FAQ's answers; what it does not know goes to a person."""
    items, sections = faq_items(case), []
    if items:
        sections.append(Section("question", {"faq": items}))
    if not items or "human" in case.mail.reading.faq:
        add_task(session, kind="question", text="Frage an eine Person", message_id=case.message_id, now=case.now)
        sections.append(Section("unknown", {"faq": items, "answer_by": answer_by(case)}))
    return Result(tuple(sections))


def status_request(session: Session, case: Case) -> Result:
    """A receipt only: the state is not told to an address that nobody has verified."""
    add_task(session, kind="status", text="Nachfrage zum Stand", message_id=case.message_id, now=case.now)
    return Result((Section("status_request", {"answer_by": answer_by(case)}),))


def other(session: Session, case: Case) -> Result:
    """A neutral receipt that waits for staff."""
    add_task(session, kind="other", text="Nachricht ohne erkanntes Anliegen", message_id=case.message_id, now=case.now)
    return Result((_receipt(case),), hold="Anliegen nicht erkannt: bitte ansehen")


def _for_staff(session: Session, case: Case, kind: str, text: str) -> Result:
    add_task(session, kind=kind, text=text, message_id=case.message_id, now=case.now)
    return Result((_receipt(case),))


def _receipt(case: Case) -> Section:
    return Section("receipt", {"answer_by": answer_by(case), "unread": unread(case)})


def _own_entry(session: Session, case: Case) -> EntryMatch | None:
    """The entry that surely belongs to the sender: by thread or address, or by body and the same office's domain."""
    match = find_entry_for(
        session,
        call=case.call.id,
        conversation_id=case.conversation.id,
        address=case.sender,
        body=body_ref(case.mail.reading.municipality) if case.mail.reading.municipality else None,
    )
    if match is None or match.by != "body":
        return match
    return match if same_office(case, match.entry) else None


def _body_name(case: Case) -> str:
    body = case.mail.reading.municipality
    return body.name if body else ""


# The order of the sections in an answer, and which intent names the answer's kind.
STEPS: dict[str, Step] = {
    "interest": interest,
    "correction": correction,
    "withdrawal": withdrawal,
    "partner_offer": partner_offer,
    "workshop_registration": workshop,
    "status_request": status_request,
    "question": question,
    "other": other,
}
