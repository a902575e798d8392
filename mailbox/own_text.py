"""Our own announcements inside of what others pass on: they come back to us by way of lists and colleagues."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import groupby

from klimapartner.mailbox.lines import Line
from klimapartner.mailbox.quotes import Labels

_WORD = re.compile(r"\w+")
_RUN = 6
_SENTENCE = 8
_WHOLE, _SINGLE, _LEAST = 0.6, 0.9, 10


def label_own_text(text: str, lines: Sequence[Line], quotes: Labels, own: tuple[str, ...]) -> None:
    """Turns forwards into quotes where their words are ours: whole stretches, else single long lines.

    Those entries of `own` count that are sentences (eight words and more).
    """
    ours = _runs_of(own)
    if not ours:
        return
    for start, end in _forwards(quotes.kinds):
        words = [[word.casefold() for word in _WORD.findall(text[line.start : line.end])] for line in lines[start:end]]
        known = _known(words, ours)
        total = sum(map(len, words))
        whole = total >= _LEAST and sum(known) >= _WHOLE * total
        for offset, (line_words, found) in enumerate(zip(words, known, strict=True)):
            if whole or (len(line_words) >= _LEAST and found >= _SINGLE * len(line_words)):
                quotes.kinds[start + offset], quotes.ours[start + offset] = "quote", True


@lru_cache(maxsize=8)
def _runs_of(own: tuple[str, ...]) -> frozenset[tuple[str, ...]]:
    """Every six words in a row of our sentences."""
    sentences = (_WORD.findall(entry.casefold()) for entry in own)
    return frozenset(run for words in sentences if len(words) >= _SENTENCE for run in _runs(words))


def _runs(words: Sequence[str]) -> Iterator[tuple[str, ...]]:
    return zip(*(words[offset:] for offset in range(_RUN)), strict=False)


def _forwards(kinds: Sequence[str]) -> list[tuple[int, int]]:
    stretches, at = [], 0
    for kind, group in groupby(kinds):
        size = len(list(group))
        if kind == "forward":
            stretches.append((at, at + size))
        at += size
    return stretches


def _known(lines: Sequence[Sequence[str]], ours: frozenset[tuple[str, ...]]) -> list[int]:
    """How many words of each line stand in a run of ours, runs over line ends included."""
    words = [word for line in lines for word in line]
    marked = bytearray(len(words))
    for at, run in enumerate(_runs(words)):
        if run in ours:
            marked[at : at + _RUN] = b"\x01" * _RUN
    counts, at = [], 0
    for line in lines:
        counts.append(sum(marked[at : at + len(line)]))
        at += len(line)
    return counts
