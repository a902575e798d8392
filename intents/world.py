"""Countries, their people, regions and places of the whole world, found in a text in five languages.

Words are folded one by one and looked up as rows of up to six, longest first; a name is listed with every country that
has such a place, so that a contested name stays contested. Data and sources: `world/meta.json`.
"""

import gzip
import re
import sys
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Literal

from klimapartner.intents.cues import fold
from klimapartner.intents.reading import Region

MentionKind = Literal["country", "demonym", "region", "place"]

WORD = re.compile(r"[^\W_](?:[^\W_]|[\u0300-\u036f])*")
JOINT = re.compile(r"[ \u00a0\n'’´`.&()/\u2010-\u2013-]{0,3}")
ROW = 6  # words of the longest name
SOUTH: tuple[Region, Region] = ("africa", "latin_america")
SURE_SIZE, SURE_RATIO = 100, 20  # a place of 100,000 that is twenty times its namesakes is meant
TYPO_WORDS = ("afrika", "lateinamerika", "suedamerika", "mittelamerika", "westafrika", "ostafrika", "karibik")


@dataclass(frozen=True, slots=True)
class Mention:
    """A name in a text; `countries` are its ISO codes (several: contested), () for a region.

    `region` is None where the candidates lie in different world regions, or where the words name none of the two
    ("Globaler Süden"). `sizes` holds thousands of inhabitants for each country of a place.
    """

    kind: MentionKind
    start: int
    end: int
    countries: tuple[str, ...] = ()
    region: Region | None = None
    sizes: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class World:
    """The tables, keys folded."""

    names: dict[str, tuple[tuple[str, str], ...]]
    places: dict[str, str]
    words: dict[str, str]
    stems: dict[str, str]
    regions: dict[str, Region]
    rows: dict[str, int]


@lru_cache(maxsize=4096)
def find(text: str) -> tuple[Mention, ...]:
    """All names in a text, in order and without overlap."""
    return _find(text, tuple(match.span() for match in WORD.finditer(text)))


def _find(text: str, tokens: tuple[tuple[int, int], ...]) -> tuple[Mention, ...]:
    folded = [fold(text[start:end]) for start, end in tokens]
    found, at = [], 0
    while at < len(tokens):
        mention, length = _longest(text, tokens, folded, at)
        if mention:
            found.append(mention)
        at += length
    return tuple(found)


def _longest(text: str, tokens: tuple[tuple[int, int], ...], folded: list[str], at: int) -> tuple[Mention | None, int]:
    """The longest name from word `at`, and how many words to go on."""
    most = min(world().rows.get(folded[at], 1), len(tokens) - at)
    for length in range(most, 0, -1):
        last = at + length - 1
        joints = (text[tokens[i][1] : tokens[i + 1][0]] for i in range(at, last))
        if length > 1 and not all(map(JOINT.fullmatch, joints)):
            continue
        mention = _look_up(" ".join(folded[at : last + 1]), text, tokens[at][0], tokens[last][1])
        if mention:
            return mention, length
    return None, 1


def _look_up(key: str, text: str, start: int, end: int) -> Mention | None:
    capital = text[start].isupper()
    for name, stop in ((key, end), *_without_genitive(key, end)):
        mention = _named(name, capital, start, stop) or _region(name, start, stop)
        if mention or (mention := _place(name, capital, start, stop)):
            return mention
    return None


def _without_genitive(key: str, end: int) -> tuple[tuple[str, int], ...]:
    return ((key[:-1], end - 1),) if len(key) > 4 and key.endswith("s") else ()


def _named(key: str, capital: bool, start: int, end: int) -> Mention | None:
    found = world().names.get(key)
    if not found:
        return None
    regions = world().regions
    countries = tuple(sorted({iso for _, iso in found}))
    kind: MentionKind = "demonym" if all(kind == "demonym" for kind, _ in found) else "country"
    strict = any(kind == "Country" for kind, _ in found) or all(regions[iso] == "other" for iso in countries)
    if kind == "country" and strict and not capital:
        return None  # "island", "turkey", "jordan": words
    return Mention(kind, start, end, countries, shared_region(countries))


def _region(key: str, start: int, end: int) -> Mention | None:
    label = world().words.get(key) or _by_stem(key)
    if not label:
        return None
    return Mention("region", start, end, (), None if label == "none" else region_label(label))


def _by_stem(key: str) -> str | None:
    stems = world().stems
    return next((stems[key[:n]] for n in range(len(key), 4, -1) if key[:n] in stems), None)


def _place(key: str, capital: bool, start: int, end: int) -> Mention | None:
    cell = world().places.get(key)
    if not cell or not capital:
        return None
    candidates = [(entry[:2], int(entry[2:])) for entry in cell.split(" ")]
    countries = tuple(iso for iso, _ in candidates)
    return Mention("place", start, end, countries, shared_region(countries), tuple(size for _, size in candidates))


def shared_region(countries: tuple[str, ...]) -> Region | None:
    """The world region of all these countries, None where they differ."""
    found = {region_of(iso) for iso in countries}
    return found.pop() if len(found) == 1 else None


def region_of(iso: str) -> Region:
    """africa, latin_america or other, for an ISO 3166-1 alpha-2 code."""
    return world().regions.get(iso, "other")


def region_label(label: str) -> Region:
    return "africa" if label == "africa" else "latin_america" if label == "latin_america" else "other"


def candidates(name: str) -> dict[str, int]:
    """The countries that have a place of this name, with its thousands of inhabitants."""
    key = " ".join(WORD.findall(fold(name)))
    cell = world().places.get(key, "")
    return {entry[:2]: int(entry[2:]) for entry in cell.split(" ") if entry}


def surest(name: str) -> str | None:
    """The only country with a place of this name, or the one whose place outweighs all others by far."""
    sizes = sorted(candidates(name).items(), key=lambda pair: -pair[1])
    if len(sizes) == 1 or (len(sizes) > 1 and sizes[0][1] >= max(SURE_SIZE, SURE_RATIO * sizes[1][1])):
        return sizes[0][0]
    return None


def earlier_country(body_key: str | None, name: str) -> str | None:
    """The country of an earlier partnership of this German body (AGS or county key) with a place of this name."""
    return earlier().get((body_key or "", _partner_key(name)))


@cache
def earlier() -> dict[tuple[str, str], str]:
    """(key of the German body, folded partner) to ISO code; the sources stand in `world/partnerships.tsv.gz`."""
    rows = (line.split("\t") for line in _lines("partnerships.tsv.gz"))
    return {(row[0], key): row[3] for row in rows for key in _partner_keys(row[2])}


def _partner_keys(name: str) -> set[str]:
    outer, _, inner = name.partition("(")
    return {_partner_key(part) for part in (outer, inner.rstrip(")")) if part.strip()}


def _partner_key(name: str) -> str:
    words = WORD.findall(fold(name))
    return " ".join(w for w in words if w not in ("district", "county", "distrikt", "departement", "kreis")) or name


@cache
def world() -> World:
    """The tables, read once."""
    names: dict[str, tuple[tuple[str, str], ...]] = {}
    for line in _lines("countries.tsv.gz"):
        key, kind, iso = line.split("\t")
        names[key] = (*names.get(key, ()), (kind, iso))
    cells = (line.split("\t") for line in _lines("places.tsv.gz"))
    places = {key: sys.intern(cell) for key, cell in cells}  # a few thousand cells for all names: spares memory
    words, stems = _region_words(places)
    regions = {iso: region_label(label) for iso, label in (line.split("\t") for line in _lines("regions.tsv.gz"))}
    return World(names, places, words, stems, regions, _rows(names, places, words))


def _rows(*tables: dict[str, object] | dict[str, str] | dict[str, tuple[tuple[str, str], ...]]) -> dict[str, int]:
    """First word to the number of words of the longest name that begins with it, where that is more than one."""
    rows: dict[str, int] = {}
    for table in tables:
        for key in table:
            first, blank, _ = key.partition(" ")
            if blank:
                rows[first] = max(rows.get(first, 1), min(ROW, key.count(" ") + 1))
    return rows


def _region_words(places: dict[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    words, stems = {}, {}
    text = (files("klimapartner.intents") / "world" / "regions.tsv").read_text(encoding="utf-8")
    for line in text.splitlines():
        label, tab, cell = line.partition("\t")
        for form in cell.split("|") if tab and not line.startswith("#") else ():
            key = " ".join(WORD.findall(fold(form)))
            if form.endswith("*"):
                stems[key] = label
            words[key] = label
    for word in TYPO_WORDS:
        words |= {typo: words[word] for typo in _typos(word) if typo not in words and typo not in places}
    return words, stems


def _typos(word: str) -> set[str]:
    """The word with two neighbours swapped, one letter missing or one doubled."""
    swapped = {word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in range(1, len(word) - 1)}
    missing = {word[:i] + word[i + 1 :] for i in range(1, len(word))}
    return swapped | missing | {word[:i] + word[i] + word[i:] for i in range(len(word))}


def _lines(name: str) -> list[str]:
    data = (files("klimapartner.intents") / "world" / name).read_bytes()
    return gzip.decompress(data).decode().splitlines()
