"""The official register of municipalities (GV100AD, fixed width) as rows of the gazetteer's table."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from klimapartner.intents.fold import folded

HOME = Path(__file__).parent
STATES = ("", "SH", "HH", "NI", "HB", "NW", "HE", "RP", "BW", "BY", "SL", "BE", "BB", "MV", "SN", "ST", "TH")
TOWNS = {"61": "kreisfreie Stadt", "62": "kreisfreie Stadt", "63": "Stadt", "67": "Stadt", "60": "Markt"}
ASSOCIATIONS = {
    "51": "Amt",
    "52": "Samtgemeinde",
    "53": "Verbandsgemeinde",
    "54": "Verwaltungsgemeinschaft",
    "55": "Kirchspielslandgemeinde",
    "56": "Gemeindeverwaltungsverband",
}
UNINHABITED = ("65", "66")
INDEPENDENT_COUNTIES = ("41", "42")  # a kreisfreie Stadt stands in the register as a county and as a municipality
OWN_WORD = re.compile(r"kreis|region\b|verband\b")


@dataclass(frozen=True, slots=True)
class Row:
    """One body. `key`: AGS, or county and number of an association, or city and name of a Bezirk; `area` in km²."""

    key: str
    name: str
    addition: str
    kind: str
    state: str
    county: str = ""
    association: str = ""
    population: int = 0
    area: float = 0.0
    postcode: str = ""
    lat: float = 0.0
    lon: float = 0.0
    seat: str = ""
    valid_to: str = ""
    aliases: str = ""


def read_register(path: Path) -> list[Row]:
    """All bodies of a GV100AD file in UTF-8. Raises ValueError where it holds no municipality."""
    with path.open(encoding="utf-8") as lines:
        rows = [row for line in lines for row in _row(line)]
    if not any(row.kind == "Gemeinde" for row in rows):
        raise ValueError(f"{path.name}: no municipality found, is it a GV100AD file in UTF-8?")
    return rows


def register_date(path: Path) -> date:
    """The date as of which a GV100AD file speaks."""
    with path.open(encoding="utf-8") as lines:
        stamp = next(lines)[2:10]
    return date(int(stamp[:4]), int(stamp[4:6]), int(stamp[6:8]))


def _row(line: str) -> Iterator[Row]:
    record, type_ = line[:2], line[122:124]
    name = re.sub(r"\s+", " ", line[22:72].strip())
    if record == "40" and type_ not in INDEPENDENT_COUNTIES:
        yield _county(line, name)
    elif record == "50" and type_ in ASSOCIATIONS and not name.startswith("VVG"):
        yield _association(line, name, ASSOCIATIONS[type_])
    elif record == "60" and type_ not in UNINHABITED and line[15:18] != "999":
        yield _municipality(line, name, type_)


def _county(line: str, name: str) -> Row:
    state = STATES[int(line[10:12])]
    plain = name.partition(",")[0]
    word = "Kreis" if state in ("SH", "NW") else "Landkreis"
    full = plain if OWN_WORD.search(plain.lower()) else f"{word} {plain}"
    return Row(line[10:15], full, "", "Landkreis", state, line[10:15], seat=line[72:122].strip())


def _association(line: str, name: str, word: str) -> Row:
    plain = name.partition(",")[0].removeprefix("GVV ").removesuffix("(VGem)").strip()
    state = STATES[int(line[10:12])]
    key = line[10:15] + line[18:22]
    return Row(key, f"{word} {plain}", "", word, state, line[10:15], seat=line[72:122].strip())


def _municipality(line: str, name: str, type_: str) -> Row:
    plain, _, addition = name.partition(",")
    number = line[18:22].strip()
    return Row(
        key=line[10:18],
        name=plain.strip(),
        addition=addition.strip(),
        kind=TOWNS.get(type_, "Gemeinde"),
        state=STATES[int(line[10:12])],
        county=line[10:15],
        association=line[10:15] + number if number not in ("", "0000") else "",
        population=int(line[139:150]),
        area=int(line[128:139]) / 100,
        postcode=line[165:170],
    )


def former_municipalities(register: Path, earlier: Path) -> list[Row]:
    """Municipalities of an earlier list (CSV: id, name) that the register has no more, with the year they ended."""
    end = f"{register_date(register).year - 1}-12-31"
    with register.open(encoding="utf-8") as lines:
        known = {line[10:18] for line in lines if line.startswith("60")}
    found = []
    for cells in _csv(earlier):
        key, (name, _, addition) = cells["id"], cells["name"].partition(",")
        if len(key) == 8 and key not in known and not name.endswith("Forst"):
            kind = "Stadt" if "Stadt" in addition else "Gemeinde"
            found.append(Row(key, name.strip(), addition.strip(), kind, STATES[int(key[:2])], key[:5], valid_to=end))
    return found


def unlisted_counties(rows: list[Row], counties: Path) -> list[str]:
    """Keys of another year's counties (CSV: id_nuts, name, id_ars) that the register does not have."""
    known = {row.key[:5] for row in rows}
    return [cells["id_ars"] for cells in _csv(counties) if (cells.get("id_ars") or known) not in known]


def districts() -> list[Row]:
    """The Bezirke of Berlin and Hamburg, from a table of our own."""
    return [
        Row(f"{city}-{folded(name)}", f"Bezirk {name}", "", "Bezirk", STATES[int(city[:2])], city[:5], "", int(people))
        for city, name, people, *_ in own_table("bezirke.tsv")
    ]


def own_table(name: str) -> Iterator[list[str]]:
    """The rows of a hand-written table, comments left out."""
    for line in (HOME / name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line.split("\t")


def _csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as lines:
        return [row for row in csv.DictReader(lines) if any(row.values())]
