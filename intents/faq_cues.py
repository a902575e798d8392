"""What the phrases of the FAQ say of a line: ids that are sure, ids that are hinted at, and whether it is beside it."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from klimapartner.intents.cues import CueBook, compile_cue, fold
from klimapartner.intents.faq_text import WORD, plain, spellings

MACRO = re.compile(r"@(\w+)")
NAME = re.compile(r"[a-z]+")


@dataclass(frozen=True, slots=True)
class Cued:
    """The ids that phrases speak for, with the text (folded, repaired) in which they were found."""

    text: str
    sure: frozenset[str]
    hinted: frozenset[str]
    beside: frozenset[str]


@lru_cache(maxsize=1024)
def read_cues(text: str) -> Cued:
    """What the phrases say of a line or sentence."""
    ready = plain(text, known_words())
    found = {hit.label for hit in _book().find(ready)}
    return Cued(ready, _labelled(found, "sure"), _labelled(found, "hint"), _labelled(found, "beside"))


def _labelled(found: set[str], kind: str) -> frozenset[str]:
    return frozenset(label.partition(".")[2] for label in found if label.startswith(f"{kind}."))


@cache
def _book() -> CueBook:
    return CueBook(compile_cue(label, pattern) for label, pattern in _patterns())


def _patterns() -> Iterator[tuple[str, str]]:
    words = table("words")
    for name, kinds in table("rules").items():
        for kind, patterns in kinds.items():
            yield from ((f"{kind}.{name}", _expand(pattern, words)) for pattern in patterns)
    for strength, kinds in table("beside").items():
        yield from ((f"beside.{strength}", _expand(pattern, words)) for pattern in kinds["phrases"])


def _expand(pattern: str, words: dict[str, str]) -> str:
    """The pattern with its macros written out, and hasty spellings repaired as they are in texts."""
    swaps = spellings()
    written = fold(MACRO.sub(lambda match: words[match[1]], pattern))
    return WORD.sub(lambda match: swaps.get(match.group(), match.group()).replace(" ", "_"), written)


def concepts(text: str) -> frozenset[str]:
    """The names of the rows of words.toml of which a folded text has a word."""
    return frozenset(hit.label for hit in _concept_book().find(text))


@cache
def _concept_book() -> CueBook:
    rows = table("words").items()
    return CueBook(compile_cue(name, _expand(words, {})) for name, words in rows)


@cache
def known_words() -> frozenset[str]:
    """The whole words of all phrases: what a word with one typo may have been meant to be."""
    texts = (fold(pattern) for _, pattern in _patterns())
    return frozenset(word for text in texts for word in re.split(r"[\s|_?&~^]+", text) if NAME.fullmatch(word))


@cache
def table(name: str) -> dict[str, Any]:
    """One of the tables in `faq/`."""
    text = (files("klimapartner.intents") / "faq" / f"{name}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
