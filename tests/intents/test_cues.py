"""The little language of the cue files."""

from collections.abc import Callable

import pytest

from klimapartner.intents import faq_cues, help_frames, unsolicited
from klimapartner.intents.cues import CueBook, book, compile_cue, fold, offsets


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("bekund* ~ interesse", "Hiermit bekunden wir unser Interesse.", ["bekunden wir unser Interesse"]),
        ("bekund* ~ interesse", "Unser Interesse bekunden wir.", []),
        ("bekund* & interesse", "Unser Interesse bekunden wir.", ["Interesse bekunden"]),
        ("nach|vor ostern", "Erst nach Ostern, nicht vor Ostern.", ["nach Ostern", "vor Ostern"]),
        ("steht_aus|fehlt", "Der Beschluss steht aus.", ["steht aus"]),
        ("^ wann ist", "Wann ist das?", ["Wann ist"]),
        ("^ wann ist", "Sag mir, wann ist das?", []),
        ("wir ?sehr gern", "wir gern, wir sehr gern", ["wir gern", "wir sehr gern"]),
        ("wald+", "Im Walde steht Wald, kein Waldamt.", ["Walde", "Wald"]),
        ("gruess*", "Schöne Grüße, schoene Gruesse", ["Grüße", "Gruesse"]),
        ("muell", "MU\u0308LL", ["MU\u0308LL"]),
    ],
)
def test_patterns(pattern: str, text: str, found: list[str]) -> None:
    hits = CueBook([compile_cue("x", pattern)]).find(text)
    assert [text[hit.start : hit.end] for hit in hits] == found


def test_a_gap_has_an_end() -> None:
    far = "Wir bekunden eins zwei drei vier fünf sechs sieben Interesse"
    assert CueBook([compile_cue("x", "bekund* ~ interesse")]).find(far) == ()


def test_folding_keeps_the_way_back() -> None:
    assert fold("Größe É") == "groesse e"
    assert offsets("Größe") == [0, 1, 2, 2, 3, 3, 4, 5]


@pytest.mark.parametrize(
    "shipped", [book, faq_cues._book, faq_cues._concept_book, help_frames._book, unsolicited._book]
)
def test_every_shipped_cue_can_be_tried(shipped: Callable[[], CueBook]) -> None:
    cues = shipped().cues
    assert [cue.label for cue in cues if min(map(len, cue.stems)) == 0] == []
    assert [cue.label for cue in cues if cue.pattern.search("") is not None] == []
