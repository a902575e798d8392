"""The signals that the sentences of a letter give for its intents, each with a probability."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import prod

from klimapartner.intents.cues import labels
from klimapartner.intents.help_frames import framed
from klimapartner.intents.sentences import Sentence
from klimapartner.intents.telling import (
    answers,
    asks_how,
    conditional,
    denied,
    gives_right,
    gives_wrong,
    has_question_mark,
    is_asking,
)

INTEREST = {"sure": 0.95, "likely": 0.7, "hint": 0.3}
FOR_ONESELF = re.compile(r"\W*(?:ich|i|je|yo|eu)\b", re.IGNORECASE)
DOES = re.compile(r"\b(?:melde\w*|hiermit|bitte|nehme\w*|trage\w*)\b", re.IGNORECASE)
WHETHER = re.compile(r"\bob\b(?![^,]*\boder\b)", re.IGNORECASE)
MONTH = r"(?:\.\s*\d{1,2}\b|\.?\s*(?:jan|feb|mär|maerz|apr|mai|jun|jul|aug|sep|okt|nov|dez)\w*)"
DAYS = re.compile(rf"\b\d{{1,2}}(?:{MONTH})?\.?\s*(?:/|und|u\.|&|\+|and|-|–|et|y|e)\s*\d{{1,2}}{MONTH}", re.IGNORECASE)
WHETHER_FIRST = re.compile(r"\W*(?:ob|if|whether|si|se)\b", re.IGNORECASE)
NAMES_PROGRAMME = re.compile(r"interesse|klimapartner|phase|projekt|programm|partnerschaft", re.IGNORECASE)
PROFILE: tuple[frozenset[str], ...] = (
    frozenset({"partnership.none", "partnership.planned", "partnership.existing", "partner.wish"}),
    frozenset({"region.open", "region.against", "region.wish"}),
    frozenset({"intent.topics"}),
    frozenset({"needs.matchmaking"}),
)
OTHERS = frozenset(
    {"intent.other.person", "intent.other.group", "intent.other.sure", "intent.other.firm", "intent.other.press"}
)


@dataclass(frozen=True, slots=True)
class Signal:
    """What one sentence says for one label, with the probability that it means it."""

    label: str
    confidence: float
    sentence: Sentence


def rule_signals(sentences: Sequence[Sentence]) -> Iterator[Signal]:
    """The signals that cue phrases give, sentence by sentence."""
    invited = any(s.zone == "subject" and _names_workshop(s.text) for s in sentences)
    mentioned = any(_names_workshop(s.text) for s in sentences)
    followed = any("intent.earlier" in labels(s.text) for s in sentences)
    for sentence, following in zip(sentences, [*(s.text for s in sentences[1:]), ""], strict=False):
        found = labels(sentence.text)
        here = invited or (mentioned and bool(FOR_ONESELF.match(sentence.text)))
        yield from _interest(sentence, found, invited=here)
        if _is_status(sentence, found, followed=followed):
            yield Signal("status_request", 0.8, sentence)
        elif not answers(following):
            yield from _question(sentence, found, workshop=mentioned)
        yield from _workshop(sentence, found, invited=here)
        yield from _correction(sentence, found, followed=followed)
        if gives_wrong(sentence.text) and gives_right(following):
            yield Signal("correction", 0.9, sentence)
        yield from _withdrawal(sentence, found)
        yield from _offer(sentence, found)
        yield from (Signal(label[7:], 0.9, sentence) for label in found if label.startswith("intent.other."))
    yield from _profile(sentences)


def _interest(sentence: Sentence, found: frozenset[str], *, invited: bool) -> Iterator[Signal]:
    strengths = [s for s in INTEREST if f"intent.interest.{s}" in found]
    strengths = [s for s in strengths if s == "hint" or not denied(sentence.text, f"intent.interest.{s}")]
    if "intent.interest.sure" in found and "sure" not in strengths:
        yield Signal("undecided", 0.55, sentence)
    if strengths:
        weight = INTEREST[strengths[0]] * _doubt(sentence, found, invited=invited)
        yield Signal("interest", weight, sentence)
    if "intent.undecided" in found:
        yield Signal("undecided", 0.6, sentence)


def _doubt(sentence: Sentence, found: frozenset[str], *, invited: bool) -> float:
    """What is left of an expression of interest that is asked, past, open, another's, or about the workshop."""
    factors = {
        0.6: sentence.zone == "subject",
        0.3: is_asking(sentence) or bool(WHETHER.search(sentence.text)),
        0.31: "intent.interest.past" in found,
        0.5: "intent.undecided" in found,
        0.2: (invited or _names_workshop(sentence.text))
        and "intent.attend" in found
        and not NAMES_PROGRAMME.search(sentence.text),
        0.22: "intent.withdrawal.sure" in found and "intent.withdrawal.void" not in found,
        0.21: bool(found & OTHERS) and not found & {"intent.other.behalf", "intent.other.decided"},
    }
    return prod(factor for factor, holds in factors.items() if holds)


def _profile(sentences: Sequence[Sentence]) -> Iterator[Signal]:
    """What an expression of interest usually tells beside itself: region, partner, topics, help; each counts once."""
    for kinds in PROFILE:
        told = [s for s in sentences if not is_asking(s) and labels(s.text) & kinds]
        yield from (Signal("profile", 0.3, sentence) for sentence in told[:1])


def _question(sentence: Sentence, found: frozenset[str], *, workshop: bool) -> Iterator[Signal]:
    offers = found >= {"intent.offer.sure", "intent.offer.seeks"} and not asks_how(sentence.text)
    if offers or found & {"needs.matchmaking", "needs.consultation"} or framed(sentence.text):
        return
    if is_asking(sentence):
        weight = 0.9 if has_question_mark(sentence.text) else 0.7
        weight *= 0.4 if workshop and "intent.attend.link" in found else 1
    elif "asking.material" in found and not found & {"asking.polite", "intent.attend"}:
        weight = 0.55
    else:
        return
    yield Signal("question", weight * (0.4 if sentence.zone == "subject" else 1), sentence)


def _workshop(sentence: Sentence, found: frozenset[str], *, invited: bool) -> Iterator[Signal]:
    asked = has_question_mark(sentence.text) and not found & {"asking.polite", "asking.material", "intent.attend.link"}
    if "intent.attend" not in found or "intent.attend.refusal" in found or asked:
        return
    if _names_workshop(sentence.text):
        unsure = "asking.indirect" in found and not DOES.search(sentence.text)
        yield Signal("workshop_registration", 0.5 if unsure else 0.55 if sentence.zone == "subject" else 0.9, sentence)
    elif invited and not NAMES_PROGRAMME.search(sentence.text):
        yield Signal("workshop_registration", 0.7, sentence)


def _names_workshop(text: str) -> bool:
    """Whether a sentence speaks of the workshop, or of coming on two days in a row."""
    found = labels(text)
    return "intent.workshop" in found or ("intent.attend" in found and bool(DAYS.search(text)))


def _correction(sentence: Sentence, found: frozenset[str], *, followed: bool) -> Iterator[Signal]:
    asked = has_question_mark(sentence.text)
    if "intent.correction.void" in found:
        return
    if "intent.correction.sure" in found:
        yield Signal("correction", 0.4 if asked else 0.7 if sentence.zone == "subject" else 0.8, sentence)
    elif "intent.correction.likely" in found:
        yield Signal("correction", 0.45 if followed else 0.25, sentence)
    if "intent.earlier" in found:
        yield Signal("earlier", 0.6, sentence)


def _withdrawal(sentence: Sentence, found: frozenset[str]) -> Iterator[Signal]:
    if "intent.withdrawal.sure" not in found or found & {"intent.withdrawal.void", *OTHERS}:
        return
    if _names_workshop(sentence.text) and not NAMES_PROGRAMME.search(sentence.text):
        return
    unsaid = is_asking(sentence) or conditional(sentence.text)
    yield Signal("withdrawal", 0.1 if unsaid else 0.6 if sentence.zone == "subject" else 0.85, sentence)


def _is_status(sentence: Sentence, found: frozenset[str], *, followed: bool) -> bool:
    asked = followed and "intent.status.asked" in found and has_question_mark(sentence.text)
    return asked or "intent.status.said" in found


def _offer(sentence: Sentence, found: frozenset[str]) -> Iterator[Signal]:
    if "intent.offer.sure" in found:
        asked = WHETHER_FIRST.match(sentence.text) or (is_asking(sentence) and asks_how(sentence.text))
        asked = asked and "intent.offer.finds" not in found
        yield Signal("partner_offer", 0.4 if asked else 0.9 if "intent.offer.seeks" in found else 0.5, sentence)
    if "intent.offer.joins" in found and not is_asking(sentence):
        yield Signal("partner_offer", 0.6, sentence)
