"""Whether a letter that wants something else is a question too: by what it asks of the FAQ."""

from dataclasses import replace

from klimapartner.intents.faq import FaqDecision
from klimapartner.intents.intent import REASONS, IntentDecision

PLAINLY = 0.9
# Who wants one of these and asks no more of the FAQ, asks for just that ("Ist unsere Mail angekommen?").
ASKS_ITSELF = frozenset({"status_request"})


def with_questions(decided: IntentDecision, faq: FaqDecision) -> IntentDecision:
    """The intents with a question where the FAQ is asked, and without one where hardly anything is."""
    others = [intent for intent in decided.intents if intent not in ("question", "other")]
    if not others or bool(faq.faq) == ("question" in decided.intents):
        return decided
    if faq.faq:
        first = faq.evidence[0]
        asks = replace(first, field="intents", value="question", reason=REASONS["question"])
        return replace(decided, intents=(*decided.intents, "question"), evidence=(*decided.evidence, asks))
    if ASKS_ITSELF.isdisjoint(others) and _sureness(decided) >= PLAINLY:
        return decided
    kept = tuple(evidence for evidence in decided.evidence if evidence.value != "question")
    return replace(decided, intents=tuple(others), evidence=kept)


def _sureness(decided: IntentDecision) -> float:
    return max((e.confidence for e in decided.evidence if e.value == "question"), default=0.0)
