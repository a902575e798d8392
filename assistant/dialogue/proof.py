"""Whose entry is it? A reference number, and a code that only the entry's contact gets; strangers learn nothing.

What is said is the same whether or not there is such an entry.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from klimapartner.assistant.dialogue.contract import Reply
from klimapartner.assistant.dialogue.records import conversation_of
from klimapartner.assistant.dialogue.state import Form
from klimapartner.assistant.dialogue.turning import Said, Turn
from klimapartner.assistant.identity import message_id_domain
from klimapartner.mailbox.compose import new_message_id
from klimapartner.storage.conversations import find_references
from klimapartner.storage.messages import get_message
from klimapartner.storage.outbox import Draft, count_answers, enqueue
from klimapartner.storage.search import Entry, entry_by_reference
from klimapartner.storage.tokens import CODE_TRIES, issue_code, redeem_code

CODE_VALID = timedelta(minutes=30)
CODES_PER_HOUR = 5  # asked for in one chat
CODES_PER_DAY = 3  # mailed to one address
_KIND = "chat-code"
_EXPLAINED = 2


def ask_reference(turn: Turn, goal: str, *lead: Reply, text: str = "") -> Said:
    """Ask for the reference number, unless the text has one."""
    form = Form("reference", asked="reference", goal=goal, said=(text,) if text else ())
    if text and find_references(text):
        return take_reference(turn, form, text, *lead)
    return turn.says(*lead, turn.reply("ask_reference", (turn.button("cancel", "cancel"),)), form=form)


def take_reference(turn: Turn, form: Form, text: str, *lead: Reply) -> Said:
    """A code goes to the contact of that entry, if there is one; how many may be asked for is limited."""
    found = find_references(text)
    if not found:
        return _not_understood(turn, form)
    recent = _recent(turn)
    if len(recent) >= CODES_PER_HOUR:
        human = (turn.button("human", "human"),)
        return turn.says(*lead, turn.reply("too_many_codes", human), form=None)
    _mail_code(turn, found[0], len(recent))
    asked = replace(form, name="code", asked="code", hint=found[0], wrong=0)
    reply = turn.reply("ask_code", (turn.button("cancel", "cancel"),), reference=found[0])
    return turn.says(*lead, reply, form=asked, codes=(*recent, turn.now.isoformat()))


def _recent(turn: Turn) -> tuple[str, ...]:
    since = turn.now - timedelta(hours=1)
    return tuple(moment for moment in turn.state.codes if datetime.fromisoformat(moment) > since)


def _mail_code(turn: Turn, reference: str, number: int) -> None:
    entry = entry_by_reference(turn.session, reference)
    address = str(entry.value("contact.email") or "") if entry else ""
    if entry is None or entry.call != turn.call.id or not address or entry.undeliverable:
        return
    if not _is_first_hand(turn, entry):
        return
    day = turn.now - timedelta(days=1)
    if count_answers(turn.session, since=day, address=address, kind="code") >= CODES_PER_DAY:
        return
    code = issue_code(
        turn.session, kind=_KIND, subject=_subject(turn, reference), now=turn.now, valid=CODE_VALID
    )  # fmt: skip
    enqueue(turn.session, _draft(turn, entry, address, code, number), now=turn.now)


def _is_first_hand(turn: Turn, entry: Entry) -> bool:
    """Whether the address was given by who made the entry, or by staff: a later letter of a stranger may name any."""
    field = entry.fields["contact.email"]
    if field.provenance == "staff" or field.message_id is None:
        return True
    return get_message(turn.session, field.message_id).conversation_id == conversation_of(turn, entry).id


def _draft(turn: Turn, entry: Entry, address: str, code: str, number: int) -> Draft:
    box = turn.office.box
    # Of two codes in one chat each is a mail of its own.
    token = f"{entry.reference}.chat{turn.chat.id}.code{number}.{turn.now:%Y%m%d%H%M%S%f}"
    minutes = int(CODE_VALID.total_seconds() // 60)
    return Draft(
        kind="code",
        step=token,
        conversation_id=conversation_of(turn, entry).id,
        entry_id=entry.id,
        to_addr=address,
        from_addr=box.address,
        envelope_from=box.address,
        subject=turn.text("code_subject", reference=entry.reference),
        body_text=turn.text(
            "code_mail", code=code, reference=entry.reference, minutes=minutes, office=box.display_name
        ),
        language=turn.language,
        rfc_message_id=new_message_id(message_id_domain(box), token),
    )


def _subject(turn: Turn, reference: str) -> str:
    """A code is good in the chat that asked for it only."""
    return f"{turn.chat.id}:{reference}"


def take_code(turn: Turn, form: Form, text: str) -> Entry | Said:
    """The entry that the code opens, or what is said to a wrong one."""
    digits = "".join(filter(str.isdigit, text))
    subject = _subject(turn, form.hint)
    if redeem_code(turn.session, kind=_KIND, subject=subject, code=digits, now=turn.now):
        entry = entry_by_reference(turn.session, form.hint)
        assert entry is not None
        return entry
    wrong = replace(form, wrong=form.wrong + 1)
    human = (turn.button("human", "human"), turn.button("cancel", "cancel"))
    if wrong.wrong >= CODE_TRIES:
        return turn.says(turn.reply("code_spent", human), form=None)
    return turn.says(turn.reply("code_wrong", human), form=wrong)


def _not_understood(turn: Turn, form: Form) -> Said:
    wrong = replace(form, wrong=form.wrong + 1)
    buttons = (turn.button("human", "human"), turn.button("cancel", "cancel"))
    if wrong.wrong > _EXPLAINED:
        return turn.says(turn.reply("offer_person", buttons), form=wrong)
    return turn.says(turn.reply("why_reference", buttons), form=wrong)
