"""Names of German bodies in a text: where they stand, and which bodies bear them."""

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from klimapartner.intents.fold import Folded, fold
from klimapartner.intents.gazetteer.forms import ADJECTIVE, ASSOCIATION, BASE, COUNTY, DISTRICT, FOREIGN, FULL, LETTER
from klimapartner.intents.gazetteer.table import Entry, gazetteer

__all__ = ["ADJECTIVE", "ASSOCIATION", "BASE", "COUNTY", "DISTRICT", "FOREIGN", "FULL", "LETTER", "Mention"]

PUNCTUATED = re.compile(r"[./(]")


@dataclass(frozen=True, slots=True)
class Mention:
    """A name in a text, `text == source[start:end]` (a genitive s left out).

    `bearers` are the bodies with the quality of the form for each (see gazetteer.forms); `name` is the folded form,
    `before` and `after` the folded text around it. `glued` says that the name is the first part of a hyphenated word,
    `lower` that it is written without a capital, `everyday` that the name is also a common word.
    """

    start: int
    end: int
    text: str
    name: str
    bearers: tuple[tuple[str, Entry], ...]
    before: str
    after: str
    glued: bool
    lower: bool
    everyday: bool

    @property
    def bodies(self) -> tuple[Entry, ...]:
        return tuple(body for _, body in self.bearers)

    @property
    def is_adjective(self) -> bool:
        return all(quality == ADJECTIVE for quality, _ in self.bearers)


def find_mentions(text: str) -> tuple[Mention, ...]:
    """The names in a text in order, the longest where several begin or overlap."""
    source = fold(text)
    found: list[Mention] = []
    taken = -1
    for start, end, number in sorted(_hits(source), key=lambda hit: (hit[0], -hit[1])):
        if start >= taken and (mention := _mention(text, source, start, end, number)):
            found.append(mention)
            taken = end
    return tuple(found)


def _hits(source: Folded) -> list[tuple[int, int, int]]:
    """(start, end, number of the form) of each form that stands as a word, a genitive s allowed."""
    text, length = source.text, len(source.text)
    hits = []
    for last, (number, size) in gazetteer().automaton.iter(text):
        start, end = last - size + 1, last + 1
        if (start and text[start - 1].isalnum()) or (end < length and not _word_ends(text, end, length, size)):
            continue
        hits.append((start, end, number))
    return hits


def _word_ends(text: str, end: int, length: int, size: int) -> bool:
    if not text[end].isalnum():
        return True
    if text[end] == "s" and size > 3:  # aus is no genitive of Au
        return end + 1 == length or not text[end + 1].isalnum()
    return text.startswith("es", end) and text[end - 4 : end] == "reis" and not text[end + 2 : end + 3].isalnum()


def _mention(text: str, source: Folded, start: int, end: int, number: int) -> Mention | None:
    left, right = source.span(start, end)
    written = text[left:right]
    if _follows_hyphen(text, left) or text[left - 1 : left] in ("@", "_") or _in_address(text, right):
        return None
    forms = gazetteer().forms[number]
    allowed = [form for form in forms if form[0] != LETTER or _punctuated(text, left, right)]
    if not allowed:
        return None
    bodies = gazetteer().bodies
    name = source.text[start:end]
    if "(" in written and text[right : right + 1] == ")":
        right += 1
    return Mention(
        start=left,
        end=right,
        text=text[left:right],
        name=name,
        bearers=tuple((quality, bodies[index]) for quality, indices in allowed for index in indices),
        before=source.text[max(0, start - 120) : start],
        after=source.text[end : end + 120],
        glued=text[right : right + 1] == "-" and text[right + 1 : right + 2].isalnum(),
        lower=written[:1].islower(),
        everyday=name in everyday(),
    )


def _follows_hyphen(text: str, left: int) -> bool:
    return left > 1 and text[left - 1] in "-\u2010\u2011" and text[left - 2].isalnum()


def _in_address(text: str, right: int) -> bool:
    """Whether the name is part of a mail or web address: www.hagen.de, info@stadt-hagen.de."""
    following = text[right : right + 4]
    return bool(re.match(r"[.@-]?\w*@|\.[a-z]{2,}", following)) or following.startswith("@")


def _punctuated(text: str, left: int, right: int) -> bool:
    """Whether a name with a one-letter addition has a dot, slash or bracket in it, as abbreviations have."""
    return bool(PUNCTUATED.search(text[left : right + 1]))


@cache
def everyday() -> frozenset[str]:
    """Names that are common words too."""
    lines = (files("klimapartner.intents") / "gazetteer" / "everyday.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())
