"""The languages of the answers, German first."""

from typing import Literal, get_args

Language = Literal["de", "en", "fr", "es", "pt"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
# Each in its own words, so that everybody finds theirs.
NAMES: dict[Language, str] = {"de": "Deutsch", "en": "English", "fr": "Français", "es": "Español", "pt": "Português"}


def language_of(code: str) -> Language:
    """The language of an answer to a message in `code`: itself, or German where we do not write it."""
    return code if code in LANGUAGES else "de"
