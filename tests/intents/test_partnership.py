"""Partner, region and status of whole letters by several voices."""

import csv
import re
from pathlib import Path

import pytest

from klimapartner.intents.partnership import read_partnership
from klimapartner.intents.places import find_mentions
from klimapartner.intents.reading import Letter, Part
from klimapartner.intents.sentences import sentences


def rows() -> list[list[str]]:
    path = Path(__file__).with_name("partnership_letters.tsv")
    table = csv.reader(path.read_text(encoding="utf-8").splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    return [row for row in table if not row[0].startswith("#")]


@pytest.mark.parametrize(("region", "status", "town", "country", "text"), rows())
def test_letter(region: str, status: str, town: str, country: str, text: str) -> None:
    letter = Letter(text, (Part("body", 0, len(text)),))
    read = read_partnership(letter, sentences(letter))
    partner = (read.partner.municipality, read.partner.country) if read.partner else (None, None)
    assert [read.world_region, read.status, *partner] == [
        None if value == "-" else value for value in (region, status, town, country)
    ]


@pytest.mark.shared
def test_countries_of_the_place_traps(shared: Path) -> None:
    rows = csv.DictReader((shared / "gold" / "place_traps.tsv").open(encoding="utf-8"), delimiter="\t")
    wrong = [row["text_snippet"] for row in rows if not _country_is_right(row)]
    assert len(wrong) <= 2, wrong


def _country_is_right(row: dict[str, str]) -> bool:
    """As `score_places.py` counts: any of the codes, and nothing where no partner is expected."""
    text = row["text_snippet"].lstrip("> ")
    letter = Letter(text, (Part("body", 0, len(text)),))
    german = [(m.start, m.end) for m in find_mentions(text) if not m.everyday]
    key = row["expected_ags"] if row["expected_ags"].isdigit() else None
    partner = read_partnership(letter, sentences(letter), german, key).partner
    codes = set(re.findall(r"\b[A-Z]{2}\b", row["expected_country_iso2"]))
    none_too = not codes or row["expected_partner"] == "none"
    return (partner.country if partner else None) in (codes | {None} if none_too else codes)
