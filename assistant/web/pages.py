"""The pages' templates: everything that is filled in is escaped."""

from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from klimapartner.assistant.languages import NAMES, Language
from klimapartner.assistant.web.texts import words

_FOLDER = Path(__file__).parent / "templates"


def render(name: str, language: Language, **values: Any) -> str:
    """The page `name` in a language; `t` and `e` are the words of the chat and of what went wrong."""
    values |= {"t": words("chat", language), "e": words("error", language)}
    template = _environment().get_template(f"{name}.html.j2")
    return template.render(language=language, languages=NAMES, **values)


@lru_cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_FOLDER), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
