"""Figures for the question on which world region a call goes: counts, readiness, and what remains if it goes there."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from klimapartner.intents.gazetteer.table import gazetteer
from klimapartner.storage.register_list import Line

Focus = Literal["africa", "latin_america", "both"]
FOCUSES: tuple[Focus, ...] = ("africa", "latin_america", "both")
# By the size classes of Destatis and BBSR for municipalities; counties and associations stand apart.
CLASSES = ("to_5", "to_20", "to_50", "to_100", "to_500", "above", "county", "unknown")
_BOUNDS = ((5_000, "to_5"), (20_000, "to_20"), (50_000, "to_50"), (100_000, "to_100"), (500_000, "to_500"))
_DAYS = ((0, "last_day"), (7, "week"), (14, "two_weeks"), (28, "month"))
OUT = frozenset({"withdrawn", "declined"})


@dataclass(frozen=True, slots=True)
class Outcome:
    """What remains of the entries for a focus: `chosen` fill the places, `waiting` come after them."""

    focus: Focus
    remaining: tuple[Line, ...]
    chosen: tuple[Line, ...]
    waiting: tuple[Line, ...]
    not_ready: int
    elsewhere: int


def active(lines: Iterable[Line]) -> list[Line]:
    """The lines that still count: neither withdrawn nor declined."""
    return [line for line in lines if line.status not in OUT]


def fits(line: Line, focus: Focus) -> bool:
    """Whether an entry can take part: who is open fits everywhere, who named no region can still be asked."""
    region = line.world_region
    return (focus == "both" and region in ("africa", "latin_america", "open", None)) or region in (focus, "open", None)


def outcome(lines: Iterable[Line], focus: Focus, ready: Mapping[int, float], *, least: float, places: int) -> Outcome:
    """What remains if the call goes there, with `least` readiness (0 to 1) and so many places.

    Places go to those that are ready, with a partner before those without, then in the order of receipt.
    """
    counted = active(lines)
    fitting = [line for line in counted if fits(line, focus)]
    remaining = sorted((line for line in fitting if ready.get(line.id, 0.0) >= least), key=_first)
    cut = max(places, 0)
    return Outcome(
        focus, tuple(remaining), tuple(remaining[:cut]), tuple(remaining[cut:]), len(fitting) - len(remaining),
        len(counted) - len(fitting),
    )  # fmt: skip


def _first(line: Line) -> tuple[int, bool, datetime, int]:
    """The order in which places are given."""
    known = {"existing": 0, "planned": 1}
    return (known.get(line.partnership_status or "", 2), line.late, line.received_at, line.id)


def crosstab(
    lines: Iterable[Line], row: Callable[[Line], str], column: Callable[[Line], str]
) -> dict[str, Counter[str]]:
    """How many lines have each value of `row`, by the value of `column`."""
    table: dict[str, Counter[str]] = {}
    for line in lines:
        table.setdefault(row(line), Counter())[column(line)] += 1
    return table


def size_class(line: Line) -> str:
    """The class of a body by its population."""
    place = gazetteer().by_key.get(line.ags or "")
    if place is None:
        return "unknown" if not line.ags else "county" if len(line.ags) == 5 else "unknown"
    if place.is_county:
        return "county"
    return next((name for bound, name in _BOUNDS if place.population < bound), "above")


def lead_time(line: Line, deadline: date) -> str:
    """How long before the deadline an entry came: last day, a week, two weeks, a month, earlier, or late."""
    days = (deadline - line.received_at.date()).days
    if line.late or days < 0:
        return "late"
    return next((name for bound, name in _DAYS if days <= bound), "earlier")


def average(values: Sequence[float]) -> float:
    """The mean, 0 for nothing."""
    return sum(values) / len(values) if values else 0.0
