"""What a letter is about: signals of its sentences, joined over the letter.

Each sentence yields signals with a probability; a trained sentence classifier can be one more voter. The signals of
one label are joined by noisy-or; then what excludes what is decided.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import prod

from klimapartner.intents.cues import labels
from klimapartner.intents.faq_rank import asked
from klimapartner.intents.intent_signals import Signal, rule_signals
from klimapartner.intents.reading import Evidence, Intent, Letter
from klimapartner.intents.sender import is_group, is_seller, is_southern
from klimapartner.intents.sentences import Sentence

TOLD = ("subject", "body", "forward", "attachment")
SURE = 0.5
ABOUT_ONESELF = frozenset({"contact", "human"})  # in a reminder these ask about the sender's own letter
NO_OFFER = frozenset({"other.sure", "other.firm", "other.call"})
TELLS = ("partner.tie", "partner.contact", "partner.choice", "partner.story", "partnership.", "region.")
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
class Facts:
    """What other readers found and the intents can lean on."""

    municipality: bool = False
    partner: bool = False
    status: str | None = None
    partner_town: str | None = None


@dataclass(frozen=True, slots=True)
class IntentDecision:
    """The intents of a letter, at least one, and why.

    `elsewhere`: it is plainly about something else (press, another programme, a council group), not merely unclear.
    `scores`: the probability of each signal over the letter.
    """

    intents: tuple[Intent, ...]
    evidence: tuple[Evidence, ...]
    elsewhere: bool = False
    scores: Mapping[str, float] = field(default_factory=dict)


Voter = Callable[[Sequence[Sentence]], Iterable[Signal]]


def decide_intents(
    sentences: Sequence[Sentence], letter: Letter, facts: Facts | None = None, voters: Sequence[Voter] = ()
) -> IntentDecision:
    """The intents of a letter, in the order of the schema; `other` where no other is sure enough."""
    told = [s for s in sentences if s.zone in TOLD]
    signals = [*rule_signals(told), *(signal for vote in voters for signal in vote(told))]
    scores = _with_profile(join(signals))
    found = _decide(scores, letter, sentences, signals, facts or Facts())
    elsewhere = found == ("other",) and any(label.startswith("other.") for label in scores)
    return IntentDecision(found, tuple(_evidence(intent, scores, signals) for intent in found), elsewhere, scores)


def join(signals: Iterable[Signal]) -> dict[str, float]:
    """The probability of each label over the letter."""
    weights: dict[str, list[float]] = {}
    for signal in signals:
        weights.setdefault(signal.label, []).append(1 - signal.confidence)
    return {label: 1 - prod(missing) for label, missing in weights.items()}


def _with_profile(scores: dict[str, float]) -> dict[str, float]:
    """What the letter tells of itself makes an interest surer; beside a question it is none by itself."""
    told, interest = scores.get("profile", 0), scores.get("interest", 0)
    if scores.get("question", 0) > SURE and interest < SURE:
        return scores
    return scores | {"interest": 1 - (1 - told) * (1 - interest)} if told or interest else scores


def _decide(
    scores: dict[str, float],
    letter: Letter,
    sentences: Sequence[Sentence],
    signals: Sequence[Signal],
    facts: Facts,
) -> tuple[Intent, ...]:
    southern = is_southern(letter, sentences, facts.partner_town)
    main = _concern(scores, letter, sentences, facts, southern=southern)
    found: list[Intent] = [main] if main else []
    if _asks(scores, main, signals):
        found.append("question")
    if scores.get("workshop_registration", 0) > SURE and main in (None, "interest"):
        found.append("workshop_registration")
    if not found and _is_likeliest_interest(scores, sentences, facts, southern=southern):
        found.append("interest")
    return tuple(intent for intent in REASONS if intent in found) or ("other",)


def _concern(
    scores: dict[str, float], letter: Letter, sentences: Sequence[Sentence], facts: Facts, *, southern: bool
) -> Intent | None:
    """The one concern of which a letter has at most one; None where only questions or a registration may be left."""
    interest = scores.get("interest", 0)
    if _is_foreign(scores, letter, sentences, southern=southern):
        return "other"
    if southern:
        return _southern_concern(scores, facts)
    withdrawal, earlier = scores.get("withdrawal", 0), "earlier" in scores
    asks = scores.get("question", 0) > SURE
    if withdrawal > (SURE if earlier or (interest < SURE and not asks) else 0.8) and (interest < 0.9 or earlier):
        return "withdrawal"
    if _corrects(scores) and scores["correction"] >= scores.get("status_request", 0):
        return "correction"
    if scores.get("status_request", 0) > SURE and interest < 0.9:
        return "status_request"
    return "interest" if interest > SURE and not _is_undecided(scores) else None


def _southern_concern(scores: dict[str, float], facts: Facts) -> Intent | None:
    """What a body of the Global South wants: without a question it offers itself, beside one only where it says so."""
    if scores.get("status_request", 0) > SURE and "earlier" in scores:
        return "status_request"
    if _corrects(scores) and "earlier" in scores:
        return "correction"
    if scores.get("withdrawal", 0) > 0.8 and "earlier" in scores:
        return "withdrawal"
    asks, offers = scores.get("question", 0) > SURE, scores.get("partner_offer", 0)
    if asks and offers < 0.55:
        return "partner_offer" if scores.get("interest", 0) > 0.3 and offers > 0.4 else None
    speaks = offers > 0.4 or scores.get("interest", 0) > SURE or facts.municipality
    return "partner_offer" if speaks and not set(scores) & NO_OFFER else None


def _is_likeliest_interest(
    scores: dict[str, float], sentences: Sequence[Sentence], facts: Facts, *, southern: bool
) -> bool:
    """Whether a letter that says nothing else is an expression of interest: a municipality tells of itself."""
    told = [s for s in sentences if s.zone in TOLD]
    tells = facts.partner or facts.status is not None or _tells_of_partners(told, named=facts.municipality)
    tells = tells or any({"intent.interest.hint", "intent.interest.likely"} & labels(s.text) for s in told)
    speaks = facts.municipality or any("intent.municipal" in labels(s.text) for s in sentences)
    against = {"undecided", "correction", "withdrawal", "status_request"} & set(scores)
    against |= {label for label in scores if label.startswith("other.") and label != "other.behalf"}
    return speaks and tells and not southern and not against


def _tells_of_partners(told: Sequence[Sentence], *, named: bool) -> bool:
    """Whether it tells of partners; where no municipality is named, a story of anybody's life is none of them."""
    found = {label for s in told if s.zone != "subject" for label in labels(s.text)}
    return any(label.startswith(TELLS) and (named or label != "partner.story") for label in found)


def _is_foreign(scores: dict[str, float], letter: Letter, sentences: Sequence[Sentence], *, southern: bool) -> bool:
    """Whether the letter concerns neither this programme nor comes from somebody who could take part in it."""
    interest = scores.get("interest", 0)
    if southern:
        return False
    if "other.call" in scores and (interest < 0.9 or _in_subject("other.call", sentences)):
        return True
    if is_group(letter) and "other.decided" not in scores:
        return True
    if is_seller(letter) and interest < 0.96:
        return True
    asks = scores.get("question", 0) > SURE
    if scores.get("withdrawal", 0) > 0.8 and "earlier" in scores:
        return False
    if "other.sure" in scores or ("other.press" in scores and not asks):
        return interest < 0.9
    if "other.firm" in scores and "other.behalf" not in scores:
        return interest < 0.9
    return "other.group" in scores and "other.decided" not in scores and interest < 0.9 and not asks


def _in_subject(label: str, sentences: Sequence[Sentence]) -> bool:
    return any(s.zone == "subject" and f"intent.{label}" in labels(s.text) for s in sentences)


def _corrects(scores: dict[str, float]) -> bool:
    correction, interest = scores.get("correction", 0), scores.get("interest", 0)
    return correction * (1 if "earlier" in scores or interest < 0.8 else 0.6) > 0.6


def _is_undecided(scores: dict[str, float]) -> bool:
    return scores.get("undecided", 0) > SURE and scores["interest"] < 0.95


def _asks(scores: dict[str, float], main: Intent | None, signals: Sequence[Signal]) -> bool:
    """Whether the office is asked something; beside a reminder or a correction only what the FAQ knows."""
    if main in ("other", "withdrawal"):
        return False
    if main in ("status_request", "correction"):
        texts = [signal.sentence.text for signal in signals if signal.label == "question"]
        return any(set(asked(text).sure) - ABOUT_ONESELF for text in texts)
    return scores.get("question", 0) > (SURE if main is None else 0.6)


def _evidence(intent: Intent, scores: dict[str, float], signals: Sequence[Signal]) -> Evidence:
    own = [signal for signal in signals if signal.label == intent]
    confidence = min(scores.get(intent, 0.6), 0.99)
    if not own:
        return Evidence("intents", intent, None, None, 0.6, REASONS[intent], "letter")
    best = max(own, key=lambda signal: signal.confidence).sentence
    return Evidence("intents", intent, best.start, best.end, confidence, REASONS[intent])
