"""The votes for FAQ ids, weighed question by question."""

from dataclasses import dataclass
from functools import cache

from klimapartner.intents.faq_cues import read_cues, table
from klimapartner.intents.faq_split import questions

FAQ_IDS = (
    "eligibility", "regions", "no_partner_yet", "deadline", "how_to_apply", "binding", "schedule", "workshop",
    "kickoff", "funding", "offer", "expectations", "goals", "contact", "history", "privacy", "human",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """The ids that are surely asked for, and the nearest others, best first."""

    sure: frozenset[str]
    near: tuple[str, ...] = ()


def asked(text: str) -> Asked:
    """What a message asks for."""
    whole = read_cues(text)
    if whole.beside:
        return Asked(frozenset())
    parts = [read_cues(part) for part in questions(whole.text)]
    found = frozenset(name for part in parts for name in _leading(part.sure))
    sure = found or _leading(whole.sure)
    return Asked(sure, tuple(sorted(whole.hinted - sure))[:3])


def _leading(names: frozenset[str]) -> frozenset[str]:
    return names - {lesser for name in names for lesser in _over().get(name, ())}


@cache
def _over() -> dict[str, list[str]]:
    return table("order")["over"]
