"""The words of the pages: one catalogue a purpose in texts/, German and English."""

import tomllib
from functools import lru_cache
from pathlib import Path

from klimapartner.assistant.console.visit import PageLanguage

_FOLDER = Path(__file__).parent / "texts"


def text(key: str, language: PageLanguage, **values: object) -> str:
    """The text of `file.key`, filled in; raises KeyError where the catalogue has none."""
    group, _, name = key.partition(".")
    return catalogue(group)[name][language].format(**values)


@lru_cache
def catalogue(group: str) -> dict[str, dict[str, str]]:
    """All texts of one catalogue by key and language."""
    return tomllib.loads((_FOLDER / f"{group}.toml").read_text(encoding="utf-8"))


def groups() -> list[str]:
    """The names of all catalogues."""
    return sorted(file.stem for file in _FOLDER.glob("*.toml"))
