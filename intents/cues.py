"""Cue phrases: readable patterns in TOML files, found in folded text.

A pattern is a row of words: `bekund*` is a stem, `wald+` a German noun with its endings, `a|b` a choice, `a_b` two
words of one choice, `?w` optional, `~` a gap of up to six words, `~~` of up to fourteen, `&` and `&&` the same gaps
with either side first, a leading `^` the start of the text. Each pattern is tried only where its longest necessary
stem occurs, so a sentence costs one pass of an Aho-Corasick automaton.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from importlib.resources import files
from typing import Any

import ahocorasick

GERMAN = {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "\u0308": "e", "æ": "ae", "œ": "oe", "ø": "o", "’": "'"}
ENDING = "(?:e[nrsm]?|n|s)?"
GAPS = {"~": 6, "~~": 14, "&": 6, "&&": 14}


@dataclass(frozen=True, slots=True)
class Hit:
    """A cue phrase found: its label, and its offsets in the text as given."""

    label: str
    start: int
    end: int


@dataclass(frozen=True)
class Cue:
    """One pattern; one of `stems`, and of each row of `others`, is in every text that it matches."""

    label: str
    tokens: tuple[str, ...]
    stems: tuple[str, ...]
    others: tuple[tuple[str, ...], ...] = ()

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The expression, made when first needed."""
        return re.compile(_expression(self.tokens))

    def may_match(self, folded: str) -> bool:
        """Whether a folded text has all that the pattern needs: to look costs far less than to try the pattern."""
        for row in self.others:
            for stem in row:
                if stem in folded:
                    break
            else:
                return False
        return True


@cache
def _fold_char(char: str) -> str:
    low = char.lower()
    if low in GERMAN:
        return GERMAN[low]
    return "".join(c for c in unicodedata.normalize("NFKD", low) if not unicodedata.combining(c))


def fold(text: str) -> str:
    """Lower case, umlauts transcribed (also decomposed ones), other accents dropped."""
    low = text.lower()
    return low if low.isascii() else "".join(map(_fold_char, text))


def offsets(text: str) -> list[int]:
    """For each place in `fold(text)`, its end included, the place in `text`."""
    lengths = [len(_fold_char(char)) for char in text]
    places = [place for place, length in enumerate(lengths) for _ in range(length)]
    return [*places, len(text)]


def _word(token: str) -> str:
    words = (word.lstrip("?") for word in token.split("|"))
    choices = (re.escape(w).replace(r"\*", r"\w*").replace(r"\+", ENDING).replace("_", r"\W+") for w in words)
    return rf"(?:{'|'.join(choices)})\b"


def _row(tokens: Sequence[str]) -> str:
    """The expression for words and gaps in the order given."""
    anchored = tokens[0] == "^"
    row, glue = (r"^\W*", "") if anchored else (r"\b", "")
    for token in tokens[anchored:]:
        if token in GAPS:
            row += rf"(?:\W+\w+){{0,{GAPS[token]}}}?"
        elif token.startswith("?"):
            row += rf"(?:\W+{_word(token)})?" if glue else rf"(?:{_word(token)}\W+)?"
        else:
            row += glue + _word(token)
            glue = r"\W+"
    return row


def _expression(tokens: Sequence[str]) -> str:
    for swap, gap in (("&", "~"), ("&&", "~~")):
        if swap in tokens:
            place = tokens.index(swap)
            left, right = tokens[:place], tokens[place + 1 :]
            return f"{_row([*left, gap, *right])}|{_row([*right, gap, *left])}"
    return _row(tokens)


def _stems(tokens: list[str]) -> list[tuple[str, ...]]:
    """For each word that a pattern needs its choices' longest stems, the row with the longest ones first."""
    needed = [t for t in tokens if t not in GAPS and t != "^" and not t.startswith("?")]
    choices = [tuple(max(re.split(r"[*_+]+", word), key=len) for word in token.split("|")) for token in needed]
    return sorted(choices, key=lambda stems: -min(map(len, stems)))


def compile_cue(label: str, pattern: str) -> Cue:
    """A pattern of the syntax above, ready to match folded text."""
    tokens = fold(pattern).split()
    first, *others = _stems(tokens)
    return Cue(label, tuple(tokens), first, tuple(others))


def _flatten(table: dict[str, Any], prefix: str) -> Iterator[tuple[str, str]]:
    """(label, pattern) of nested tables; a list's own key is its language and no part of the label."""
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flatten(value, f"{prefix}.{name}")
        else:
            yield from ((prefix, pattern) for pattern in value)


class CueBook:
    """A set of cues behind one automaton."""

    def __init__(self, cues: Iterable[Cue]) -> None:
        self.cues = tuple(cues)
        self._automaton = ahocorasick.Automaton()
        for stem, numbers in self._by_stem().items():
            self._automaton.add_word(stem, numbers)
        self._automaton.make_automaton()

    def prepare(self) -> None:
        """Make all expressions now: letters need most of these soon, and the first ones would wait."""
        for cue in self.cues:
            _ = cue.pattern

    def _by_stem(self) -> dict[str, tuple[int, ...]]:
        found: dict[str, tuple[int, ...]] = {}
        for number, cue in enumerate(self.cues):
            for stem in cue.stems:
                found[stem] = (*found.get(stem, ()), number)
        return found

    def find(self, text: str) -> tuple[Hit, ...]:
        """All cues in a text, in the order of the files."""
        folded = fold(text)
        numbers = {n for _, found in self._automaton.iter(folded) for n in found}
        cues = [cue for n in sorted(numbers) if (cue := self.cues[n]).may_match(folded)]
        matches = [(cue.label, match) for cue in cues for match in cue.pattern.finditer(folded)]
        if not matches:
            return ()
        places = range(len(text) + 1) if len(folded) == len(text) else offsets(text)
        return tuple(Hit(label, places[m.start()], places[m.end()]) for label, m in matches)


@cache
def book() -> CueBook:
    """The cues of all files in `cues/`; a label is file name and tables joined by dots."""
    folder = files("klimapartner.intents") / "cues"
    tables = sorted((file for file in folder.iterdir() if file.name.endswith(".toml")), key=str)
    pairs = ((file.name.removesuffix(".toml"), tomllib.loads(file.read_text(encoding="utf-8"))) for file in tables)
    found = CueBook(compile_cue(label, pattern) for name, table in pairs for label, pattern in _flatten(table, name))
    found.prepare()
    return found


@lru_cache(maxsize=4096)
def find_cues(text: str) -> tuple[Hit, ...]:
    """All cues of the shipped files in a sentence; repeated calls on one sentence cost nothing."""
    return book().find(text)


@lru_cache(maxsize=4096)
def labels(text: str) -> frozenset[str]:
    """The labels of the cues in a sentence."""
    return frozenset(hit.label for hit in find_cues(text))
