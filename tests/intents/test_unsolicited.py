"""Sellers and cheats are told from everybody else who writes about other things."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from klimapartner.intents.reading import Letter, Part
from klimapartner.intents.sentences import sentences
from klimapartner.intents.unsolicited import is_unsolicited

LETTERS = tomllib.loads((Path(__file__).parent / "unsolicited_letters.toml").read_text(encoding="utf-8"))["letter"]


def letter(case: dict[str, Any]) -> Letter:
    text = f"{case['subject']}\n{case['body']}"
    cut = len(case["subject"])
    parts = (Part("subject", 0, cut), Part("body", cut + 1, len(text)))
    return Letter(text, parts, case.get("from_name", ""), "someone@somewhere.example")


@pytest.mark.parametrize("case", LETTERS, ids=lambda case: case["subject"])
def test_unsolicited(case: dict[str, Any]) -> None:
    read = letter(case)
    assert is_unsolicited(read, sentences(read)) == case["unsolicited"]


def test_one_sign_is_not_enough() -> None:
    read = letter({"subject": "Angebot", "body": "Wir bieten der Partnerstadt unsere Hilfe an."})
    assert not is_unsolicited(read, sentences(read))
