"""Equal names fold to equal texts, and every folded stretch leads back to the original."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from klimapartner.intents.fold import fold, folded


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Münster", "muenster"),
        ("MUENSTER", "muenster"),
        (unicodedata.normalize("NFD", "Münster"), "muenster"),
        ("Gießen", "giessen"),
        ("Halle/Saale", "halle saale"),
        ("Halle (Saale)", "halle saale"),
        ("Neumarkt i.d.OPf.", "neumarkt i d opf"),
        ("Baden-Baden", "baden baden"),
        ("Baden-\nBaden", "baden baden"),
        ("Ludwigs-\nburg", "ludwigsburg"),
        ("Ludwigs\u00adburg", "ludwigsburg"),
        ("Ludwigs\u00ad\nburg", "ludwigsburg"),
        ("Ludwigs-\n> burg", "ludwigsburg"),
        ("San José", "san jose"),
        ("Słupsk", "slupsk"),
        ("  a , b@c  ", "a , b@c"),
        ("", ""),
    ],
)
def test_folded(text: str, expected: str) -> None:
    assert folded(text) == expected


def test_span_leads_back() -> None:
    text = "Die Stadt Mu\u0308nster-\nland, Gießen"
    result = fold(text)
    start = result.text.index("muensterland")
    assert slice_of(text, result.span(start, start + len("muensterland"))) == "Mu\u0308nster-\nland"
    start = result.text.index("giessen")
    assert slice_of(text, result.span(start, start + len("giessen"))) == "Gießen"


@given(st.text())
def test_offsets_rise_and_stay_inside(text: str) -> None:
    result = fold(text)
    assert len(result.offsets) == len(result.text) + 1
    assert list(result.offsets) == sorted(result.offsets)
    assert all(0 <= offset <= len(text) for offset in result.offsets)


def slice_of(text: str, span: tuple[int, int]) -> str:
    return text[slice(*span)]
