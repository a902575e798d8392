"""The texts of the answers: templates and words that staff can edit."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, FileSystemLoader, StrictUndefined
from jinja2.exceptions import TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from klimapartner.assistant.errors import SettingsError
from klimapartner.assistant.languages import Language

SHIPPED = Path(__file__).parent / "answers"
_LINKLIKE = re.compile(r"(?i)\b(?:https?|ftp|mailto)\s*:\S*|\bwww\.\S+|\S+@\S+|\b[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}/\S*")
_LONGEST_VALUE = 120


@dataclass(frozen=True, slots=True)
class Section:
    """One part of an answer: the name of its template and what it shows."""

    name: str
    values: Mapping[str, Any]


class Texts:
    """Renders sections and frames, with a folder of own texts before the shipped ones."""

    def __init__(self, own: Path | None = None) -> None:
        folders = [folder for folder in (own, SHIPPED) if folder]
        # The values come from strangers' mails: no template may reach Python through them, and nothing is HTML.
        self._jinja = ImmutableSandboxedEnvironment(
            loader=ChoiceLoader([FileSystemLoader(folder) for folder in folders]),
            undefined=StrictUndefined,
            autoescape=False,
            keep_trailing_newline=False,
        )
        self._words = [_labels(folder / "labels.toml") for folder in folders if (folder / "labels.toml").is_file()]

    def section(self, section: Section, language: Language) -> str:
        """The text of one section.

        Raises:
            SettingsError: the template is missing or names something that is not there.
        """
        name = f"{language}/{section.name}.txt.j2"
        try:
            return self._jinja.get_template(name).render(section.values).strip()
        except TemplateError as error:
            raise SettingsError(f"Die Vorlage {name} ist fehlerhaft: {error}.") from error

    def inline(self, template: str, values: Mapping[str, Any]) -> str:
        """The text of a template that stands in the call's data."""
        try:
            return self._jinja.from_string(template).render(values).strip()
        except TemplateError as error:
            raise SettingsError(f"Ein Text des Aufrufs ist fehlerhaft: {error}.") from error

    def word(self, group: str, key: str, language: Language) -> str:
        """The word for a field or value; the key itself where no catalogue has it."""
        for words in self._words:
            if found := words.get(group, {}).get(key):
                return str(found.get(language) or found["de"])
        return key

    def keys(self, group: str) -> list[str]:
        """The keys of a group of words, in the catalogue's order."""
        return list(self._words[-1].get(group, {}))


@lru_cache
def _labels(path: Path) -> dict[str, dict[str, dict[str, str]]]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def plain(value: str) -> str:
    """A stranger's words, fit for our mail: one line, no control characters, nothing that becomes a link."""
    line = " ".join("".join(c if c.isprintable() else " " for c in value).split())
    return _LINKLIKE.sub("…", line)[:_LONGEST_VALUE].strip()


def tidy(text: str) -> str:
    """Never more than one blank line, no blanks at line ends, one line end at the end."""
    lines = "\n".join(line.rstrip() for line in text.splitlines())
    return re.sub(r"\n{3,}", "\n\n", lines).strip() + "\n"
