"""A line of text: an answer to what is asked, a question, a wish to do something, or small talk."""

from collections.abc import Callable

from klimapartner.assistant.dialogue.answers import faq_reply, nearest_reply, unknown_reply
from klimapartner.assistant.dialogue.buttons import save_form
from klimapartner.assistant.dialogue.catalogue import is_word
from klimapartner.assistant.dialogue.commands import cancel, delete_now
from klimapartner.assistant.dialogue.contract import Reply
from klimapartner.assistant.dialogue.forms import answer, begin
from klimapartner.assistant.dialogue.handover import hand_over, passed_on
from klimapartner.assistant.dialogue.own_entry import about_entry, reach, withdraw_now
from klimapartner.assistant.dialogue.proof import take_code, take_reference
from klimapartner.assistant.dialogue.questions import ORDER
from klimapartner.assistant.dialogue.small_talk import about_itself, small_talk
from klimapartner.assistant.dialogue.state import Form
from klimapartner.assistant.dialogue.turning import Row, Said, Turn
from klimapartner.assistant.dialogue.workshop import begin_workshop
from klimapartner.assistant.register_fields import confidence_of
from klimapartner.intents.reading import Answer, Reading
from klimapartner.intents.telling import has_question_mark
from klimapartner.storage.conversations import find_references

_Begin = Callable[..., Said]


def _offer(turn: Turn, *lead: Reply, text: str) -> Said:
    """A town of the Global South looks for a partner: that is taken by mail, where its contact is known."""
    return turn.says(*lead, turn.reply("partner_offer", (turn.button("human", "human"),), mail=turn.office.box.address))


# The order in which wishes are heeded, with the button that offers them where the line is a question.
WISHES: dict[str, tuple[_Begin, str]] = {
    "withdrawal": (lambda turn, *lead, text: about_entry(turn, "withdrawal", *lead, text=text), "withdraw"),
    "correction": (lambda turn, *lead, text: about_entry(turn, "correction", *lead, text=text), "correct"),
    "status_request": (lambda turn, *lead, text: about_entry(turn, "status", *lead, text=text), "status"),
    "workshop_registration": (begin_workshop, "workshop"),
    "interest": (lambda turn, *lead, text: begin(turn, "interest", *lead, text=text), "interest"),
    "partner_offer": (_offer, "human"),
}
_BUTTONS = {
    "withdraw": "go:withdrawal", "correct": "go:correction", "status": "go:status", "workshop": "go:workshop",
    "interest": "go:interest", "human": "human",
}  # fmt: skip


def hear_text(turn: Turn, text: str) -> Said:
    """What is said to a line of text."""
    form = turn.state.form
    if form is None:
        return _free(turn, text)
    if form.name in ORDER:
        if form.asked == "summary" and is_word(text, "yes"):
            return save_form(turn, form) or answer(turn, form, text)
        return answer(turn, form, text)
    return _in_small_form(turn, form, text)


def _in_small_form(turn: Turn, form: Form, text: str) -> Said:
    """Reference, code, or a last question before something is done for good."""
    if form.name in ("withdrawal", "delete"):
        if is_word(text, "yes"):
            return withdraw_now(turn, form) if form.name == "withdrawal" else delete_now(turn)
        return cancel(turn) if is_word(text, "no") else _free(turn.with_state(form=None), text)
    asked = turn.ask(text)
    if asked.faq and not any(map(str.isdigit, text)):
        return turn.says(_faq(turn, asked), turn.reply(f"ask_{form.name}_again"))
    if form.name == "reference":
        return take_reference(turn, form, text)
    opened = take_code(turn, form, text)
    if isinstance(opened, Said):
        return opened
    return reach(turn.with_state(entry_id=opened.id, form=None), form.goal, opened)


def _faq(turn: Turn, asked: Answer) -> Reply:
    return faq_reply(turn, asked.faq)


def _free(turn: Turn, text: str) -> Said:
    if find_references(text) and len(text.split()) == 1:
        return about_entry(turn, "status", text=text)
    if reply := about_itself(turn, text):
        return turn.says(reply)
    reading, asked = turn.read(text), turn.ask(text)
    # Who waits for a person talks to that person: only questions are answered, nothing is begun.
    wish = None if turn.state.handed_over else _wish(turn, reading)
    if wish and not ("question" in reading.intents and asked.faq):
        return WISHES[wish][0](turn, text=text)
    if asked.faq and (not turn.state.handed_over or _asks(reading, text)):
        return _answered(turn, asked, reading, wish, text)
    if turn.state.handed_over:
        return passed_on(turn)
    if reply := small_talk(turn, text):
        return turn.says(reply)
    return turn.says(nearest_reply(turn, asked.suggest) if asked.suggest else unknown_reply(turn))


def _asks(reading: Reading, text: str) -> bool:
    return has_question_mark(text) or "question" in reading.intents


def _wish(turn: Turn, reading: Reading) -> str | None:
    """What the line wants done, if that is sure."""
    if confidence_of(reading, "intents") < turn.office.settings.answers.certain:
        return None
    return next((wish for wish in WISHES if wish in reading.intents), None)


def _answered(turn: Turn, asked: Answer, reading: Reading, wish: str | None, text: str) -> Said:
    """The FAQ's answers; who also says for whom they speak goes on with the form, else it is offered."""
    ids = [name for name in asked.faq if name != "human"]
    answers = (faq_reply(turn, ids, *_offered(turn, wish)),) if ids else ()
    if "human" in asked.faq:
        return hand_over(turn, *answers)
    if wish == "interest" and (reading.municipality or reading.partner):
        return begin(turn, "interest", faq_reply(turn, reading.faq or ids), text=text)
    return turn.says(*answers)


def _offered(turn: Turn, wish: str | None) -> tuple[Row, ...]:
    if wish is None:
        return ()
    key = WISHES[wish][1]
    return ((turn.button(key, _BUTTONS[key]),),)
