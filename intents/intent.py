"""What a letter is about: signals of its sentences, joined over the letter.

Each sentence yields signals with a probability; a trained sentence classifier can be one more voter. The signals of
one label are joined by noisy-or; then what excludes what is decided.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import prod

from klimapartner.intents.cues import labels
from klimapartner.intents.reading import Evidence, Intent, Letter
from klimapartner.intents.sender import is_group, is_southern
from klimapartner.intents.sentences import Sentence
from klimapartner.intents.telling import conditional, denied, has_question_mark, is_asking

TOLD = ("subject", "body", "forward", "attachment")
SURE = 0.5
INTEREST = {"sure": 0.95, "likely": 0.7, "hint": 0.3}
NAMES_PROGRAMME = re.compile(r"interesse|klimapartner|phase|projekt|programm|partnerschaft", re.IGNORECASE)
REASONS: dict[Intent, str] = {
    "interest": "bekundet Interesse an der Teilnahme",
    "question": "stellt eine Frage",
    "workshop_registration": "meldet sich zum Workshop an",
    "correction": "berichtigt oder ergänzt Früheres",
    "withdrawal": "zieht zurück",
    "status_request": "fragt nach dem Stand der eigenen Sache",
    "partner_offer": "sucht einen Partner in Deutschland",
    "other": "nichts davon erkannt",
}


@dataclass(frozen=True, slots=True)
class Signal:
    """What one sentence says for one label, with the probability that it means it."""

    label: str
    confidence: float
    sentence: Sentence


@dataclass(frozen=True, slots=True)
class Facts:
    """What other readers found and the intents can lean on."""

    municipality: bool = False
    partner: bool = False
    status: str | None = None


@dataclass(frozen=True, slots=True)
class IntentDecision:
    """The intents of a letter, at least one, and why."""

    intents: tuple[Intent, ...]
    evidence: tuple[Evidence, ...]


Voter = Callable[[Sequence[Sentence]], Iterable[Signal]]


def decide_intents(
    sentences: Sequence[Sentence], letter: Letter, facts: Facts | None = None, voters: Sequence[Voter] = ()
) -> IntentDecision:
    """The intents of a letter, in the order of the schema; `other` where no other is sure enough."""
    told = [s for s in sentences if s.zone in TOLD]
    signals = [*rule_signals(told), *(signal for vote in voters for signal in vote(told))]
    scores = join(signals)
    found = _decide(scores, letter, sentences, facts or Facts())
    return IntentDecision(found, tuple(_evidence(intent, scores, signals) for intent in found))


def rule_signals(sentences: Sequence[Sentence]) -> Iterator[Signal]:
    """The signals that cue phrases give, sentence by sentence."""
    workshop = any(s.zone == "subject" and "intent.workshop" in labels(s.text) for s in sentences)
    for sentence in sentences:
        found = labels(sentence.text)
        yield from _interest(sentence, found)
        yield from _question(sentence, found)
        yield from _workshop(sentence, found, invited=workshop)
        yield from _follow_up(sentence, found)
        yield from _offer(sentence, found)
        yield from (Signal(label[7:], 0.9, sentence) for label in found if label.startswith("intent.other."))


def _interest(sentence: Sentence, found: frozenset[str]) -> Iterator[Signal]:
    strengths = [s for s in INTEREST if f"intent.interest.{s}" in found]
    strengths = [s for s in strengths if s == "hint" or not denied(sentence.text, f"intent.interest.{s}")]
    if strengths:
        weight = INTEREST[strengths[0]] * _doubt(sentence, found)
        yield Signal("interest", weight, sentence)
    if "intent.undecided" in found:
        yield Signal("undecided", 0.6, sentence)


def _doubt(sentence: Sentence, found: frozenset[str]) -> float:
    """What is left of an expression of interest that is asked, past, open or about the workshop."""
    doubt = 0.6 if sentence.zone == "subject" else 1.0
    if is_asking(sentence):
        doubt *= 0.3
    if "intent.interest.past" in found:
        doubt *= 0.3
    if "intent.undecided" in found:
        doubt *= 0.5
    if found >= {"intent.workshop", "intent.attend"} and not NAMES_PROGRAMME.search(sentence.text):
        doubt *= 0.2
    return doubt


def _question(sentence: Sentence, found: frozenset[str]) -> Iterator[Signal]:
    if not is_asking(sentence) or found & {"needs.matchmaking", "needs.consultation"}:
        return
    weight = 0.9 if has_question_mark(sentence.text) else 0.7
    yield Signal("question", weight * (0.4 if sentence.zone == "subject" else 1), sentence)


def _workshop(sentence: Sentence, found: frozenset[str], *, invited: bool) -> Iterator[Signal]:
    if "intent.attend" not in found or "intent.attend.refusal" in found or has_question_mark(sentence.text):
        return
    if "intent.workshop" in found:
        yield Signal("workshop_registration", 0.5 if sentence.zone == "subject" else 0.9, sentence)
    elif invited and "intent.interest.sure" not in found:
        yield Signal("workshop_registration", 0.7, sentence)


def _follow_up(sentence: Sentence, found: frozenset[str]) -> Iterator[Signal]:
    asked = has_question_mark(sentence.text)
    if "intent.correction.sure" in found:
        yield Signal("correction", 0.3 if asked else 0.8, sentence)
    elif "intent.correction.likely" in found:
        yield Signal("correction", 0.25, sentence)
    if "intent.earlier" in found:
        yield Signal("earlier", 0.6, sentence)
    if "intent.withdrawal.sure" in found and "intent.withdrawal.void" not in found:
        yield Signal("withdrawal", 0.1 if asked or conditional(sentence.text) else 0.85, sentence)
    if "intent.status.sure" in found:
        yield Signal("status_request", 0.8, sentence)


def _offer(sentence: Sentence, found: frozenset[str]) -> Iterator[Signal]:
    if "intent.offer.sure" in found:
        yield Signal("partner_offer", 0.9 if "intent.offer.seeks" in found else 0.5, sentence)


def join(signals: Iterable[Signal]) -> dict[str, float]:
    """The probability of each label over the letter."""
    weights: dict[str, list[float]] = {}
    for signal in signals:
        weights.setdefault(signal.label, []).append(1 - signal.confidence)
    return {label: 1 - prod(missing) for label, missing in weights.items()}


def _decide(
    scores: dict[str, float], letter: Letter, sentences: Sequence[Sentence], facts: Facts
) -> tuple[Intent, ...]:
    southern = is_southern(letter, sentences)
    main = _concern(scores, letter, sentences, southern=southern)
    found: list[Intent] = [main] if main else []
    if _asks(scores, main):
        found.append("question")
    if scores.get("workshop_registration", 0) > SURE and main in (None, "interest"):
        found.append("workshop_registration")
    return tuple(intent for intent in REASONS if intent in found) or ("other",)


def _concern(
    scores: dict[str, float], letter: Letter, sentences: Sequence[Sentence], *, southern: bool
) -> Intent | None:
    """The one concern of which a letter has at most one; None where only questions or a registration may be left."""
    if _is_foreign(scores, letter, sentences, southern=southern):
        return "other"
    if southern and scores.get("partner_offer", 0) > 0.4:
        return "partner_offer"
    interest, withdrawal = scores.get("interest", 0), scores.get("withdrawal", 0)
    if withdrawal > 0.8:
        return "withdrawal"
    if _corrects(scores):
        return "correction"
    if scores.get("status_request", 0) > SURE and interest < 0.9:
        return "status_request"
    if southern:
        return "partner_offer" if interest > SURE else None
    return "interest" if interest > SURE and not _is_undecided(scores) else None


def _is_foreign(scores: dict[str, float], letter: Letter, sentences: Sequence[Sentence], *, southern: bool) -> bool:
    interest = scores.get("interest", 0)
    if "other.call" in scores and (interest < 0.9 or _in_subject("other.call", sentences)):
        return True
    group = is_group(letter) or "other.group" in scores
    if group and "other.decided" not in scores:
        return True
    if "other.person" in scores and "other.behalf" not in scores and not southern:
        return scores.get("question", 0) < SURE
    return "other.sure" in scores and interest < 0.9 and scores.get("withdrawal", 0) < 0.8 and not southern


def _in_subject(label: str, sentences: Sequence[Sentence]) -> bool:
    return any(s.zone == "subject" and f"intent.{label}" in labels(s.text) for s in sentences)


def _corrects(scores: dict[str, float]) -> bool:
    correction, interest = scores.get("correction", 0), scores.get("interest", 0)
    return correction * (1 if "earlier" in scores or interest < 0.9 else 0.6) > 0.6


def _is_undecided(scores: dict[str, float]) -> bool:
    return scores.get("undecided", 0) > SURE and scores["interest"] < 0.93


def _asks(scores: dict[str, float], main: Intent | None) -> bool:
    if main == "other":
        return False
    return scores.get("question", 0) > SURE and main not in ("withdrawal",)


def _evidence(intent: Intent, scores: dict[str, float], signals: Sequence[Signal]) -> Evidence:
    own = [signal for signal in signals if signal.label == intent]
    confidence = min(scores.get(intent, 0.6), 0.99)
    if not own:
        return Evidence("intents", intent, None, None, 0.6, REASONS[intent], "letter")
    best = max(own, key=lambda signal: signal.confidence).sentence
    return Evidence("intents", intent, best.start, best.end, confidence, REASONS[intent])
