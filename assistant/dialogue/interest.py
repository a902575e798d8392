"""The end of an expression of interest: it goes the way of a mail, with the reference told here and by mail."""

from klimapartner.assistant.actions import correct, enter
from klimapartner.assistant.case import Case, Result
from klimapartner.assistant.dialogue.contract import Reply
from klimapartner.assistant.dialogue.records import answer_by_mail, chat_case, conversation_of
from klimapartner.assistant.dialogue.state import Form
from klimapartner.assistant.dialogue.turning import Said, Turn
from klimapartner.assistant.register_fields import body_ref, partner_ref
from klimapartner.assistant.templates import Section
from klimapartner.mailbox.message import Address
from klimapartner.storage.outbox import OutboxMail
from klimapartner.storage.search import Entry, EntryFilter, get_entry, list_entries
from klimapartner.storage.sql import lock
from klimapartner.storage.tasks import add_task


def save_interest(turn: Turn, form: Form) -> Said:
    """Enter it; where the body has an entry that is not this chat's, a person compares the two first."""
    lock(turn.session, "entries", turn.call.id)
    case = chat_case(turn, form.values, "interest", said=form.said, left_out=form.skipped)
    if _meets_another(turn, case):
        return _to_compare(turn, case)
    result = enter(turn.session, case)
    assert result.entry_id is not None
    entry = get_entry(turn.session, result.entry_id)
    mail = answer_by_mail(turn, case, result, _address(form))
    return turn.says(
        _saved(turn, entry, mail), form=None, entry_id=entry.id, conversation_id=case.conversation.id
    )  # fmt: skip


def _meets_another(turn: Turn, case: Case) -> bool:
    """Whether the interest would join an entry that somebody else made: a stranger must not change that unseen."""
    reading = case.mail.reading
    body, partner = body_ref(reading.municipality), partner_ref(reading.partner)
    others = [
        entry
        for entry in list_entries(turn.session, EntryFilter(call=turn.call.id, ags=body.ags))
        if entry.body_key == body.key(None) and entry.id != turn.state.entry_id
    ]
    return any(entry.partner_key == partner.key or not (entry.partner_key and partner.key) for entry in others)


def _to_compare(turn: Turn, case: Case) -> Said:
    text = "Chat: Interesse einer Kommune, zu der es schon einen Eintrag gibt; bitte vergleichen"
    add_task(
        turn.session, kind="proposal", text=text, message_id=case.message_id, chat_id=turn.chat.id, now=turn.now
    )  # fmt: skip
    receipt = Result((Section("receipt", {"answer_by": turn.answer_by, "unread": []}),))
    contact = case.mail.reading.contact
    answer_by_mail(turn, case, receipt, Address(contact.name or "", contact.email or ""))
    reply = turn.reply("to_compare", reference=case.conversation.reference, answer_by=turn.answer_by)
    return turn.says(reply, form=None, conversation_id=case.conversation.id)


def _saved(turn: Turn, entry: Entry, mail: OutboxMail | None) -> Reply:
    parts = [turn.text("saved", reference=entry.reference)]
    if entry.late:
        parts.append(turn.text("late", deadline=turn.deadline, answer_by=turn.answer_by))
    if mail is not None:
        parts.append(turn.text("mail_follows", address=mail.to_addr))
    parts.append(turn.text("saved_next"))
    return Reply("\n\n".join(parts))


def save_correction(turn: Turn, form: Form) -> Said:
    """Change the entry that was proven to be the person's."""
    assert form.entry_id is not None
    entry = get_entry(turn.session, form.entry_id)
    case = chat_case(turn, form.values, "correction", said=form.said, conversation=conversation_of(turn, entry))
    emptied = tuple(name for name in form.cleared if not form.values.get(name))
    result = correct(turn.session, case, form.entry_id, emptied)
    answer_by_mail(turn, case, result, _address(form))
    return turn.says(turn.reply("corrected", reference=entry.reference), form=None)


def _address(form: Form) -> Address:
    return Address(str(form.values.get("contact.name") or ""), str(form.values.get("contact.email") or ""))
