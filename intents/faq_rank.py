"""The votes for FAQ ids, weighed question by question, with two thresholds: answer, or offer the nearest."""

from collections.abc import Iterator
from dataclasses import dataclass

from klimapartner.intents.faq_cues import read_cues
from klimapartner.intents.faq_order import rivals
from klimapartner.intents.faq_split import questions
from klimapartner.intents.faq_voter import Voter, Votes, shipped_voter

SURE = 0.43
BESIDES, RIVAL = 0.6, 0.8  # for a second id in one question, which is rare; rivals are taken for each other
WHOLE = 0.65  # for what only the parts of a message together ask: "Namibia wäre uns recht. Ist das zulässig?"
NEAR = 0.03
MOST_NEAR = 3


@dataclass(frozen=True, slots=True)
class Asked:
    """The ids that are surely asked for with their probabilities, and the nearest others, best first."""

    sure: dict[str, float]
    near: tuple[str, ...] = ()


def asked(text: str, voter: Voter | None = None) -> Asked:
    """What a message asks for; its questions about what the FAQ does not know are left out."""
    parts = [part for part in questions(read_cues(text).text) if "sure" not in read_cues(part).beside]
    vote = voter or shipped_voter()
    found = decide(vote(parts)) if parts else Asked({})
    return _together(vote(["; ".join(parts)])[0], found) if not found.sure and len(parts) > 1 and "?" in text else found


def _together(votes: Votes, apart: Asked) -> Asked:
    """What all parts ask as one, where none of them asks anything by itself."""
    best = max(votes, key=lambda name: votes[name])
    return Asked({best: votes[best]}) if votes[best] > WHOLE else apart


def decide(votes: list[Votes]) -> Asked:
    """From the votes on each question the ids above the upper threshold, and up to three above the lower one."""
    sure = _best(pair for question in votes for pair in _answered(question))
    near = _best(pair for question in votes for pair in question.items() if pair[1] > NEAR and pair[0] not in sure)
    return Asked(sure, tuple(near)[:MOST_NEAR])


def _answered(votes: Votes) -> Iterator[tuple[str, float]]:
    """The best id of one question where it is sure, and what is asked beside it without doubt."""
    best = max(votes, key=lambda name: votes[name])
    for name, probability in votes.items():
        threshold = SURE if name == best else RIVAL if rivals(best, name) else BESIDES
        if probability > threshold:
            yield name, probability


def _best(pairs: Iterator[tuple[str, float]]) -> dict[str, float]:
    """Each id with its highest probability, highest first."""
    found: dict[str, float] = {}
    for name, probability in pairs:
        found[name] = max(probability, found.get(name, 0))
    return dict(sorted(found.items(), key=lambda pair: -pair[1]))
