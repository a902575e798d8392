"""Letters of the office: placeholders that are checked and filled, and what keeps a letter from being made."""

from pathlib import Path

import pytest

from klimapartner.assistant.errors import SettingsError
from klimapartner.assistant.languages import LANGUAGES
from klimapartner.assistant.letters.catalogue import fill, letters, unknown_placeholders


def test_every_shipped_letter_is_there_in_five_languages() -> None:
    found = letters()
    assert list(found) == [
        "first_feedback",
        "meeting",
        "matchmaking",
        "refusal",
        "missing",
        "free",
        "offer_proposal",
        "event",
    ]
    assert {name: set(letter.body) for name, letter in found.items()} == {name: set(LANGUAGES) for name in found}


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        ("Guten Tag {name}", ()),
        ("{nmae} und {municipality}", ("nmae",)),
        ("eine { Klammer", ("{ }",)),
        ("{name.__class__}", ("name.__class__",)),
        ("{0}", ("0",)),
        ("{{name}}", ()),
    ],
)
def test_unknown_placeholders_are_found(text: str, unknown: tuple[str, ...]) -> None:
    assert unknown_placeholders(text) == unknown


def test_values_come_in_and_bring_no_placeholders() -> None:
    filled = fill(
        "An {municipality}",
        "Guten Tag {name},\n\n{reference}",
        {"municipality": "{name}", "reference": "A", "name": "Kim"},
    )
    assert (filled.subject, filled.body, filled.missing) == ("An {name}", "Guten Tag Kim,\n\nA", ())


@pytest.mark.parametrize(
    ("first", "greeting"),
    [
        ("Guten Tag {name},", "Guten Tag,"),
        ("Hola, {name}:", "Hola:"),
        ("Olá, {name},", "Olá,"),
        ("Hello {name},", "Hello,"),
    ],
)
def test_a_greeting_without_a_name_is_still_one(first: str, greeting: str) -> None:
    assert fill("x", f"{first}\nText", {}).body == f"{greeting}\nText"


def test_without_a_value_there_is_no_letter() -> None:
    assert fill("{reference}", "{missing} {missing} {name}", {}).missing == ("reference", "missing")


def test_own_letters_come_first_and_are_checked(tmp_path: Path) -> None:
    texts = "\n".join(f'{language} = "Neu {{name}}"' for language in LANGUAGES)
    own = tmp_path / "letters.toml"
    own.write_text(f"[refusal.subject]\n{texts}\n[refusal.body]\n{texts}\n", encoding="utf-8")
    assert letters(tmp_path)["refusal"].body["de"] == "Neu {name}"
    assert letters(tmp_path)["free"] == letters()["free"]


@pytest.mark.parametrize(
    ("toml", "problem"),
    [
        ('[x.subject]\nde = "a"\n[x.body]\nde = "b"\n', "Der Brief x hat keinen Text in: en, fr, es, pt."),
        ("x = ", "bitte berichtigen"),
    ],
)
def test_a_wrong_file_says_what_is_wrong(tmp_path: Path, toml: str, problem: str) -> None:
    (tmp_path / "letters.toml").write_text(toml, encoding="utf-8")
    with pytest.raises(SettingsError, match=problem):
        letters(tmp_path)
