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
from klimapartner.intents.sender import is_group, is_seller, is_southern
from klimapartner.intents.sentences import Sentence
from klimapartner.intents.telling import answers, asks_how, conditional, denied, has_question_mark, is_asking

TOLD = ("subject", "body", "forward", "attachment")
SURE = 0.5
INTEREST = {"sure": 0.95, "likely": 0.7, "hint": 0.3}
FOR_ONESELF = re.compile(r"\W*(?:ich|i|je|yo|eu)\b", re.IGNORECASE)
DOES = re.compile(r"\b(?:melde\w*|hiermit|bitte|nehme\w*|trage\w*)\b", re.IGNORECASE)
WHETHER = re.compile(r"\bob\b(?![^,]*\boder\b)", re.IGNORECASE)
NAMES_PROGRAMME = re.compile(r"interesse|klimapartner|phase|projekt|programm|partnerschaft", re.IGNORECASE)
PROFILE: tuple[frozenset[str], ...] = (
    frozenset({"partnership.none", "partnership.planned", "partnership.existing", "partner.wish"}),
    frozenset({"region.open", "region.against", "region.wish"}),
    frozenset({"intent.topics"}),
    frozenset({"needs.matchmaking"}),
)
OTHERS = frozenset({"intent.other.person", "intent.other.group", "intent.other.sure", "intent.other.firm"})
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
    """The intents of a letter, at least one, and why.

    `elsewhere`: it is plainly about something else (press, another programme, a council group), not merely unclear.
    """

    intents: tuple[Intent, ...]
    evidence: tuple[Evidence, ...]
    elsewhere: bool = False


Voter = Callable[[Sequence[Sentence]], Iterable[Signal]]


def decide_intents(
    sentences: Sequence[Sentence], letter: Letter, facts: Facts | None = None, voters: Sequence[Voter] = ()
) -> IntentDecision:
    """The intents of a letter, in the order of the schema; `other` where no other is sure enough."""
    told = [s for s in sentences if s.zone in TOLD]
    signals = [*rule_signals(told), *(signal for vote in voters for signal in vote(told))]
    scores = _with_profile(join(signals))
    found = _decide(scores, letter, sentences, facts or Facts())
    elsewhere = found == ("other",) and any(label.startswith("other.") for label in scores)
    return IntentDecision(found, tuple(_evidence(intent, scores, signals) for intent in found), elsewhere)


def rule_signals(sentences: Sequence[Sentence]) -> Iterator[Signal]:
    """The signals that cue phrases give, sentence by sentence."""
    invited = any(s.zone == "subject" and "intent.workshop" in labels(s.text) for s in sentences)
    mentioned = any("intent.workshop" in labels(s.text) for s in sentences)
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
        0.2: (invited or "intent.workshop" in found)
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
    if offers or found & {"needs.matchmaking", "needs.consultation"}:
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
    if "intent.workshop" in found:
        unsure = sentence.zone == "subject" or ("asking.indirect" in found and not DOES.search(sentence.text))
        yield Signal("workshop_registration", 0.5 if unsure else 0.9, sentence)
    elif invited and not NAMES_PROGRAMME.search(sentence.text):
        yield Signal("workshop_registration", 0.7, sentence)


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
    if "intent.workshop" in found and not NAMES_PROGRAMME.search(sentence.text):
        return
    unsaid = is_asking(sentence) or conditional(sentence.text)
    yield Signal("withdrawal", 0.1 if unsaid else 0.6 if sentence.zone == "subject" else 0.85, sentence)


def _is_status(sentence: Sentence, found: frozenset[str], *, followed: bool) -> bool:
    asked = followed and "intent.status.asked" in found and has_question_mark(sentence.text)
    return asked or "intent.status.said" in found


def _offer(sentence: Sentence, found: frozenset[str]) -> Iterator[Signal]:
    if "intent.offer.sure" in found:
        yield Signal("partner_offer", 0.9 if "intent.offer.seeks" in found else 0.5, sentence)


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
    scores: dict[str, float], letter: Letter, sentences: Sequence[Sentence], facts: Facts
) -> tuple[Intent, ...]:
    southern = is_southern(letter, sentences)
    main = _concern(scores, letter, sentences, southern=southern)
    found: list[Intent] = [main] if main else []
    if _asks(scores, main):
        found.append("question")
    if scores.get("workshop_registration", 0) > SURE and main in (None, "interest"):
        found.append("workshop_registration")
    if not found and _is_likeliest_interest(scores, sentences, facts, southern=southern):
        found.append("interest")
    return tuple(intent for intent in REASONS if intent in found) or ("other",)


def _concern(
    scores: dict[str, float], letter: Letter, sentences: Sequence[Sentence], *, southern: bool
) -> Intent | None:
    """The one concern of which a letter has at most one; None where only questions or a registration may be left."""
    interest = scores.get("interest", 0)
    if _is_foreign(scores, letter, sentences, southern=southern):
        return "other"
    if southern and scores.get("partner_offer", 0) > 0.4:
        return "partner_offer"
    withdrawal, earlier = scores.get("withdrawal", 0), "earlier" in scores
    asks = scores.get("question", 0) > SURE
    if withdrawal > (SURE if earlier or (interest < SURE and not asks) else 0.8) and (interest < 0.9 or earlier):
        return "withdrawal"
    if _corrects(scores):
        return "correction"
    if scores.get("status_request", 0) > SURE and interest < 0.9:
        return "status_request"
    if southern:
        return "partner_offer" if interest > SURE else None
    return "interest" if interest > SURE and not _is_undecided(scores) else None


def _is_likeliest_interest(
    scores: dict[str, float], sentences: Sequence[Sentence], facts: Facts, *, southern: bool
) -> bool:
    """Whether a letter that says nothing else is an expression of interest: a municipality tells of itself."""
    speaks = facts.municipality or any("intent.municipal" in labels(s.text) for s in sentences)
    against = {"undecided", "correction", "withdrawal", "status_request"} & set(scores)
    against |= {label for label in scores if label.startswith("other.") and label != "other.behalf"}
    return speaks and not southern and not against and scores.get("interest", 0) > 0.25


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
    if "other.sure" in scores:
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


def _asks(scores: dict[str, float], main: Intent | None) -> bool:
    return scores.get("question", 0) > (SURE if main is None else 0.6) and main not in ("other", "withdrawal")


def _evidence(intent: Intent, scores: dict[str, float], signals: Sequence[Signal]) -> Evidence:
    own = [signal for signal in signals if signal.label == intent]
    confidence = min(scores.get(intent, 0.6), 0.99)
    if not own:
        return Evidence("intents", intent, None, None, 0.6, REASONS[intent], "letter")
    best = max(own, key=lambda signal: signal.confidence).sentence
    return Evidence("intents", intent, best.start, best.end, confidence, REASONS[intent])
