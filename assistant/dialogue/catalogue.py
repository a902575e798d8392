"""The texts of the dialogue: one file a language that staff can read and change; no words of ours in code."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from klimapartner.assistant.languages import LANGUAGES, Language
from klimapartner.intents.fold import folded


def line(key: str, language: Language, **values: object) -> str:
    """A text with its values filled in; values are taken as they are, never as a pattern."""
    return str(_catalogue(language)["line"][key]).format(**values).strip()


def label(key: str, language: Language) -> str:
    """What stands on a button."""
    return str(_catalogue(language)["button"][key])


def has_line(key: str) -> bool:
    """Whether there is a text of that name."""
    return key in _catalogue("de")["line"]


def command_texts(language: Language) -> dict[str, str]:
    """Command to its description, in the order in which help lists them."""
    return dict(_catalogue(language)["command"])


@cache
def words(group: str) -> frozenset[str]:
    """Folded words and short phrases of a group, of all languages together."""
    return frozenset(folded(word) for language in LANGUAGES for word in _catalogue(language)["words"][group])


def is_word(text: str, group: str) -> bool:
    """Whether a text as a whole is one of the group's words."""
    return folded(text.strip(" .!?¡¿,;:")) in words(group)


def languages_of(text: str, group: str) -> list[Language]:
    """The languages in which a text as a whole is one of the group's words."""
    bare = folded(text.strip(" .!?¡¿,;:"))
    return [code for code in LANGUAGES if bare in map(folded, _catalogue(code)["words"][group])]


@cache
def _catalogue(language: Language) -> dict[str, Any]:
    file = files("klimapartner.assistant.dialogue") / "texts" / f"{language}.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))
