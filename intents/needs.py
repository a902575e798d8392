"""What help a letter asks for: finding a partner, advice."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from klimapartner.intents.cues import labels
from klimapartner.intents.reading import Evidence, Intent
from klimapartner.intents.sentences import Sentence
from klimapartner.intents.telling import denied

REASONS = {
    "matchmaking": "bittet um Hilfe bei der Partnersuche",
    "consultation": "bittet um Beratung oder ein Gespräch",
}
REFUSED = re.compile(r"\s*(?:\W{0,3}\s*ja\s+)?(?:\[[xX]\]|☒)?\s*(?:nein|no|non|não)\b", re.IGNORECASE)
TOLD = ("body", "forward", "attachment", "signature")  # the last lines of a note look like a signature


@dataclass(frozen=True, slots=True)
class NeedsDecision:
    """The needs of a letter, () where it asks for no help, and why."""

    needs: tuple[str, ...]
    evidence: tuple[Evidence, ...]


def decide_needs(
    sentences: Sequence[Sentence], intents: Sequence[Intent], *, german_partner: bool = False
) -> NeedsDecision:
    """Help that an expression of interest or an offer asks for; other mail needs none.

    A southern body that seeks a partner needs matchmaking unless it has its `german_partner`.
    """
    if not {"interest", "partner_offer"} & set(intents):
        return NeedsDecision((), ())
    needs = [need for need in REASONS if need != "matchmaking" or not german_partner]
    evidence = [e for need in needs for e in _first(need, sentences)]
    if "partner_offer" in intents and not german_partner and not any(e.value == "matchmaking" for e in evidence):
        reason = "Partnergesuch aus dem Globalen Süden"
        evidence.insert(0, Evidence("needs", "matchmaking", None, None, 0.9, reason, "intents"))
    return NeedsDecision(tuple(e.value for e in evidence), tuple(evidence))


def _first(need: str, sentences: Sequence[Sentence]) -> list[Evidence]:
    following = [*(s.text for s in sentences[1:]), ""]
    asked = [
        s
        for s, answer in zip(sentences, following, strict=False)
        if s.zone.startswith(TOLD) and asks_for(need, s) and not REFUSED.match(answer)
    ]
    return [Evidence("needs", need, s.start, s.end, 0.85, REASONS[need]) for s in asked[:1]]


def asks_for(need: str, sentence: Sentence) -> bool:
    """Whether a sentence asks for this help."""
    found = labels(sentence.text)
    label = f"needs.{need}"
    return label in found and f"{label}.void" not in found and not denied(sentence.text, label)
