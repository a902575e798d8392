"""Questions in a chat: the FAQ's answers with source and date, the nearest questions, or the offer of a person."""

import re
from collections.abc import Sequence

from klimapartner.assistant.dates import day
from klimapartner.assistant.dialogue.contract import Button, Reply
from klimapartner.assistant.dialogue.turning import Row, Turn
from klimapartner.assistant.faq import faq_texts

PREFIX = "faq:"
_LOOSE_LIST = re.compile(r"\n\n+(?=- )")


def faq_reply(turn: Turn, ids: Sequence[str], *rows: Row) -> Reply:
    """The answers to FAQ ids as one reply; with several, each under its question."""
    found = faq_texts(turn.call, turn.office.texts, turn.office.settings.controller, turn.language, list(ids))
    several = len(found) > 1
    blocks = [f"{item['question']}\n{item['answer']}" if several else item["answer"] for item in found]
    source = turn.text("source", source=turn.call.source, as_of=day(turn.call.as_of, turn.language))
    return Reply(_LOOSE_LIST.sub("\n", "\n\n".join([*blocks, source])), rows)


def nearest_reply(turn: Turn, ids: Sequence[str]) -> Reply:
    """The nearest questions as buttons."""
    return turn.reply("unsure", *(_question(turn, name) for name in ids), (turn.button("human", "human"),))


def unknown_reply(turn: Turn) -> Reply:
    """We do not know: shall a person answer?"""
    return turn.reply("unknown", (turn.button("human", "human"),))


def faq_of_button(turn: Turn, value: str) -> Reply | None:
    """The answer to a pressed question; None where the call has no such question."""
    name = value.removeprefix(PREFIX)
    return faq_reply(turn, [name]) if name in turn.call.faq[turn.language] else None


def _question(turn: Turn, name: str) -> Row:
    return (Button(turn.call.faq[turn.language][name].question, PREFIX + name),)
