"""What sets a place aside as the partner, and what only seems to."""

from collections.abc import Callable

import pytest

from klimapartner.intents.reader import load_reader
from klimapartner.intents.reading import Letter, Office

Write = Callable[..., Letter]
INTEREST = "Die Stadt Gotha bekundet Interesse an der neunten Phase. "


@pytest.mark.parametrize(
    ("text", "town"),
    [
        (
            "Gotha, das mit dem gleichnamigen Ortsteil nicht verwechselt werden will, pflegt seit 1999 eine "
            "Partnerschaft mit Kaolack in Senegal.",
            "Kaolack",
        ),
        (
            "Gotha (bitte nicht mit Gotha in Florida verwechseln) unterhält seit 1999 eine Partnerschaft mit Kaolack "
            "in Senegal.",
            "Kaolack",
        ),
        (
            "Seit 1999 besteht eine Partnerschaft mit Kaolack in Senegal. Die Stadt Eisenach, die zuerst mitmachen "
            "wollte, hat davon Abstand genommen.",
            "Kaolack",
        ),
        (
            "Seit 1999 besteht eine Partnerschaft mit Kaolack in Senegal. Sie gehört der Stadt und nicht dem Land; das "
            "wird gern verwechselt.",
            "Kaolack",
        ),
        (
            "Kooperation m. Gemeinde Kaolack, Senegal, Vertrag v. 03/1999. Die Stadt Eisenach hat keinen Partner.",
            "Kaolack",
        ),
        ("Mit Kaolack in Senegal gab es einen Vertrag, er ist ausgelaufen, und keiner möchte ihn erneuern.", None),
        (
            "Mit Kaolack in Senegal bestand eine Partnerschaft. Sie ist eingeschlafen. Wir wollen sie neu beleben.",
            "Kaolack",
        ),
    ],
)
def test_an_end_is_only_that_of_the_place_it_is_told_of(text: str, town: str | None, write: Write) -> None:
    partner = load_reader(Office()).read(write(INTEREST + text)).partner
    assert (partner.municipality if partner else None) == town
