"""How the sentences of a letter ask: each with what stands around it, and how sure an FAQ id must be in it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from klimapartner.intents.cues import labels
from klimapartner.intents.faq_cues import read_cues
from klimapartner.intents.sentences import Sentence
from klimapartner.intents.telling import answers, has_question_mark, is_asking, is_heading

ELLIPTIC = 12  # words
WORD = re.compile(r"\w{2,}")
ZONES = ("body", "forward", "attachment")
# How sure an id must be: in a plain question, in an indirect one, in a request in the form of a question.
PLAIN, INDIRECT, POLITE = 0.45, 0.5, 0.8
DAYS = re.compile(r"\b22\b.*\b23\b|\bfebruar|\bfebrero|\bfevereiro|\bf[ée]vrier|\bfebruary", re.IGNORECASE)
INTERNATIONAL = re.compile(r"auftakt|kick-?off|\binternational|\bnovemb", re.IGNORECASE)
APPLYING = re.compile(
    r"bewerb|interess|bekund|antrag|phase|partner|candidat|\bappl|\bletter|\bcartas?\b|\blettre|mitmach|abgeb|abgabe|abgegeb"
    r"|mitgemacht|projekt|aufruf|auftakt|novemb|\bproje[ct]t",
    re.IGNORECASE,
)
GOES_ON = re.compile(
    r"(?:auch|ebenso|außerdem|ferner|und|also|and|aussi|et|también|y|também|e|además|igualmente)\s+"
    r"(?:ob|wie|wann|was|wer|welche\w*|if|whether|how|when|what|who|which|si|se|quand|comment|qui|cuándo|cómo|quién|qué"
    r"|quando|como|quem|que)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Heard:
    """A sentence that tells or asks, with the texts before and after it ("" at the ends).

    `marked`: a question mark is at it. `listed`: it is the next item of what was asked. `attends`: the information
    workshop was spoken of before it. `threshold`: how sure an id must be to count in it; None where by the rules it
    asks nothing.
    """

    sentence: Sentence
    before: str
    after: str
    marked: bool
    listed: bool
    attends: bool
    threshold: float | None


def hear(sentences: Sequence[Sentence]) -> Iterator[Heard]:
    """The sentences of a letter that may ask, in their order; subject and signature do not.

    A question mark that leads a line, as in a list, belongs to that line.
    """
    told = [sentence for sentence in sentences if sentence.zone in ZONES]
    before, asking, led = "", False, False
    attends = any(_names_workshop(sentence.text) for sentence in sentences if sentence.zone == "subject")
    for sentence, after in zip(told, [*(s.text for s in told[1:]), ""], strict=False):
        if not WORD.search(sentence.text):
            led = has_question_mark(sentence.text)
            continue
        marked, listed = led or has_question_mark(sentence.text), asking and _goes_on(before, sentence.text)
        threshold = _threshold(sentence, after, listed=listed, marked=marked)
        yield Heard(sentence, before, after, marked, listed, attends, threshold)
        attends = attends or _names_workshop(sentence.text)
        before, asking, led = sentence.text, threshold is not None, False


def is_elliptic(heard: Heard) -> bool:
    """Whether a question is so short that it may lean on the sentence before it."""
    return heard.marked and bool(heard.before) and len(heard.sentence.text.split()) <= ELLIPTIC


def asks_of_workshop(heard: Heard) -> bool:
    """Whether a sentence, once the workshop was named, asks what one asks of it: how to get in, how long, recorded."""
    text = heard.sentence.text
    return heard.attends and not APPLYING.search(text) and "workshop" in read_cues(f"Infoworkshop {text}").sure


def _names_workshop(text: str) -> bool:
    """Whether a sentence speaks of the information workshop, not of the international one."""
    found = labels(text)
    named = "intent.workshop" in found or bool("intent.attend" in found and DAYS.search(text))
    return named and not INTERNATIONAL.search(text)


def _goes_on(before: str, text: str) -> bool:
    """Whether a sentence is the next item of what was asked: "Wir wüssten gern: - ob ...; - wann ..."."""
    return before.rstrip().endswith((":", ";", ",")) or bool(GOES_ON.match(text))


def _threshold(sentence: Sentence, after: str, *, listed: bool, marked: bool) -> float | None:
    """How sure an id must be to count in a sentence; None where it asks nothing, or nothing of the FAQ."""
    if answers(after) or is_heading(sentence.text):
        return None
    if marked:
        return POLITE if "asking.polite" in labels(sentence.text) else PLAIN
    return INDIRECT if listed or is_asking(sentence) else None
