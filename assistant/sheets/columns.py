"""Which column of a sheet means which field, guessed by its heading, and which row has the headings."""

import tomllib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from klimapartner.assistant.sheets.read import Sheet
from klimapartner.storage.names import normalise_name

_FIRST_ROWS = 10
_EXACT = 1_000


@lru_cache
def headings() -> Mapping[str, tuple[str, ...]]:
    """The headings that each field is known by, in the order in which fields are offered."""
    found = tomllib.loads(Path(__file__).with_name("columns.toml").read_text(encoding="utf-8"))
    return {field: tuple(words) for field, words in found.items()}


def header_row(sheet: Sheet) -> int:
    """The index of the row with the headings: the one of the first rows in which most are known, else the first."""
    first = sheet.rows[:_FIRST_ROWS]
    return max(range(len(first)), key=lambda index: (len(guess(first[index][1])), -index))


def guess(header: Sequence[str]) -> dict[int, str]:
    """The field of each column by its index; each field once, the surest column first."""
    scored = sorted(
        ((_score(heading, field), -column, field) for column, heading in enumerate(header) for field in headings()),
        key=lambda item: (-item[0], -item[1]),
    )
    chosen: dict[int, str] = {}
    for score, minus_column, field in scored:
        if score and -minus_column not in chosen and field not in chosen.values():
            chosen[-minus_column] = field
    return dict(sorted(chosen.items()))


def _score(heading: str, field: str) -> int:
    """How well a heading fits: being one of the words counts most, else the length of the words that it holds."""
    said = normalise_name(heading)
    if said in headings()[field]:
        return _EXACT
    return max((len(word) for word in headings()[field] if len(word) > 2 and f" {word} " in f" {said} "), default=0)
