"""The words of the web chat in five languages, and the language that a browser asks for."""

import tomllib
from functools import lru_cache
from pathlib import Path

from klimapartner.assistant.languages import LANGUAGES, Language

_FILE = Path(__file__).with_name("texts.toml")


@lru_cache
def words(group: str, language: Language) -> dict[str, str]:
    """All words of a group in a language, by their keys; German where the language has none."""
    return {key: texts.get(language, texts["de"]) for key, texts in _catalogue()[group].items()}


def wanted_language(accept: str, *, default: Language = "de") -> Language:
    """The best language for an Accept-Language header (RFC 9110, section 12.5.4), else `default`."""
    asked = [part.partition(";") for part in accept.lower().split(",")]
    ranked = sorted(asked, key=lambda part: -_quality(part[2]))
    codes = (part[0].strip().partition("-")[0] for part in ranked if _quality(part[2]) > 0)
    known: dict[str, Language] = {code: code for code in LANGUAGES}
    return next((known[code] for code in codes if code in known), default)


def _quality(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    try:
        return float(value) if name == "q" else 1.0
    except ValueError:
        return 0.0


@lru_cache
def _catalogue() -> dict[str, dict[str, dict[str, str]]]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))
