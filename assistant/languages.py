"""The languages of the answers, German first."""

from typing import Literal, get_args

Language = Literal["de", "en", "fr", "es", "pt"]
LANGUAGES: tuple[Language, ...] = get_args(Language)


def language_of(code: str) -> Language:
    """The language of an answer to a message in `code`: itself, or German where we do not write it."""
    return code if code in LANGUAGES else "de"
