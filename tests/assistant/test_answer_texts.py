"""The words of an answer: what is a wish is called a wish, and nobody is promised a person twice."""

from datetime import date

import pytest

from klimapartner.assistant.dates import day
from klimapartner.assistant.intake import _each_once
from klimapartner.assistant.languages import Language
from klimapartner.assistant.register_fields import in_words, partner_text
from klimapartner.assistant.templates import Section, Texts
from klimapartner.intents.reading import Partner


@pytest.mark.parametrize(
    ("partner", "language", "words"),
    [
        (Partner("Kaya", "BF"), "de", "Kaya (Burkina Faso)"),
        (Partner("Kumasi", "GH"), "fr", "Kumasi (Ghana)"),
        (Partner(None, "CI"), "de", "Côte d’Ivoire"),
        (Partner("Kirehe", None), "de", "Kirehe"),
    ],
)
def test_a_partner_in_words(partner: Partner, language: Language, words: str) -> None:
    assert partner_text(partner, language) == words


def test_values_are_called_by_their_names_in_the_language() -> None:
    fields = {"topics": ["water", "energy"], "world_region": "latin_america", "contact.email": "a@b.example"}
    assert in_words(fields, Texts(), "es") == [
        {"label": "Región del mundo", "value": "América Latina"},
        {"label": "Temas", "value": "agua, energía"},
    ]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (["status_request", "unknown"], ["status_request"]),
        (["receipt", "receipt"], ["receipt"]),
        (["interest", "question", "unknown"], ["interest", "question", "unknown"]),
    ],
)
def test_a_person_is_promised_once(given: list[str], kept: list[str]) -> None:
    assert [s.name for s in _each_once(tuple(Section(name, {}) for name in given))] == kept


@pytest.mark.parametrize(
    ("language", "words"), [("de", "1. Februar 2022"), ("fr", "1er février 2022"), ("en", "1 February 2022")]
)
def test_the_first_of_a_month(language: Language, words: str) -> None:
    assert day(date(2022, 2, 1), language) == words
