"""The letters by name: subject and text in each language, from a file that staff can edit."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from string import Formatter
from typing import Any

from klimapartner.assistant.errors import SettingsError
from klimapartner.assistant.languages import LANGUAGES, Language

SHIPPED = Path(__file__).with_name("letters.toml")
PLACEHOLDERS = (
    "name", "municipality", "reference", "region", "partner", "missing", "offer", "deadline", "feedback",
    "consultation", "meeting", "kickoff", "event", "when", "signature",
)  # fmt: skip
# A greeting without a name is still one; a letter without these is no letter.
_MAY_BE_EMPTY = frozenset({"name"})


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter: its title for staff, subject and text per language; `to` is entries or offers."""

    name: str
    to: str
    title: Mapping[str, str]
    subject: Mapping[str, str]
    body: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Filled:
    """A letter for one recipient; `missing` are the placeholders that have no value: then it must not be sent."""

    subject: str
    body: str
    missing: tuple[str, ...]


def letters(own: Path | None = None) -> dict[str, Letter]:
    """All letters by name; those of the folder `own` first.

    Raises:
        SettingsError: a letter lacks a language or names a placeholder that does not exist.
    """
    given = own / "letters.toml" if own else None
    return _read(SHIPPED) | (_read(given) if given and given.is_file() else {})


def unknown_placeholders(*texts: str) -> tuple[str, ...]:
    """The placeholders in texts that do not exist; a single brace is reported as it stands."""
    return tuple(sorted({name for text in texts for name in _names(text)} - set(PLACEHOLDERS)))


def fill(subject: str, body: str, values: Mapping[str, str]) -> Filled:
    """A letter with the values in place of its placeholders; strangers' words cannot bring placeholders in."""
    used = dict.fromkeys(name for text in (subject, body) for name in _names(text))
    missing = tuple(name for name in used if not values.get(name) and name not in _MAY_BE_EMPTY)
    known = {name: values.get(name, "") for name in PLACEHOLDERS}
    greeted = _tidy(body.format_map(known) if not missing else body)
    return Filled(" ".join((subject.format_map(known) if not missing else subject).split()), greeted, missing)


def _tidy(text: str) -> str:
    """A greeting without a name has no blank before its comma."""
    first, _, rest = text.partition("\n")
    words = " ".join(first.split()).replace(" ,", ",").replace(" :", ":")
    return f"{words.replace(',:', ':').replace(',,', ',')}\n{rest}" if rest else words


def _names(text: str) -> Iterable[str]:
    try:
        return [name for _, name, *_ in Formatter().parse(text) if name is not None]
    except ValueError:
        return ["{ }"]


@lru_cache
def _read(path: Path) -> dict[str, Letter]:
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{path}: {error}; bitte berichtigen.") from error
    return {name: _letter(path, name, given) for name, given in data.items()}


def _letter(path: Path, name: str, given: dict[str, Any]) -> Letter:
    subject, body = given.get("subject", {}), given.get("body", {})
    if missing := [language for language in LANGUAGES if not (subject.get(language) and body.get(language))]:
        raise SettingsError(f"{path}: Der Brief {name} hat keinen Text in: {', '.join(missing)}.")
    if unknown := unknown_placeholders(*subject.values(), *body.values()):
        raise SettingsError(f"{path}: Im Brief {name} gibt es den Platzhalter {unknown[0]} nicht.")
    return Letter(name, given.get("to", "entries"), given.get("title", {"de": name, "en": name}), subject, body)


def text_of(texts: Mapping[str, str], language: Language) -> str:
    """The text in a language, in German where it has none."""
    return texts.get(language) or texts["de"]
