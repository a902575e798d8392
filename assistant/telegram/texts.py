"""What the bot says by itself beside the dialogue, in five languages."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from klimapartner.assistant.languages import Language


def text(key: str, language: Language, **values: str) -> str:
    """A sentence with its values."""
    return str(_catalogue()["text"][key][language]).format(**values)


def group_commands(language: Language) -> dict[str, str]:
    """The menu of groups: description by command."""
    return {name: str(words[language]) for name, words in _catalogue()["group"].items()}


@cache
def _catalogue() -> dict[str, dict[str, Any]]:
    file = files("klimapartner.assistant.telegram") / "texts.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))
