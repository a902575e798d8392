"""Counts what was tried against us, and prints it as a table at the end: tried, let through, lost."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest


@dataclass
class Tally:
    """Bad inputs by kind: how many were tried, let through (did harm), lost (a good input was lost with them)."""

    rows: dict[str, list[int]] = field(default_factory=dict)

    def add(self, kind: str, tried: int, through: int = 0, lost: int = 0) -> None:
        row = self.rows.setdefault(kind, [0, 0, 0])
        for place, count in enumerate((tried, through, lost)):
            row[place] += count


_TALLY = Tally()


@pytest.fixture
def tally() -> Tally:
    """The table of this run."""
    return _TALLY


Harm = Callable[[Any], bool]


@pytest.fixture
def none_through(tally: Tally) -> Iterator[Callable[[str, dict[Any, bool]], None]]:
    """Counts results by input (True: harm was done) and fails with those that got through."""

    def check(kind: str, results: dict[Any, bool]) -> None:
        through = [given for given, harm in results.items() if harm]
        tally.add(kind, len(results), len(through))
        assert through == []

    yield check


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if not _TALLY.rows:
        return
    terminalreporter.section("bad inputs")
    terminalreporter.write_line(f"{'':44} {'tried':>7} {'let through':>12} {'lost':>5}")
    for kind, (tried, through, lost) in sorted(_TALLY.rows.items()):
        terminalreporter.write_line(f"{kind:44} {tried:7} {through:12} {lost:5}")
