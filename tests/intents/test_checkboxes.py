"""Forms with boxes: what is not ticked is not said."""

import pytest

from klimapartner.intents.checkboxes import ticked_only
from klimapartner.intents.sentences import Sentence


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["(x) Afrika ( ) Lateinamerika"], ["(x) Afrika"]),
        (["(x) Afrika", "( ) Lateinamerika"], ["(x) Afrika", ""]),
        (["☐ Afrika ☐ Lateinamerika ☐ egal"], [""]),
        (["Vermittlung: ( ) ja ( ) nein"], ["Vermittlung:"]),
        (["( ) Wir suchen einen Partner."], ["( ) Wir suchen einen Partner."]),
        (["Wir suchen (noch) einen Partner."], ["Wir suchen (noch) einen Partner."]),
    ],
)
def test_only_what_is_ticked_is_left(lines: list[str], expected: list[str]) -> None:
    read = ticked_only([Sentence(line, 0, len(line), "body") for line in lines])
    assert [s.text.strip() for s in read] == expected
    assert [len(s.text) for s in read] == [len(line) for line in lines]
