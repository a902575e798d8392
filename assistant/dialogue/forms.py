"""A guided form: only what is missing is asked, questions in between are answered, every value can be changed."""

from dataclasses import replace
from typing import Any

from klimapartner.assistant.dialogue.answers import faq_reply, nearest_reply, unknown_reply
from klimapartner.assistant.dialogue.catalogue import has_line, is_word
from klimapartner.assistant.dialogue.contract import Reply
from klimapartner.assistant.dialogue.handover import hand_over
from klimapartner.assistant.dialogue.questions import CLEARABLE, SKIPPABLE, next_slot, question, rows, why
from klimapartner.assistant.dialogue.slots import PERSONAL, Heard, has_personal, hear, hear_freely, several_bodies
from klimapartner.assistant.dialogue.state import Form, FormName, Values, form_json, form_of
from klimapartner.assistant.dialogue.turning import Said, Turn
from klimapartner.intents.telling import has_question_mark
from klimapartner.intents.world import region_of

_STEPS = ("notice", "summary")
_EXPLAINED = 2
_SHORT = 3


def begin(turn: Turn, name: FormName, *lead: Reply, text: str = "", **more: Any) -> Said:
    """Start a form with what a text says already."""
    settings = turn.office.settings
    if not turn.takes_intake:
        return turn.says(*lead, turn.reply("no_intake", (turn.button("human", "human"),), mail=turn.office.box.address))
    if not settings.controller.complete:
        return turn.says(*lead, turn.reply("not_set_up"), faq_reply(turn, ["contact"]))
    if name == "interest" and turn.call.is_late(turn.now):
        lead = (*lead, late_notice(turn))
    values = hear_freely(turn, text, personal=bool(turn.state.agreed)) if text else {}
    form = Form(name, values=_completed(values), said=(text,) if text else (), **more)
    if text and "municipality" not in values and (several := several_bodies(turn.read(text))):
        form = replace(form, candidates=several, hint=several[0]["name"])
    if text and not turn.state.agreed and has_personal(turn, text):
        return ask(turn, replace(form, asked="notice"), *lead)
    return proceed(turn, form, *lead)


def late_notice(turn: Turn) -> Reply:
    """Said before anything is asked, where the deadline has passed."""
    return turn.reply("late_now", deadline=turn.deadline)


def proceed(turn: Turn, form: Form, *lead: Reply) -> Said:
    """Ask for what is open; with all there, show the summary. The notice comes before the first personal datum."""
    slot = next_slot(form) or "summary"
    if slot in PERSONAL and not turn.state.agreed:
        slot = "notice"
    return ask(turn, replace(form, asked=slot, wrong=0), *lead)


def ask(turn: Turn, form: Form, *lead: Reply) -> Said:
    """Put the awaited question."""
    return turn.says(*lead, question(turn, form), form=form)


def answer(turn: Turn, form: Form, text: str) -> Said:
    """A line of text while a form is open; at the summary it is a change."""
    form = replace(form, before=form_json(replace(form, before=None)))
    if _is_question(turn, form, text):
        return _aside(turn, form, text)
    if form.asked in _STEPS:
        return _at_step(turn, form, text)
    if form.asked in SKIPPABLE.get(form.name, ()) and is_word(text, "skip"):
        return skip(turn, form)
    heard = hear(turn, form, text)
    named = form.asked in PERSONAL and bool(heard.values)
    if not named and len(text.split()) >= _SHORT and "human" in turn.ask(text).faq:
        return hand_over(turn)
    return take(turn, form, text, heard)


def correct_last(turn: Turn, form: Form, text: str) -> Said:
    """The person changed the line that was answered last: the form goes back to where it was."""
    return answer(turn, form_of(form.before) or form, text)


def take(turn: Turn, form: Form, text: str, heard: Heard) -> Said:
    """Fill in what was heard; nothing heard is explained."""
    if heard.candidates:
        hint = f"{form.hint}, {text}" if form.hint else text
        return ask(turn, replace(form, candidates=heard.candidates, hint=hint))
    if heard.values:
        return fill(turn, replace(form, said=(*form.said, text)), heard.values, heard.also)
    return _not_understood(turn, form, text, heard.problem)


def fill(turn: Turn, form: Form, values: Values, also: Values | None = None, *lead: Reply) -> Said:
    """Take values over: what was asked for replaces, what was said beside it only completes."""
    merged = _completed({**(also or {}), **form.values, **values})
    if form.asked == "wishes":
        merged |= {name: values.get(name, []) for name in ("needs", "topics")}
    return proceed(turn, replace(form, values=merged, candidates=(), hint=""), *lead)


def _completed(values: Values) -> dict[str, Any]:
    """The region of a partner's country, where it is one of the call's; no partner where there is none yet."""
    found = dict(values)
    partner = found.get("partner") or {}
    if found.get("partnership_status") == "none" and partner.get("municipality"):
        found.pop("partner")
    if partner.get("country") and not found.get("world_region"):
        found["world_region"] = region_of(partner["country"])
    return found


def skip(turn: Turn, form: Form) -> Said:
    """Leave the awaited slot open."""
    return proceed(turn, replace(form, skipped=(*form.skipped, form.asked)))


def clear(turn: Turn, form: Form) -> Said:
    """Take the awaited value out of the entry."""
    names = CLEARABLE[form.asked]
    values = {name: value for name, value in form.values.items() if name not in names}
    cleared = tuple(dict.fromkeys((*form.cleared, *names)))
    return skip(turn, replace(form, values=values, cleared=cleared))


def agree(turn: Turn, form: Form) -> Said:
    """After the notice: what was said before it may be kept now."""
    agreed = turn.with_state(agreed=turn.now.isoformat())
    values = dict(form.values)
    for text in form.said:
        heard = hear_freely(agreed, text, personal=True)
        # Nobody was asked for a name yet: a line that is nothing else is the place it was an answer with.
        if str(heard.get("contact.name", "")) == text.strip(" .,!"):
            heard.pop("contact.name")
        values = {**heard, **values}
    return proceed(agreed, replace(form, values=values))


def _at_step(turn: Turn, form: Form, text: str) -> Said:
    if form.asked == "notice":
        return agree(turn, form) if is_word(text, "yes") else ask(turn, form, turn.reply("please_choose"))
    changed = hear_freely(turn, text, personal=True)
    if not changed:
        return ask(turn, form, turn.reply("please_choose"))
    return fill(turn, replace(form, said=(*form.said, text)), changed)


def _is_question(turn: Turn, form: Form, text: str) -> bool:
    if has_question_mark(text):
        return True
    spelt = form.asked not in PERSONAL and len(text.split()) >= _SHORT
    return spelt and "question" in turn.read(text).intents


def _aside(turn: Turn, form: Form, text: str) -> Said:
    """Answer a question, keep what the line says for the form, and go on with what was asked."""
    asked = turn.ask(text)
    if "human" in asked.faq:
        return hand_over(turn)
    ids = [name for name in turn.read(text).faq or asked.faq if name != "human"]
    reply = (
        faq_reply(turn, ids) if ids else nearest_reply(turn, asked.suggest) if asked.suggest else unknown_reply(turn)
    )
    heard = hear_freely(turn, text, personal=bool(turn.state.agreed))
    new = {name: value for name, value in heard.items() if name not in form.values}
    if not new or form.asked in _STEPS:
        return ask(turn, form, reply)
    return fill(turn, replace(form, said=(*form.said, text)), new, None, reply)


def _not_understood(turn: Turn, form: Form, text: str, problem: str) -> Said:
    """Explain twice, then offer a person; a body that no list has may stay as it is written."""
    wrong = replace(form, wrong=form.wrong + 1, hint=text if form.asked == "municipality" else form.hint)
    if wrong.wrong > _EXPLAINED:
        keep = ((turn.button("as_written", "keep"),),) if form.asked == "municipality" else ()
        more = (*keep, *rows(turn, form), (turn.button("human", "human"), turn.button("cancel", "cancel")))
        return turn.says(turn.reply("offer_person", *more), form=wrong)
    explained = turn.reply(problem, *rows(turn, form)) if problem and has_line(problem) else why(turn, wrong)
    return turn.says(explained, form=wrong)
