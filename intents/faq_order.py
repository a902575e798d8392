"""Which FAQ id is meant where one question sounds like two."""

from functools import cache

from klimapartner.intents.faq_cues import table

FAQ_IDS = (
    "eligibility", "regions", "no_partner_yet", "deadline", "how_to_apply", "binding", "schedule", "workshop",
    "kickoff", "funding", "offer", "expectations", "goals", "contact", "history", "privacy", "human",
)  # fmt: skip


def leading(names: frozenset[str]) -> frozenset[str]:
    """Those of the ids that no other of them outranks."""
    return names - {lesser for name in names for lesser in _over().get(name, ())}


@cache
def _over() -> dict[str, list[str]]:
    found: dict[str, list[str]] = table("order")["over"]
    return found
