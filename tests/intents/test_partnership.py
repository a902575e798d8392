"""Partner, region and status of whole letters by several voices."""

import csv
from pathlib import Path

import pytest

from klimapartner.intents.partnership import read_partnership
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
