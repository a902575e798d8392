"""Which FAQ id is meant where one question sounds like two."""

from functools import cache

from klimapartner.intents.faq_cues import table

FAQ_IDS = (
    "eligibility", "regions", "no_partner_yet", "deadline", "how_to_apply", "binding", "schedule", "workshop",
    "kickoff", "funding", "offer", "expectations", "goals", "contact", "history", "privacy", "human",
)  # fmt: skip


def leading(names: frozenset[str]) -> frozenset[str]:
    """Those of the ids that no other of them outranks; the order of the table decides who speaks first."""
    left = set(names)
    for name, lesser in _over().items():
        if name in left:
            left.difference_update(lesser)
    return frozenset(left)


def rivals(one: str, other: str) -> bool:
    """Whether a question for one of two ids often sounds like one for the other."""
    return other in _over().get(one, ()) or one in _over().get(other, ())


@cache
def _over() -> dict[str, list[str]]:
    found: dict[str, list[str]] = table("order")["over"]
    return found
