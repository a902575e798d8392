"""Rows of dots that lead from a label to its value in a form typed by hand."""

import pytest

from klimapartner.intents.leaders import with_colons
from klimapartner.intents.reading import Letter, Part


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Region ........ Afrika", "Region:         Afrika"),
        ("KOMMUNE......... Stadt Templin", "KOMMUNE:         Stadt Templin"),
        ("Thema . . . . . Wald", "Thema:          Wald"),
        ("Partner ........", "Partner ........"),
        ("Wir überlegen noch... Vielleicht Afrika.", "Wir überlegen noch... Vielleicht Afrika."),
        ("Telefon ____ 0211 4711", "Telefon:     0211 4711"),
    ],
)
def test_a_row_of_dots_before_a_value_reads_as_a_colon(text: str, expected: str) -> None:
    assert with_colons(Letter(text, (Part("body", 0, len(text)),))).text == expected
