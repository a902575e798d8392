"""One wrong letter is forgiven where only one name can be meant."""

import pytest

from klimapartner.intents.misspelt import nearest_name, one_edit_apart


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("Postdam", "potsdam"),
        ("Sank Augustin", "sankt augustin"),
        ("Werningerode", "wernigerode"),
        ("Herzogenaurch", "herzogenaurach"),
        ("Hagne", ""),
        ("Kampala", ""),
        ("Neuenkrichen", "neuenkirchen"),
    ],
)
def test_nearest_name(word: str, name: str) -> None:
    assert nearest_name(word) == name


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("potsdam", "postdam", True),
        ("hagen", "hagn", True),
        ("hagen", "hagem", True),
        ("hagen", "haagen", True),
        ("hagen", "hgean", False),
        ("hagen", "hamm", False),
        ("hagen", "hagenau", False),
    ],
)
def test_one_edit_apart(one: str, other: str, expected: bool) -> None:
    assert one_edit_apart(one, other) is expected
