"""Which world region a letter wishes."""

import csv
from pathlib import Path

import pytest

from klimapartner.intents.partnership import read_partnership
from klimapartner.intents.reading import Letter, Part
from klimapartner.intents.sentences import sentences


def region(text: str) -> str | None:
    letter = Letter(text, (Part("body", 0, len(text)),))
    return read_partnership(letter, sentences(letter)).world_region


def rows() -> list[tuple[str, str]]:
    path = Path(__file__).with_name("region_sentences.tsv")
    table = csv.reader(path.read_text(encoding="utf-8").splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    return [(row[0], row[1]) for row in table if not row[0].startswith("#")]


@pytest.mark.parametrize(("expected", "text"), rows())
def test_region_of_a_sentence(expected: str, text: str) -> None:
    assert (region(text) or "null") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Gewünschte Region: [ ] Afrika  [x] Lateinamerika  [ ] offen", "latin_america"),
        ("Gewünschte Region: ☒ Afrika ☐ Lateinamerika ☐ offen", "africa"),
        ("Gewünschte Region: [ ] Afrika  [ ] Lateinamerika  [x] offen", "open"),
    ],
)
def test_only_the_ticked_box_counts(text: str, expected: str) -> None:
    assert region(text) == expected


def test_the_region_of_the_partner_is_the_region() -> None:
    assert (
        region("Unsere Partnerstadt Portmore auf Jamaika macht mit. Afrika wäre auch schön gewesen.") == "latin_america"
    )


def test_a_region_taken_back_gives_way_to_the_new_one() -> None:
    text = 'Bitte ändern Sie unsere Angabe: Statt "nur Lateinamerika" bitte Afrika eintragen.'
    assert region(text) == "africa"
