"""The votes for FAQ ids, weighed question by question."""

from dataclasses import dataclass

from klimapartner.intents.faq_cues import read_cues
from klimapartner.intents.faq_order import leading
from klimapartner.intents.faq_split import questions


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
    found = frozenset(name for part in parts for name in leading(part.sure))
    sure = found or leading(whole.sure)
    return Asked(sure, tuple(sorted(whole.hinted - sure))[:3])
