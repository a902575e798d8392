"""The writer's language, and the default where a letter is too short to tell."""

from collections.abc import Callable

import pytest

from klimapartner.intents.language import decide_language, detect
from klimapartner.intents.reading import Letter


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("bis wann muss man das abgeben und geht das per mail", "de"),
        ("Could you please tell us when the workshop takes place?", "en"),
        ("Nous souhaitons participer à la neuvième phase.", "fr"),
        ("¿Hasta cuándo podemos presentar la manifestación de interés?", "es"),
        ("Gostaríamos de saber qual é o prazo de candidatura.", "pt"),
        ("was kostet das", "de"),
    ],
)
def test_languages(text: str, language: str) -> None:
    assert detect(text)[0] == language


@pytest.mark.parametrize("text", ["", "ok", "0228 20717", "x@y.example"])
def test_too_little_text_gives_the_default(text: str) -> None:
    assert detect(text, default="fr") == ("fr", 0.5)


def test_signature_and_quote_do_not_decide(write: Callable[..., Letter]) -> None:
    letter = write(
        "We would like to take part in the ninth phase together with our twin town.",
        signature="Freundliche Grüße\nReferat für internationale Angelegenheiten und Städtepartnerschaften",
        quote="Wir freuen uns, dass Sie sich für unser Projekt interessieren, und melden uns in Kürze.",
    )
    assert decide_language(letter)[0] == "en"
