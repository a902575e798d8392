"""The catalogue: complete in both languages, and short enough for what Telegram takes."""

import string

import pytest

from klimapartner.assistant.staffbot.presses import Press, press_of
from klimapartner.assistant.staffbot.texts import catalogue
from klimapartner.storage.states import ENTRY_STATUSES


def texts() -> list[tuple[str, dict[str, str]]]:
    return [(f"{group}.{name}", words) for group, names in catalogue().items() for name, words in names.items()]


def test_every_text_is_there_in_german_and_english_with_the_same_values() -> None:
    def values(text: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    assert [key for key, words in texts() if sorted(words) != ["de", "en"]] == []
    assert [key for key, words in texts() if values(words["de"]) != values(words["en"])] == []


def test_every_status_has_a_word() -> None:
    assert sorted(catalogue()["status"]) == sorted(ENTRY_STATUSES)


def test_answers_to_presses_fit_into_what_telegram_takes() -> None:
    longest = 200 - 40
    assert [name for name, words in catalogue()["press"].items() if max(map(len, words.values())) > longest] == []


@pytest.mark.parametrize(
    ("data", "press"),
    [
        ("confirm:12:3", Press("confirm", 12, 3)),
        ("ask:1:1", Press("ask", 1, 1)),
        ("hold:1:1:1", None),
        ("hold::1", None),
        (f"hold:{'1' * 70}:1", None),
    ],
)
def test_the_data_of_a_button_is_read_strictly(data: str, press: Press | None) -> None:
    assert press_of(data) == press
