"""Pressed buttons: each belongs to what is being done, or it is an old one and says so."""

from collections.abc import Callable
from dataclasses import replace

from klimapartner.assistant.dialogue.answers import PREFIX, faq_of_button
from klimapartner.assistant.dialogue.commands import cancel, delete_now, forget
from klimapartner.assistant.dialogue.forms import agree, ask, begin, clear, fill, skip
from klimapartner.assistant.dialogue.handover import hand_over
from klimapartner.assistant.dialogue.interest import save_correction, save_interest
from klimapartner.assistant.dialogue.own_entry import about_entry, withdraw_now
from klimapartner.assistant.dialogue.questions import (
    CLEARABLE,
    ORDER,
    SKIPPABLE,
    body_key,
    change_menu,
    next_slot,
    question,
)
from klimapartner.assistant.dialogue.state import Form
from klimapartner.assistant.dialogue.tongue import choose, menu
from klimapartner.assistant.dialogue.turning import Said, Turn
from klimapartner.assistant.dialogue.workshop import begin_workshop, save_workshop

_SAVE: dict[str, Callable[[Turn, Form], Said]] = {
    "interest": save_interest,
    "correction": save_correction,
    "workshop": save_workshop,
}
_ALLOWED = {
    "world_region": ("africa", "latin_america", "open"),
    "partnership_status": ("existing", "planned", "none"),
    "needs": ("matchmaking", "consultation"),
}


def press(turn: Turn, value: str) -> Said:
    """Do what a button says; what is being filled in goes on after it."""
    said = _anywhere(turn, value)
    if said is None and turn.state.form:
        said = _in_form(turn, turn.state.form, value)
    return said or _stale(turn)


def _stale(turn: Turn) -> Said:
    form = turn.state.form
    old = turn.reply("stale")
    return ask(turn, form, old) if form and form.name in ORDER else turn.says(old)


def _anywhere(turn: Turn, value: str) -> Said | None:
    if value.startswith(PREFIX):
        reply = faq_of_button(turn, value)
        again = (question(turn, turn.state.form),) if turn.state.form and turn.state.form.name in ORDER else ()
        return turn.says(reply, *again) if reply else None
    if value.startswith("lang:"):
        return _in_language(turn, value.removeprefix("lang:"))
    found = _EVERYWHERE.get(value)
    return found(turn) if found else None


def _in_language(turn: Turn, code: str) -> Said | None:
    chosen = choose(turn, code)
    if chosen is None:
        return None
    form = chosen.state.form
    again = (question(chosen, form),) if form and form.name in ORDER else ()
    return chosen.says(chosen.reply("language_chosen"), *again)


def resume(turn: Turn) -> Said:
    """Take up the form that was left for a person."""
    form = turn.state.form or turn.state.paused
    return _stale(turn) if form is None else ask(turn.with_state(paused=None), form)


def _in_form(turn: Turn, form: Form, value: str) -> Said | None:
    kind, _, rest = value.partition(":")
    if form.name in ORDER and kind in _FORM_BUTTONS:
        return _FORM_BUTTONS[kind](turn, form, rest)
    if form.name == "withdrawal" and value == "withdraw":
        return withdraw_now(turn, form)
    return delete_now(turn) if form.name == "delete" and value == "delete" else None


def _set(turn: Turn, form: Form, rest: str) -> Said | None:
    slot, _, value = rest.partition(":")
    if value not in _ALLOWED.get(slot, ()):
        return None
    # A button of an earlier question still changes its value; what is asked stays asked.
    return fill(turn, form, {slot: [value] if slot == "needs" else value})


def _pick(turn: Turn, form: Form, key: str) -> Said | None:
    chosen = next((item for item in form.candidates if body_key(item) == key), None)
    if chosen:
        return fill(turn, form, {"municipality": {"name": chosen["name"], "ags": chosen["ags"], "sub_body": None}})
    return ask(turn, replace(form, candidates=())) if key == "none" and form.candidates else None


def _skip(turn: Turn, form: Form, slot: str) -> Said | None:
    return skip(turn, form) if slot == form.asked and slot in SKIPPABLE[form.name] else None


def _clear(turn: Turn, form: Form, slot: str) -> Said | None:
    may = form.name == "correction" and slot == form.asked and slot in CLEARABLE
    return clear(turn, form) if may else None


def _edit(turn: Turn, form: Form, slot: str) -> Said | None:
    if slot not in ORDER[form.name]:
        return None
    return ask(turn, replace(form, asked=slot, wrong=0, candidates=(), hint=""))


def _keep(turn: Turn, form: Form, rest: str) -> Said | None:
    if form.asked != "municipality" or not form.hint:
        return None
    name = " ".join(form.hint.split())[:80]
    return fill(turn, form, {"municipality": {"name": name, "ags": None, "sub_body": None, "as_written": True}})


def _agree(turn: Turn, form: Form, rest: str) -> Said | None:
    return agree(turn, form) if form.asked == "notice" else None


def _decline(turn: Turn, form: Form, rest: str) -> Said | None:
    if form.asked != "notice":
        return None
    if turn.state.entry_id is None and not turn.state.handed_over:
        return forget(turn, "declined")
    return turn.says(turn.reply("declined"), form=None)


def save_form(turn: Turn, form: Form, rest: str = "") -> Said | None:
    """Keep what the summary shows; None where something is still open."""
    ready = form.asked == "summary" and next_slot(form) is None
    return _SAVE[form.name](turn, form) if ready else None


def _change(turn: Turn, form: Form, rest: str) -> Said | None:
    return turn.says(change_menu(turn, form)) if form.asked == "summary" else None


_FORM_BUTTONS: dict[str, Callable[[Turn, Form, str], Said | None]] = {
    "set": _set, "pick": _pick, "skip": _skip, "clear": _clear, "edit": _edit, "keep": _keep, "agree": _agree,
    "decline": _decline, "save": save_form, "change": _change,
}  # fmt: skip
_EVERYWHERE: dict[str, Callable[[Turn], Said]] = {
    "human": hand_over,
    "cancel": cancel,
    "lang": menu,
    "resume": resume,
    "go:interest": lambda turn: begin(turn, "interest"),
    "go:workshop": begin_workshop,
    "go:status": lambda turn: about_entry(turn, "status"),
    "go:correction": lambda turn: about_entry(turn, "correction"),
    "go:withdrawal": lambda turn: about_entry(turn, "withdrawal"),
}
