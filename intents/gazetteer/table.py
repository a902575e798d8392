"""The compiled tables as values: bodies, the forms of their names, postcodes and dialling codes."""

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import ahocorasick

from klimapartner.intents.gazetteer.names import Point

TOWNS = frozenset({"Gemeinde", "Markt", "Stadt", "kreisfreie Stadt"})
COUNTIES = frozenset({"Landkreis"})
DISTRICTS = frozenset({"Bezirk"})

Form = tuple[str, tuple[int, ...]]


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """One body of the gazetteer; `key` is unique, `ags` only a municipality, a county or a Bezirk's city has."""

    key: str
    name: str
    addition: str
    kind: str
    state: str
    county: str
    association: str
    population: int
    area: float
    postcode: str
    at: Point
    seat: str
    valid_to: str

    @property
    def ags(self) -> str | None:
        """The official key: 8 digits for a municipality (a Bezirk: its city's), 5 for a county, None otherwise."""
        if self.kind in DISTRICTS:
            return self.key.partition("-")[0]
        return self.key if self.kind in TOWNS | COUNTIES else None

    @property
    def is_town(self) -> bool:
        return self.kind in TOWNS

    @property
    def is_county(self) -> bool:
        return self.kind in COUNTIES


@dataclass(frozen=True, slots=True)
class DialArea:
    """An area code with its name, centre and, where it is one municipality's, that key."""

    name: str
    at: Point
    key: str


@dataclass(frozen=True, slots=True, eq=False)
class Gazetteer:
    """All tables; `automaton` finds folded forms, its values index `forms`, whose numbers index `bodies`."""

    bodies: tuple[Entry, ...]
    by_key: dict[str, Entry]
    forms: tuple[tuple[Form, ...], ...]
    automaton: Any
    postcodes: dict[str, Point]
    dialcodes: dict[str, DialArea]
    meta: dict[str, Any]


@cache
def gazetteer() -> Gazetteer:
    """The tables that come with the package, read once."""
    bodies = tuple(map(_entry, _rows("bodies.tsv.gz")))
    names, forms = _forms()
    automaton = ahocorasick.Automaton()
    for number, name in enumerate(names):
        automaton.add_word(name, (number, len(name)))
    automaton.make_automaton()
    return Gazetteer(
        bodies=bodies,
        by_key={body.key: body for body in bodies},
        forms=forms,
        automaton=automaton,
        postcodes={code: (float(lat), float(lon)) for code, lat, lon in _rows("postcodes.tsv.gz")},
        dialcodes={c: DialArea(name, (float(a), float(b)), key) for c, name, a, b, key in _rows("dialcodes.tsv.gz")},
        meta=json.loads(_data("meta.json").read_text(encoding="utf-8")),
    )


def _data(name: str) -> Any:
    return files("klimapartner.intents") / "gazetteer" / name


def _rows(name: str) -> Iterator[list[str]]:
    text = gzip.decompress(_data(name).read_bytes()).decode()
    return (line.split("\t") for line in text.splitlines())


def _entry(cells: list[str]) -> Entry:
    key, name, addition, kind, state, county, association, people, area, postcode, lat, lon, seat, valid_to, _ = cells
    at = (float(lat), float(lon))
    return Entry(
        key, name, addition, kind, state, county, association, int(people), float(area), postcode, at, seat, valid_to
    )


def _forms() -> tuple[list[str], tuple[tuple[Form, ...], ...]]:
    grouped: dict[str, list[Form]] = {}
    for form, quality, numbers in _rows("forms.tsv.gz"):
        grouped.setdefault(form, []).append((quality, tuple(map(int, numbers.split(",")))))
    return list(grouped), tuple(map(tuple, grouped.values()))
