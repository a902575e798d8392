"""Greetings, thanks, insults, and attempts to give the assistant orders: a short calm word, and nothing more."""

import re
from functools import cache

from klimapartner.assistant.dialogue.catalogue import is_word, words
from klimapartner.assistant.dialogue.contract import Reply
from klimapartner.assistant.dialogue.turning import Turn
from klimapartner.intents.fold import folded

_WHOLE = ("hello", "thanks", "bye", "fine")
_WITHIN = ("orders", "insults")
_SHORT = 7


def small_talk(turn: Turn, text: str) -> Reply | None:
    """What is said to a line that wants nothing; None where it may want something."""
    if reply := about_itself(turn, text):
        return reply
    for group in _WITHIN:
        if _phrases(group).search(folded(text)):
            return turn.reply(f"talk_{group}")
    kind = next((group for group in _WHOLE if is_word(text, group)), None) or _of_words(text)
    return turn.reply(f"talk_{kind}") if kind else None


def about_itself(turn: Turn, text: str) -> Reply | None:
    """What is said to a short question whether one talks to a human being."""
    asked = len(text.split()) <= _SHORT and _phrases("machine").search(folded(text))
    return turn.reply("talk_machine") if asked else None


def _of_words(text: str) -> str | None:
    """The kind of a line that has only such words in it: "ok danke", "hallo, guten Tag"."""
    spoken = folded(re.sub(r"[^\w\s'’-]", " ", text))
    if len(spoken) > 60:
        return None
    for group in ("bye", "thanks", "hello", "fine"):
        spoken, count = re.subn(rf"\b(?:{_any(group)})\b", " ", spoken)
        if (
            count
            and not re.sub(
                rf"\b(?:{_any('fine')}|{_any('fillers')}|{_any('hello')}|{_any('thanks')})\b", " ", spoken
            ).strip()
        ):
            return group
    return None


@cache
def _any(group: str) -> str:
    return "|".join(re.escape(word) for word in sorted(words(group), key=len, reverse=True))


@cache
def _phrases(group: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{_any(group)})\b")
