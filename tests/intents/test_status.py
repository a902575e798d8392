"""The state of a partnership, said in a sentence or two."""

import csv
from pathlib import Path

import pytest

from klimapartner.intents.partnership import Partnership, read_partnership
from klimapartner.intents.reading import Letter, Part
from klimapartner.intents.sentences import sentences


def read(text: str) -> Partnership:
    letter = Letter(text, (Part("body", 0, len(text)),))
    return read_partnership(letter, sentences(letter))


def rows() -> list[tuple[str, str]]:
    path = Path(__file__).with_name("status_sentences.tsv")
    table = csv.reader(path.read_text(encoding="utf-8").splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    return [(row[0], row[1]) for row in table if not row[0].startswith("#")]


@pytest.mark.parametrize(("expected", "text"), rows())
def test_status_of_a_sentence(expected: str, text: str) -> None:
    assert (read(text).status or "null") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Besteht eine Partnerschaft?  [ ] ja  [x] nein", "none"),
        ("Partnerkommune: ____________", None),
        ("Partnerkommune: noch keine", "none"),
        ("Partner? Nö. Noch keiner.", "none"),
    ],
)
def test_form_lines(text: str, expected: str | None) -> None:
    assert read(text).status == expected


def test_a_climate_partnership_to_come_does_not_undo_the_old_one() -> None:
    text = "Seit 2004 besteht unsere Partnerschaft mit Kigoma in Tansania. Daraus soll eine Klimapartnerschaft werden."
    assert read(text).status == "existing"


def test_talks_are_a_plan_while_nothing_is_signed() -> None:
    text = "Seit 2017 stehen wir mit Kigoma in Tansania im Austausch, eine förmliche Partnerschaft gibt es noch nicht."
    assert read(text).status == "planned"


def test_twin_towns_in_europe_are_no_partners_of_this_programme() -> None:
    assert (
        read("Unsere Partnerstadt Brest in Frankreich besteht seit 1970. Sonst haben wir keinen Partner.").status
        == "none"
    )
