"""Places and countries that a sentence names only to set them aside: denied, or given by mistake."""

import re

from klimapartner.intents.world import Mention

DENIED = re.compile(
    r"\b(?:nicht(?! nur)|nie|noch nie|weder|statt|anstatt|anstelle|not(?! only)|never|instead of|rather than"
    r"|pas|plutôt que|au lieu|não|en lugar|en vez|em vez|ao invés)\s+"
    r"(?:(?!(?:sondern|but|sino|mas|mais|aber|und|and|y|et|e)\b)[\w'’-]+\s+){0,3}[\"„“'(]?$",
    re.IGNORECASE,
)
# Where a place was put by mistake: "nach Costa Rica verlegt", "fälschlich in Ghana".
MISPUT_BEFORE = re.compile(
    r"\b(?:fälschlich\w*|irrtümlich\w*|versehentlich|aus versehen|wrongly|mistakenly"
    r"|by mistake|par erreur|por error|por engano)\s+"
    r"(?:(?:nach|in|im|für|als|to|as|en|au|em|na|no|the|der|die|den)\s+){0,2}[\"„“'(]?$",
    re.IGNORECASE,
)
MISPUT_AFTER = re.compile(r"[\"“”']?\s+(?:verlegt|verortet|verpflanzt|verfrachtet|verschoben)\b", re.IGNORECASE)


def is_denied(text: str, start: int) -> bool:
    """Whether what begins at `start` is set aside by a negation before it ("nicht in Nigeria", "statt Ghana")."""
    return bool(DENIED.search(text[max(0, start - 60) : start]))


def is_set_aside(text: str, mention: Mention) -> bool:
    """Whether a country is denied, or said to be where a place was put by mistake."""
    misput = MISPUT_BEFORE.search(text[: mention.start]) or MISPUT_AFTER.match(text[mention.end :])
    return bool(misput) or is_denied(text, mention.start)
