"""Conditions are kept as written."""

from collections.abc import Callable

import pytest

from klimapartner.intents.reading import Letter
from klimapartner.intents.remarks import find_remarks
from klimapartner.intents.sentences import sentences


@pytest.mark.parametrize(
    "sentence",
    [
        "Vorbehaltlich der Zustimmung des Rates möchten wir teilnehmen.",
        "Der Kreistag muss dem noch zustimmen.",
        "Der Ratsbeschluss steht noch aus.",
        "Subject to the approval of our council we would like to take part.",
    ],
)
def test_conditions(write: Callable[..., Letter], sentence: str) -> None:
    assert find_remarks(sentences(write(f"{sentence}\n\nViele Grüße"))).remarks == (sentence,)


def test_no_condition(write: Callable[..., Letter]) -> None:
    assert find_remarks(sentences(write("Der Rat hat die Teilnahme beschlossen."))).remarks == ()
