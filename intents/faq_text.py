"""A question made ready for comparison: folded, hasty spellings repaired, countries made alike."""

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from klimapartner.intents import world
from klimapartner.intents.cues import fold

COUNTRY = "xland"
WORD = re.compile(r"[a-z0-9]+(?:'[a-z]+)?")
LONG = 6  # shorter words are too like each other for a repair


def plain(text: str, known: frozenset[str] = frozenset()) -> str:
    """The text folded; words of one typo are read as the word in `known` that they must mean.

    What could as well mean another word, or is spelled right, stays as it is.
    """
    folded = fold(_without_countries(text))
    swaps, repairs = spellings(), _repairs(known)
    return WORD.sub(lambda match: _read(match.group(), swaps, known, repairs), folded)


def _read(word: str, swaps: Mapping[str, str], known: frozenset[str], repairs: Mapping[str, str]) -> str:
    if word in swaps:
        return swaps[word]
    if len(word) < LONG or word in known or word in spelled() or not word.isalpha():
        return word
    return next((repairs[form] for form in (word, *_shorter(word)) if form in repairs), word)


def _shorter(word: str) -> list[str]:
    return [word[:i] + word[i + 1 :] for i in range(1, len(word))]


def _without_countries(text: str) -> str:
    for mention in reversed(world.find(text)):
        if mention.kind in ("country", "demonym"):
            text = f"{text[: mention.start]}{COUNTRY}{text[mention.end :]}"
    return text


@cache
def spellings() -> Mapping[str, str]:
    """Hasty spellings and what they are read as."""
    lines = (files("klimapartner.intents") / "faq" / "spelling.tsv").read_text(encoding="utf-8").splitlines()
    return dict(line.split("\t") for line in lines if line and not line.startswith("#"))


@cache
def spelled() -> frozenset[str]:
    """Words that are spelled right."""
    text = (files("klimapartner.intents") / "faq" / "spelled.txt").read_text(encoding="utf-8")
    return frozenset(word for line in text.splitlines() if not line.startswith("#") for word in line.split())


@cache
def _repairs(known: frozenset[str]) -> Mapping[str, str]:
    """For each known word and each form of it that lacks one letter, the word; forms of two words are left out."""
    found: dict[str, str] = {}
    for word in known | spelled():
        if len(word) >= LONG:
            for form in _shorter(word):
                found[form] = "" if found.get(form, word) != word else word
    return {form: word for form, word in found.items() if word in known}
