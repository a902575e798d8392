"""What is asked of the FAQ: in the sentences of a letter, and in a line of chat."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from klimapartner.intents.faq_order import FAQ_IDS
from klimapartner.intents.faq_rank import asked
from klimapartner.intents.language import detect
from klimapartner.intents.reading import Answer, Evidence, Intent
from klimapartner.intents.sentences import Sentence
from klimapartner.intents.telling import is_asking

ZONES = ("body", "forward", "attachment", "subject")
REASON = "gefragt nach"


@dataclass(frozen=True, slots=True)
class FaqDecision:
    """The FAQ ids that a letter asks for."""

    faq: tuple[str, ...]
    evidence: tuple[Evidence, ...]


def decide_faq(sentences: Sequence[Sentence], intents: Sequence[Intent], language: str) -> FaqDecision:
    """The FAQ ids asked for in a letter, each with the sentence that asks."""
    found: dict[str, Evidence] = {}
    for sentence in sentences:
        if sentence.zone in ZONES and is_asking(sentence):
            for name in asked(sentence.text).sure:
                reason = f"{REASON} {name}"
                found.setdefault(name, Evidence("faq", name, sentence.start, sentence.end, 0.8, reason))
    return FaqDecision(_ordered(found), tuple(found.values()))


def ask_line(text: str) -> Answer:
    """What a chat line asks."""
    result = asked(text)
    language = detect(text)[0]
    faq = _ordered(result.sure)
    return Answer(language, faq, () if faq else result.near, not faq or "human" in faq)


def _ordered(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(names, key=FAQ_IDS.index))
