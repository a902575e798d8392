"""What is asked of the FAQ: in the sentences of a letter, and in a line of chat."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from klimapartner.intents.cues import labels
from klimapartner.intents.faq_order import FAQ_IDS
from klimapartner.intents.faq_rank import asked
from klimapartner.intents.language import detect
from klimapartner.intents.reading import Answer, Evidence, Intent
from klimapartner.intents.sentences import Sentence
from klimapartner.intents.telling import answers, has_question_mark, is_asking, is_heading

ZONES = ("body", "forward", "attachment")
REASON = "wird gefragt"
# How sure an id must be: in a plain question, in an indirect one, in a request in the form of a question.
PLAIN, INDIRECT, POLITE = 0.45, 0.5, 0.8
SURELY = 0.8
GOES_ON = re.compile(
    r"(?:auch|ebenso|außerdem|ferner|und|also|and|aussi|et|también|y|também|e|además|igualmente)\s+"
    r"(?:ob|wie|wann|was|wer|welche\w*|if|whether|how|when|what|who|which|si|se|quand|comment|qui|cuándo|cómo|quién|qué"
    r"|quando|como|quem|que)\b",
    re.IGNORECASE,
)
# "Wird man dann überhaupt zugelassen?", right behind the words that there is no partner yet
LEANING = re.compile(
    r"\b(?:trotzdem|dennoch|dann|auch so|damit|still|anyway|nonetheless|quand même|tout de même|malgré"
    r"|de todas formas|igualmente|aun así|mesmo assim)\b",
    re.IGNORECASE,
)
OPENING = frozenset({"eligibility", "how_to_apply", "binding"})  # what such a question sounds like
WORD = re.compile(r"\w{2,}")
ELLIPTIC = 12  # words of a question that may lean on the sentence before it


@dataclass(frozen=True, slots=True)
class FaqDecision:
    """The FAQ ids that a letter asks for."""

    faq: tuple[str, ...]
    evidence: tuple[Evidence, ...]


def decide_faq(sentences: Sequence[Sentence], intents: Sequence[Intent], language: str) -> FaqDecision:
    """The FAQ ids asked for in a letter, each with the sentence that asks; nothing where the letter does not ask."""
    found: dict[str, Evidence] = {}
    for _, evidence in asked_for(sentences) if "question" in intents else ():
        found.setdefault(evidence.value, evidence)
    return FaqDecision(_ordered(found), tuple(found.values()))


def asked_for(sentences: Sequence[Sentence]) -> Iterator[tuple[Sentence, Evidence]]:
    """Each FAQ id that a sentence asks for, with the sentence, in their order."""
    told = [sentence for sentence in sentences if sentence.zone in ZONES]
    before, asking = "", False
    for sentence, after in zip(told, [*(s.text for s in told[1:]), ""], strict=True):
        threshold = _threshold(sentence, after, listed=asking and _goes_on(before, sentence.text))
        for name, confidence in _ids(sentence.text, before, after).items() if threshold else ():
            if threshold and confidence > threshold:
                yield sentence, Evidence("faq", name, sentence.start, sentence.end, confidence, REASON)
        before, asking = sentence.text, threshold is not None


def _goes_on(before: str, text: str) -> bool:
    """Whether a sentence is the next item of what was asked: "Wir wüssten gern: - ob ...; - wann ..."."""
    return before.rstrip().endswith((":", ";", ",")) or bool(GOES_ON.match(text))


def _threshold(sentence: Sentence, after: str, *, listed: bool) -> float | None:
    """How sure an id must be to count in a sentence; None where it asks nothing, or nothing of the FAQ."""
    marked = has_question_mark(sentence.text)
    if answers(after) or is_heading(sentence.text):
        return None
    if marked:
        return POLITE if "asking.polite" in labels(sentence.text) else PLAIN
    return INDIRECT if listed or is_asking(sentence) else None


def _ids(text: str, before: str, after: str) -> dict[str, float]:
    """The ids of a question; one that says nothing by itself ("Ginge es trotzdem?") is read with what stands before.

    A question mark that leads a line, as in a list, belongs to that line.
    """
    if not WORD.search(text):
        return asked(f"{after}?").sure
    found = asked(text).sure
    if (
        LEANING.search(text)
        and found.keys() <= OPENING
        and (told := asked(before).sure.get("no_partner_yet", 0)) > SURELY
    ):
        return {"no_partner_yet": told}
    if found or not has_question_mark(text) or len(text.split()) > ELLIPTIC:
        return found
    return asked(f"{before} {text}").sure


def ask_line(text: str) -> Answer:
    """What a chat line asks."""
    result = asked(text)
    faq = _ordered(result.sure)
    return Answer(detect(text)[0], faq, () if faq else result.near, not faq or "human" in faq)


def _ordered(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(names, key=FAQ_IDS.index))
