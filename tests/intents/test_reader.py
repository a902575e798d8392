"""The reader as a whole: long letters, and what it never does."""

import pytest

from klimapartner.intents.reader import MOST_WORDS, Reader, load_reader, shorten
from klimapartner.intents.reading import Letter, Office, Part

SENTENCE = "Die Stadt Herzogenaurach bekundet Interesse. "


@pytest.fixture(scope="module")
def reader() -> Reader:
    return load_reader(Office())


def letter(text: str) -> Letter:
    return Letter(text, (Part("body", 0, len(text)),))


def test_a_letter_within_the_limit_is_read_whole() -> None:
    short = letter("Wort " * MOST_WORDS)
    assert shorten(short) == (short, False)


def test_of_a_longer_one_head_and_tail_are_read() -> None:
    text = "Kopf " * (MOST_WORDS // 2) + "Mitte " * 5000 + "Fuß " * (MOST_WORDS // 2)
    cut, truncated = shorten(letter(text))
    kept = "".join(text[part.start : part.end] for part in cut.parts)
    assert truncated
    assert (kept.count("Kopf"), kept.count("Mitte"), kept.count("Fuß")) == (MOST_WORDS // 2, 0, MOST_WORDS // 2)


def test_a_reading_says_that_it_was_cut(reader: Reader) -> None:
    reading = reader.read(letter(SENTENCE + "bla " * (2 * MOST_WORDS) + "\nPartnerstadt ist Kaya in Burkina Faso."))
    assert reading.truncated
    assert (reading.municipality and reading.municipality.ags, reading.partner and reading.partner.country) == (
        "09572132",
        "BF",
    )


@pytest.mark.parametrize("text", ["", " ", "\n\n", "?", "…", "🌍", "a" * 10_000, "1 " * 1000, "\u202e\u0000"])
def test_odd_letters_say_nothing(reader: Reader, text: str) -> None:
    reading = reader.read(letter(text))
    assert (reading.municipality, reading.partner, reading.world_region, reading.partnership_status) == (None,) * 4


def test_form_lines_without_a_value_are_empty(reader: Reader) -> None:
    text = "Kommune: Herzogenaurach\nPartnerkommune: ______\nLand: ....\nWeltregion: ____\n"
    reading = reader.read(letter(text))
    assert (reading.partner, reading.world_region) == (None, None)


def test_a_reading_is_the_same_twice(reader: Reader) -> None:
    text = SENTENCE + "Wir suchen einen Partner in Peru."
    assert reader.read(letter(text)) == reader.read(letter(text))


def test_a_letter_that_is_plainly_about_something_else_has_no_partnership(reader: Reader) -> None:
    text = "Eine Frage zu Nakopa: Bis wann ist die Skizze für unsere Partnerstadt Kaya in Burkina Faso fällig?"
    reading = reader.read(letter(text))
    assert (reading.partner, reading.partnership_status) == (None, None)
