"""Text folded for comparison, with the way back to its offsets.

Folded text is lower case, with ä as ae and ß as ss (so that both spellings meet), other accents and soft hyphens cut
off, a word divided at a line end joined, and every run of spaces, hyphens, slashes, dots, brackets and quotes one
space.
"""

import re
import unicodedata
from dataclasses import dataclass

PLAIN = {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ı": "i"}
KEPT = frozenset(",;:!?@_&+=#>")
DIVIDED = re.compile(r"(?<=[^\W\d_])[-\u2010\u00ad][ \t]*\r?\n[> \t]*(?=[a-zäöüß])")
UMLAUT = "\u0308"


@dataclass(frozen=True, slots=True)
class Folded:
    """Folded text; `offsets[i]` is where the character `text[i]` comes from, `offsets[len(text)]` the end."""

    text: str
    offsets: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The stretch of the original behind `text[start:end]`, for a start before an end."""
        return self.offsets[start], self.offsets[end - 1] + 1


class _Table(dict[str, str]):
    """The folded form of each character, worked out once."""

    def __missing__(self, char: str) -> str:
        self[char] = folded = _fold_char(char)
        return folded


def _fold_char(char: str) -> str:
    lower = char.lower()
    if lower in PLAIN:
        return PLAIN[lower]
    if char in KEPT:
        return char
    category = unicodedata.category(char)
    if category in ("Mn", "Cf", "Me"):
        return ""
    decomposed = unicodedata.normalize("NFKD", lower)
    letters = "".join(PLAIN.get(c, c) for c in decomposed if c.isalnum())
    return letters or " "


_TABLE = _Table()


def fold(text: str) -> Folded:
    """Fold a text of any length; spaces at its ends vanish, so that equal words fold to equal texts."""
    joined = {i for match in DIVIDED.finditer(text) for i in range(*match.span())} if "\n" in text else ()
    chars: list[str] = []
    offsets: list[int] = []
    gap = True
    for position, char in enumerate(text):
        folded = _TABLE[char]
        if folded == " ":
            if gap or position in joined:
                continue
        elif not folded:
            if char != UMLAUT or not chars or chars[-1] not in "aou":
                continue
            folded = "e"
        elif position in joined:
            continue
        gap = folded == " "
        chars.extend(folded)
        offsets.extend([position] * len(folded))
    if chars and chars[-1] == " ":
        chars.pop()
        offsets.pop()
    return Folded("".join(chars), (*offsets, len(text)))


def folded(text: str) -> str:
    """Only the folded text."""
    return fold(text).text
