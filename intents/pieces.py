"""Pieces of a text as features: four letters each, across the borders of words.

German puts words together, and people mistype: "Partnergemeinde", "Patnerstadt" and "Partnerinnen" share most pieces
where they share no stem. On writers held out, pieces beside stems told the state of a partnership right in 2 to 3 more
of 100 letters than stems alone.
"""

import re

from klimapartner.intents.cues import fold

LENGTH = 4  # characters
DIGITS = re.compile(r"\d+")
WORD = re.compile(r"[a-z_'0]+|[?!]")


def pieces(text: str) -> set[str]:
    """The pieces of a text, folded, numbers as 0, words apart by one blank, a blank before the first and the last."""
    line = f" {' '.join(WORD.findall(DIGITS.sub('0', fold(text))))} "
    return {line[i : i + LENGTH] for i in range(len(line) - LENGTH + 1)}
