"""What help a letter asks for: finding a partner, advice."""

from collections.abc import Sequence
from dataclasses import dataclass

from klimapartner.intents.cues import labels
from klimapartner.intents.reading import Evidence, Intent
from klimapartner.intents.sentences import Sentence

REASONS = {
    "matchmaking": "bittet um Hilfe bei der Partnersuche",
    "consultation": "bittet um Beratung oder ein Gespräch",
}
TOLD = ("body", "forward", "attachment")


@dataclass(frozen=True, slots=True)
class NeedsDecision:
    """The needs of a letter, () where it asks for no help, and why."""

    needs: tuple[str, ...]
    evidence: tuple[Evidence, ...]


def decide_needs(sentences: Sequence[Sentence], intents: Sequence[Intent]) -> NeedsDecision:
    """Help asked for; a southern body that seeks a partner needs matchmaking by definition, other mail needs none."""
    if "other" in intents:
        return NeedsDecision((), ())
    evidence = [e for need in REASONS for e in _first(need, sentences)]
    if "partner_offer" in intents and not any(e.value == "matchmaking" for e in evidence):
        reason = "Partnergesuch aus dem Globalen Süden"
        evidence.insert(0, Evidence("needs", "matchmaking", None, None, 0.9, reason, "intents"))
    return NeedsDecision(tuple(e.value for e in evidence), tuple(evidence))


def _first(need: str, sentences: Sequence[Sentence]) -> list[Evidence]:
    asked = [s for s in sentences if s.zone in TOLD and asks_for(need, s)]
    return [Evidence("needs", need, s.start, s.end, 0.85, REASONS[need]) for s in asked[:1]]


def asks_for(need: str, sentence: Sentence) -> bool:
    """Whether a sentence asks for this help."""
    found = labels(sentence.text)
    return f"needs.{need}" in found and f"needs.{need}.void" not in found
