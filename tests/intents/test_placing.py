"""Evidence points at the words of the sender, never at a quote."""

from klimapartner.intents.placing import placed
from klimapartner.intents.reading import Evidence, Letter, Part

TEXT = "Hallo, 0228 1234\n> 0228 1234\n"
LETTER = Letter(TEXT, (Part("body", 0, 17), Part("quote", 17, 29)))


def evidence(value: str, source: str = "text") -> Evidence:
    return Evidence("contact.phone", value, None, None, 0.9, "Telefon", source)


def test_a_value_in_the_text_gets_its_place() -> None:
    (item,) = placed([evidence("0228 1234")], LETTER)
    assert (item.start, item.end) == (7, 16)


def test_a_value_that_is_not_in_the_text_stays_without() -> None:
    assert placed([evidence("0228 9999")], LETTER) == (evidence("0228 9999"),)


def test_a_header_is_no_place_in_the_text() -> None:
    assert placed([evidence("0228 1234", "From")], LETTER) == (evidence("0228 1234", "From"),)
