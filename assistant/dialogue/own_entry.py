"""One's own entry: its state, a correction, a withdrawal. Whose entry it is, is proven first."""

from collections.abc import Callable
from dataclasses import replace

from klimapartner.assistant.actions import take_back
from klimapartner.assistant.dates import day
from klimapartner.assistant.dialogue.contract import Reply
from klimapartner.assistant.dialogue.forms import fill, proceed
from klimapartner.assistant.dialogue.proof import ask_reference
from klimapartner.assistant.dialogue.records import answer_by_mail, chat_case, conversation_of
from klimapartner.assistant.dialogue.slots import hear_freely
from klimapartner.assistant.dialogue.state import Form
from klimapartner.assistant.dialogue.turning import Said, Turn
from klimapartner.assistant.faq import step_in_words
from klimapartner.mailbox.message import Address
from klimapartner.storage.search import Entry, get_entry

_FIELDS = (
    "world_region", "partnership_status", "contact.name", "contact.email", "contact.phone", "contact.role",
    "needs", "topics",
)  # fmt: skip


def about_entry(turn: Turn, goal: str, *lead: Reply, text: str = "") -> Said:
    """Do something about one's own entry: at once for what came of this chat, else after the proof."""
    if not turn.takes_intake:
        return turn.says(*lead, turn.reply("no_intake", (turn.button("human", "human"),), mail=turn.office.box.address))
    if turn.state.entry_id is None:
        return ask_reference(turn, goal, *lead, text=text)
    return reach(turn, goal, get_entry(turn.session, turn.state.entry_id), *lead, text=text)


def reach(turn: Turn, goal: str, entry: Entry, *lead: Reply, text: str = "") -> Said:
    """Go on with an entry that is surely the person's."""
    goals: dict[str, Callable[..., Said]] = {"status": _status, "correction": _correction, "withdrawal": _withdrawal}
    return goals[goal](turn, entry, *lead, text=text)


def _status(turn: Turn, entry: Entry, *lead: Reply, text: str) -> Said:
    state = turn.text(f"status_{entry.status}")
    received = day(entry.received_at.astimezone(turn.call.zone).date(), turn.language)
    parts = [turn.text("status", reference=entry.reference, received=received, state=state)]
    ahead = [step_in_words(step, turn.language) for step in turn.call.steps_ahead(turn.now)]
    if ahead and entry.status not in ("withdrawn", "declined"):
        parts.append(turn.text("ahead", steps="\n".join(f"- {step['when']}: {step['title']}" for step in ahead)))
    buttons = (turn.button("correct", "go:correction"), turn.button("withdraw", "go:withdrawal"))
    return turn.says(*lead, Reply("\n\n".join(parts), (buttons,)), form=None)


def _correction(turn: Turn, entry: Entry, *lead: Reply, text: str) -> Said:
    form = Form("correction", values=values_of_entry(entry), entry_id=entry.id, skipped=("wishes", "contact.phone"))
    changed = hear_freely(turn, text, personal=True) if text else {}
    if changed and turn.state.agreed:
        return fill(turn, replace(form, said=(text,)), changed, None, *lead)
    return proceed(turn, form, *lead)


def values_of_entry(entry: Entry) -> dict[str, object]:
    """The slots of a form as the register has them."""
    values: dict[str, object] = {name: value for name in _FIELDS if (value := entry.value(name))}
    if entry.body_name:
        values["municipality"] = {"name": entry.body_name, "ags": entry.ags, "sub_body": entry.sub_body or None}
    if entry.partner_name or entry.partner_country:
        values["partner"] = {"municipality": entry.partner_name or None, "country": entry.partner_country or None}
    return values


def _withdrawal(turn: Turn, entry: Entry, *lead: Reply, text: str) -> Said:
    if entry.status == "withdrawn":
        return turn.says(*lead, turn.reply("withdrawn_already", reference=entry.reference), form=None)
    form = Form("withdrawal", asked="confirm", entry_id=entry.id, said=(text,) if text else ())
    sure = (turn.button("yes_withdraw", "withdraw"), turn.button("cancel", "cancel"))
    return turn.says(*lead, turn.reply("sure_to_withdraw", sure, reference=entry.reference), form=form)


def withdraw_now(turn: Turn, form: Form) -> Said:
    """Note the withdrawal, and say so to the contact by mail."""
    assert form.entry_id is not None
    entry = get_entry(turn.session, form.entry_id)
    contact = {name: value for name in ("contact.name", "contact.email") if (value := entry.value(name))}
    case = chat_case(turn, contact, "withdrawal", said=form.said, conversation=conversation_of(turn, entry))
    result = take_back(turn.session, case, entry.id)
    answer_by_mail(
        turn, case, result, Address(str(contact.get("contact.name", "")), str(contact.get("contact.email", "")))
    )
    return turn.says(turn.reply("withdrawn", reference=entry.reference), form=None)
