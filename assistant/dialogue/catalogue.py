"""The texts of the dialogue: one file a language that staff can read and change; no words of ours in code."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from string import Formatter
from typing import Any

from klimapartner.assistant.languages import LANGUAGES, Language
from klimapartner.intents.fold import folded


def line(key: str, language: Language, **values: object) -> str:
    """A text with its values filled in; values are taken as they are, never as a pattern."""
    return filled(str(_catalogue(language)["line"][key]), values)


def filled(text: str, values: Mapping[str, object]) -> str:
    """A text with its values filled in."""
    return text.format(**values).strip()


def wrong_with(group: str, key: str, text: str, language: Language) -> str:
    """Why a text may not stand in the place of a shipped line or button, in words; '' where it may."""
    shipped = _catalogue(language)[group].get(key)
    if shipped is None:
        return "diesen Text gibt es nicht"
    known = _placeholders(str(shipped))
    try:
        unknown = sorted(_placeholders(text) - known)
    except ValueError:
        return "geschweifte Klammern stehen nur um Platzhalter"
    if unknown:
        given = ", ".join(f"{{{name}}}" for name in sorted(known)) or "keine"
        return f"den Platzhalter {{{unknown[0]}}} gibt es hier nicht; möglich: {given}"
    return "" if text.strip() else "der Text ist leer"


def _placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


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
