"""What help a letter asks for: finding a partner, advice."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from klimapartner.intents.checkboxes import ticked_only
from klimapartner.intents.cues import find_cues, labels
from klimapartner.intents.help_frames import about_things, framed, unasked
from klimapartner.intents.reading import Evidence, Intent
from klimapartner.intents.sentences import Sentence
from klimapartner.intents.telling import denied

REASONS = {
    "matchmaking": "bittet um Hilfe bei der Partnersuche",
    "consultation": "bittet um Beratung oder ein Gespräch",
}
REFUSED = re.compile(r"\s*(?:\W{0,3}\s*ja\s+)?(?:\[[xX]\]|☒)?\s*(?:nein|no|non|não)\b", re.IGNORECASE)
LACKS = {"partnership.none", "partnership.lack"}
NEAR = 2  # sentences back in which the partner may be said to be missing
TOLD = ("body", "forward", "attachment", "signature")  # the last lines of a note look like a signature


@dataclass(frozen=True, slots=True)
class NeedsDecision:
    """The needs of a letter, () where it asks for no help, and why."""

    needs: tuple[str, ...]
    evidence: tuple[Evidence, ...]


def decide_needs(sentences: Sequence[Sentence], intents: Sequence[Intent], *, partnered: bool = False) -> NeedsDecision:
    """Help that an expression of interest or an offer asks for, a partner also in a correction; other mail needs none.

    A southern body that is not `partnered` seeks a partner, whatever else it says.
    """
    evidence: list[Evidence] = []
    if "partner_offer" in intents and not partnered:
        reason = "Partnergesuch aus dem Globalen Süden"
        evidence = [Evidence("needs", "matchmaking", None, None, 0.9, reason, "intents")]
    elif {"interest", "correction", "partner_offer"} & set(intents):
        asks = {"matchmaking": _begs_for_partner if partnered and "partner_offer" not in intents else _asks_for_partner}
        asks |= {"consultation": _asks_for_advice} if "interest" in intents else {}
        evidence = [e for need, ask in asks.items() for e in _first(need, ask, sentences)]
        if not partnered and "matchmaking" not in {e.value for e in evidence}:
            evidence = [*_pleas(sentences), *evidence]
    return NeedsDecision(tuple(e.value for e in evidence), tuple(evidence))


def _first(need: str, ask: Callable[[Sentence], bool], sentences: Sequence[Sentence]) -> list[Evidence]:
    sentences = ticked_only(sentences)
    following = [*(s.text for s in sentences[1:]), "."]
    asked = [
        s
        for s, answer in zip(sentences, following, strict=False)
        if s.zone.startswith(TOLD) and ask(s) and answer.strip() and not REFUSED.match(answer)
    ]
    return [Evidence("needs", need, s.start, s.end, 0.85, REASONS[need]) for s in asked[:1]]


def _pleas(sentences: Sequence[Sentence]) -> list[Evidence]:
    """A plea for help of whatever kind, right where a writer says that it has no partner."""
    told = [s for s in ticked_only(sentences) if s.zone.startswith(TOLD)]
    windows = ((s, told[max(0, at - NEAR) : at + 1]) for at, s in enumerate(told))
    found = [s for s, near in windows if _pleads(s) and any(LACKS & labels(other.text) for other in near)]
    return [Evidence("needs", "matchmaking", s.start, s.end, 0.7, REASONS["matchmaking"]) for s in found[:1]]


def _pleads(sentence: Sentence) -> bool:
    text = sentence.text
    void = {"needs.matchmaking.void", "needs.consultation"} & labels(text)
    pleads = "needs.plea" in labels(text) and not denied(text, "needs.plea")
    return pleads and not (void or unasked(text) or about_things(text))


def asks_for_help(sentence: Sentence) -> bool:
    """Whether a sentence asks for any help."""
    return _asks_for_partner(sentence) or _asks_for_advice(sentence)


def _asks_for_partner(sentence: Sentence) -> bool:
    phrased = _phrased("matchmaking", sentence) and _named_town(sentence.text)
    return phrased or "matchmaking" in framed(sentence.text)


def _begs_for_partner(sentence: Sentence) -> bool:
    """The surest way to ask: who seems to have a partner may only mean a former one."""
    return _asks_for_partner(sentence) and _phrased("matchmaking", sentence) and "matchmaking" in framed(sentence.text)


def _asks_for_advice(sentence: Sentence) -> bool:
    return _phrased("consultation", sentence) or "consultation" in framed(sentence.text)


def _phrased(need: str, sentence: Sentence) -> bool:
    """Whether a set phrase asks for this help, and nothing in the sentence says otherwise."""
    found, label = labels(sentence.text), f"needs.{need}"
    asked = label in found and f"{label}.void" not in found and not denied(sentence.text, label)
    return asked and not unasked(sentence.text)


def _named_town(text: str) -> bool:
    """Whether a phrase that asks for a name or a suggestion means a town."""
    spans = [text[hit.start : hit.end] for hit in find_cues(text) if hit.label == "needs.matchmaking"]
    return any(not about_things(span) for span in spans)
