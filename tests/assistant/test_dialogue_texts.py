"""The texts of the dialogue are whole in every language."""

import re
import shutil
import tomllib
from importlib.resources import files
from pathlib import Path

import pytest
from chat_desk import NOW, Desk, Hands, chat_settings

from klimapartner.assistant.call import SHIPPED
from klimapartner.assistant.dialogue.commands import COMMANDS
from klimapartner.assistant.languages import LANGUAGES, Language
from klimapartner.assistant.workplace import open_workplace

FOLDER = files("klimapartner.assistant.dialogue") / "texts"


def catalogue(language: Language) -> dict[str, dict[str, str]]:
    return tomllib.loads((FOLDER / f"{language}.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_same_texts_with_the_same_places_to_fill(language: Language) -> None:
    assert {group: keys(catalogue(language)[group]) for group in catalogue("de")} == {
        group: keys(texts) for group, texts in catalogue("de").items()
    }


def keys(texts: dict[str, str]) -> dict[str, list[str]]:
    return {key: sorted(set(re.findall(r"{(\w+)}", str(text)))) for key, text in texts.items()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_command_is_described_and_has_words(language: Language) -> None:
    found = catalogue(language)
    assert set(found["command"]) == set(COMMANDS)
    assert [name for name in COMMANDS if not found["words"][f"command_{name}"]] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_labels_fit_on_a_button_of_a_telephone(language: Language) -> None:
    assert [label for label in catalogue(language)["button"].values() if len(label) > 44] == []


def test_a_call_may_have_words_of_its_own_for_the_chat(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(SHIPPED / "phase09", tmp_path / "calls" / "phase09"))
    words = '[line]\ncancelled = "Gut, dann nicht."\n[button]\ninterest = "Mitmachen"\n'
    (folder / "chat.de.toml").write_text(words, encoding="utf-8")
    settings = chat_settings(f"sqlite:///{tmp_path}/chat.db", call_folders=[str(tmp_path / "calls")])
    with open_workplace(settings, lambda: NOW) as work:
        desk = Desk(work, Hands())
        desk.command("start")
        desk.press("Mitmachen")
        assert desk.command("cancel") == ["Gut, dann nicht."]
