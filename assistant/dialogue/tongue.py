"""The language of a chat: told from longer lines, kept for short ones, and chosen by whoever wants another."""

from klimapartner.assistant.dialogue.catalogue import languages_of
from klimapartner.assistant.dialogue.contract import Button
from klimapartner.assistant.dialogue.turning import Said, Turn
from klimapartner.assistant.languages import LANGUAGES, NAMES, language_of
from klimapartner.intents.language import detect

ENOUGH = 15  # characters; "ok danke" says too little
SURE = 0.6
_WORDS = 4


def in_its_language(turn: Turn) -> Turn:
    """The same step in the language of the line, where that can be told and nobody chose another."""
    text, form = turn.event.text, turn.state.form
    greeted_in = languages_of(text, "hello") if not turn.state.greeted else []
    if len(greeted_in) == 1 and not turn.state.chosen:
        return turn.with_state(language=greeted_in[0])
    if turn.event.kind not in ("text", "edit") or turn.state.chosen or len(text.strip()) < ENOUGH:
        return turn
    # Names of places and persons speak a language of their own.
    if form and len(text.split()) < _WORDS:
        return turn
    code, probability = detect(text, turn.language)
    return turn.with_state(language=language_of(code)) if probability >= SURE else turn


def menu(turn: Turn) -> Said:
    """All languages as buttons."""
    return turn.says(turn.reply("language", *((Button(NAMES[code], f"lang:{code}"),) for code in LANGUAGES)))


def choose(turn: Turn, code: str) -> Turn | None:
    """The same step in the chosen language; None where we do not speak it."""
    return turn.with_state(language=language_of(code), chosen=True) if code in LANGUAGES else None
