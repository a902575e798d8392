"""What a regular expression cannot match without: literal words, so that most expressions need not be tried at all."""

import re
from collections.abc import Iterable, Mapping
from re import _constants, _parser  # type: ignore[attr-defined]
from typing import Any

import ahocorasick

Literals = frozenset[str]
_REPEATS = (_constants.MAX_REPEAT, _constants.MIN_REPEAT, _constants.POSSESSIVE_REPEAT)


def needed(pattern: str) -> Literals:
    """Words of which every text that the pattern matches has one, as long as can be; none where it needs none."""
    tree = _parser.parse(pattern)
    # Where case does not count, the words do not say how they are written.
    return _of_row(tree) if not tree.state.flags & re.IGNORECASE else frozenset()


def _of_row(row: Iterable[tuple[Any, Any]]) -> Literals:
    """The best of what the parts of a row need: literals side by side are one word."""
    found, word = [], ""
    for kind, value in row:
        if kind is _constants.LITERAL:
            word += chr(value)
            continue
        found += [frozenset({word}), _of_part(kind, value)]
        word = ""
    return max([*found, frozenset({word})], key=_worth)


def _of_part(kind: Any, value: Any) -> Literals:
    if kind is _constants.SUBPATTERN:
        return frozenset() if value[1] & re.IGNORECASE else _of_row(value[3])
    if kind is _constants.BRANCH:
        rows = [_of_row(row) for row in value[1]]
        return frozenset().union(*rows) if all(_worth(row) for row in rows) else frozenset()
    return _of_row(value[2]) if kind in _REPEATS and value[0] > 0 else frozenset()


def _worth(words: Literals) -> int:
    """The length of the shortest word."""
    return min(map(len, words), default=0)


class Signs:
    """Named expressions, of each of which several forms are given; only those are tried whose words are there."""

    def __init__(self, forms: Mapping[tuple[str, str], Iterable[str]], flags: int = 0) -> None:
        self._forms = [(key, pattern) for key, patterns in forms.items() for pattern in patterns]
        self._compiled = [re.compile(pattern, flags) for _, pattern in self._forms]
        self._always, words = self._by_word()
        self._automaton = ahocorasick.Automaton()
        for word, numbers in words.items():
            self._automaton.add_word(word, numbers)
        self._automaton.make_automaton()

    def _by_word(self) -> tuple[set[int], dict[str, list[int]]]:
        always: set[int] = set()
        words: dict[str, list[int]] = {}
        for number, (_, pattern) in enumerate(self._forms):
            literals = needed(pattern)
            if not _worth(literals):
                always.add(number)
            for word in literals if _worth(literals) else ():
                words.setdefault(word, []).append(number)
        return always, words

    def find(self, text: str) -> frozenset[tuple[str, str]]:
        """The names of the expressions that match somewhere in a text."""
        tried = {number for _, numbers in self._automaton.iter(text) for number in numbers} | self._always
        found: set[tuple[str, str]] = set()
        for number in tried:
            key = self._forms[number][0]
            if key not in found and self._compiled[number].search(text):
                found.add(key)
        return frozenset(found)
