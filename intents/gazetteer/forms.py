"""How a body's name is written in mails: short forms, abbreviations of its addition, adjective, other languages."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product

from klimapartner.intents.fold import folded
from klimapartner.intents.gazetteer.names import core
from klimapartner.intents.gazetteer.register import Row, own_table

FULL, BASE, LETTER, FOREIGN, ADJECTIVE, COUNTY, ASSOCIATION, DISTRICT = "FBLXJKVZ"
"""Qualities of a form: the official name; without its addition; the addition as one letter (needs a dot, slash or
bracket); another language; an adjective in -er; and names that a county, association or Bezirk shares with towns."""

RIVER = ("", "an der", "a d", "am", "a")
IN = ("", "in", "im", "in der", "i", "i d")
CONNECTORS = {
    "an der": RIVER, "a d": RIVER, "am": RIVER, "a": RIVER, "an den": RIVER, "a den": RIVER,
    "in": IN, "im": IN, "in der": IN, "i": IN, "i d": IN,
    "bei": ("", "bei", "b"), "b": ("", "bei", "b"),
    "ob der": ("", "ob der", "o d"), "ob": ("", "ob", "o"), "o d": ("", "ob der", "o d"),
    "vor der": ("", "vor der", "v d"), "v d": ("", "vor der", "v d"), "vorm": ("", "vorm", "v"), "v": ("", "vorm", "v"),
    "auf": ("", "auf", "a"), "unter": ("", "unter", "u"), "": (*RIVER, "in", "i"),
}  # fmt: skip
WORD_OF_KIND = re.compile(
    r"^(?:Landkreis|Kreis|Bezirk|Amt|Samtgemeinde|Verbandsgemeinde|Verwaltungsgemeinschaft|Kirchspielslandgemeinde"
    r"|Gemeindeverwaltungsverband) "
)
OWN_KIND = {"Landkreis": COUNTY, "Bezirk": DISTRICT}


@dataclass(frozen=True, slots=True)
class Parts:
    """A folded name in three: Halle | an der | saale."""

    core: str
    connector: str
    rest: str


def all_forms(rows: list[Row]) -> Iterator[tuple[str, str, tuple[int, ...]]]:
    """(folded form, quality, indices of the rows that bear it), sorted; an adjective that is a name is left out."""
    found: dict[tuple[str, str], set[int]] = defaultdict(set)
    for index, row in enumerate(rows):
        for form, quality in set(_forms(row)):
            found[form, quality].add(index)
    names = {form for form, quality in found if quality in (FULL, BASE, COUNTY)}
    full = {form for form, quality in found if quality == FULL}
    for (form, quality), indices in sorted(found.items()):
        if len(form) < 2 or (quality == ADJECTIVE and form in names) or (quality == LETTER and form in full):
            continue
        yield form, quality, tuple(sorted(indices))


def _forms(row: Row) -> Iterator[tuple[str, str]]:
    if len(row.key) == 8:
        yield from _town_forms(row)
    else:
        yield from _shared_forms(row)
    for alias in filter(None, row.aliases.split("|")):
        yield folded(alias), FOREIGN


def _town_forms(row: Row) -> Iterator[tuple[str, str]]:
    yield folded(row.name), FULL
    yield core(row.name), FULL if core(row.name) == folded(row.name) else BASE
    for form in _written(row.name):
        yield form, FULL
    for form in _letters(row.name):
        yield form, LETTER
    for form in adjectives(core(row.name)):
        yield form, ADJECTIVE


def _shared_forms(row: Row) -> Iterator[tuple[str, str]]:
    bare = WORD_OF_KIND.sub("", row.name)
    quality = OWN_KIND.get(row.kind, ASSOCIATION)
    if bare == row.name or row.kind == "Bezirk":
        yield folded(row.name), FULL
        yield from ((folded(row.name).replace("er kreis", ending), FULL) for ending in ("en kreis", "e kreis"))
    if bare != row.name:
        yield folded(bare), quality
        yield core(bare), quality
        yield from ((form, quality) for form in _written(bare))
    elif bare.startswith(("Region ", "Regionalverband ", "Städteregion ", "Eifelkreis ", "Rhein-Kreis ")):
        yield folded(bare.split(" ", 1)[1]), quality


def parts(name: str) -> Parts:
    """A name in core, connector and the rest of its addition; the last two are empty where there is no addition."""
    whole, head = folded(name), core(name)
    words = whole.removeprefix(head).split()
    for length in (2, 1):
        connector = " ".join(words[:length])
        if connector in CONNECTORS and len(words) > length:
            return Parts(head, connector, " ".join(words[length:]))
    return Parts(head, "", " ".join(words))


def _written(name: str) -> Iterator[str]:
    """The name with its words spelled out or cut short."""
    split = parts(name)
    heads = list(_spelled(split.core)) if " " in split.core else [split.core]
    if not split.rest:
        yield from heads
        return
    for head, connector, rest in product(heads, CONNECTORS[split.connector], _spelled(split.rest)):
        yield " ".join(filter(None, (head, connector, rest)))


def _letters(name: str) -> Iterator[str]:
    """Frankfurt (O.), Halle/S., Rothenburg o.d.T., Neustadt a.d.W."""
    split = parts(name)
    if split.rest and len(split.rest) > 1:
        for connector in CONNECTORS[split.connector]:
            if len(connector) < 4:
                yield " ".join(filter(None, (split.core, connector, split.rest[0])))


def _spelled(words: str) -> Iterator[str]:
    choices = [(word, *_spellings().get(word, ())) for word in words.split()]
    yield from (" ".join(choice) for choice in product(*choices))


@cache
def _spellings() -> dict[str, tuple[str, ...]]:
    return {word: tuple(others.split("|")) for word, others in own_table("additions.tsv")}


def adjectives(name: str) -> Iterator[str]:
    """The -er adjectives of a folded name (Würzburger, Bremer, Dresdner, Göttinger, Hallesche)."""
    if name.endswith("e"):
        yield name + "r"
        if name == "halle":
            yield from ("hallesche", "halleschen", "hallenser")
        return
    yield name + "er"
    if name.endswith("stadt"):
        yield name.removesuffix("stadt") + "staedter"
    if name.endswith("en") and len(name) > 5:
        yield name[:-2] + "er"
        yield name[:-2] + "ner"
    if name.endswith("er"):
        yield name + "aner"
        yield name[:-2] + "raner"
    if name == "hannover":
        yield from ("hannoversche", "hannoverschen", "hannoverscher")
