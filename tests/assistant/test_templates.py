"""The texts of the answers: complete in every language, and safe against what strangers write."""

import tomllib
from pathlib import Path

import pytest

from klimapartner.assistant.errors import SettingsError
from klimapartner.assistant.languages import LANGUAGES
from klimapartner.assistant.templates import SHIPPED, Section, Texts, plain, tidy


def test_every_language_has_every_template() -> None:
    names = {language: sorted(path.name for path in (SHIPPED / language).glob("*.j2")) for language in LANGUAGES}
    assert names == dict.fromkeys(LANGUAGES, names["de"])


def test_every_word_stands_in_every_language() -> None:
    catalogue = tomllib.loads((SHIPPED / "labels.toml").read_text(encoding="utf-8"))
    languages = {(group, key): tuple(words) for group, entries in catalogue.items() for key, words in entries.items()}
    assert languages == dict.fromkeys(languages, LANGUAGES)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Kaya", "Kaya"),
        ("Villa El Salvador", "Villa El Salvador"),
        ("Kaya http://evil.example/login now", "Kaya … now"),
        ("see www.evil.example", "see …"),
        ("evil@attacker.example", "…"),
        ("evil.example/path", "…"),
        ("two\r\nlines\x00and\u2028more", "two lines and more"),
        ("x" * 500, "x" * 120),
        ("St. Ingbert, a.d.Isar", "St. Ingbert, a.d.Isar"),
    ],
)
def test_a_strangers_words_are_one_plain_line(written: str, shown: str) -> None:
    assert plain(written) == shown


def test_own_texts_go_before_the_shipped_ones(tmp_path: Path) -> None:
    (tmp_path / "de").mkdir()
    (tmp_path / "de" / "receipt.txt.j2").write_text("Angekommen, Antwort {{ answer_by }}.", encoding="utf-8")
    section = Section("receipt", {"answer_by": "bis morgen", "first": True, "unread": []})
    assert Texts(tmp_path).section(section, "de") == "Angekommen, Antwort bis morgen."


def test_a_wrong_template_is_an_error_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "de").mkdir()
    (tmp_path / "de" / "receipt.txt.j2").write_text("{{ anser_by }}", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"de/receipt\.txt\.j2"):
        Texts(tmp_path).section(Section("receipt", {"answer_by": "x"}), "de")


def test_template_code_in_a_value_stays_text() -> None:
    assert Texts().inline("{{ value }}", {"value": "{{ 7 * 7 }}"}) == "{{ 7 * 7 }}"


def test_tidy_leaves_one_blank_line_at_most() -> None:
    assert tidy("a  \n\n\n\nb\n\n") == "a\n\nb\n"
