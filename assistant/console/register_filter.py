"""Which lines of the register are shown: a filter that stands in the address, counts for each choice, order, pages."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar
from urllib.parse import urlencode

from klimapartner.assistant.lands import land_of
from klimapartner.storage.register_list import Line

PAGE_SIZE = 50
Item = TypeVar("Item")
NOTHING = "none"


def _flags(line: Line) -> tuple[str, ...]:
    """What is out of the ordinary; an entry can have several."""
    return tuple(name for name in ("uncertain", "late", "undeliverable") if getattr(line, name))


# What can be chosen, and the values that a line has; a line without one is found under NOTHING.
FACETS: dict[str, Callable[[Line], tuple[str, ...]]] = {
    "status": lambda line: (line.status,),
    "region": lambda line: (line.world_region or NOTHING,),
    "partnership": lambda line: (line.partnership_status or NOTHING,),
    "flag": _flags,
    "answer": lambda line: (line.answer or NOTHING,),
    "open": lambda line: ("yes",) if line.tasks else ("no",),
    "land": lambda line: (land_of(line.ags) or NOTHING,),
    "country": lambda line: (line.partner_country or NOTHING,),
    "assigned": lambda line: (line.assigned_to or NOTHING,),
}

ORDERS: dict[str, Callable[[Line], Any]] = {
    "received": lambda line: (line.received_at, line.id),
    "body": lambda line: (line.body_name.casefold(), line.id),
    "partner": lambda line: (line.partner_name.casefold() or "\uffff", line.id),
    "status": lambda line: (line.status, line.id),
    "confidence": lambda line: (1.0 if line.confidence is None else line.confidence, line.id),
    "updated": lambda line: (line.updated_at, line.id),
}
_NEWEST_FIRST = ("received", "updated")


@dataclass(frozen=True, slots=True)
class Filter:
    """What is asked for: words, chosen values by facet (any of one facet, all facets), order and page from 1."""

    text: str = ""
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    order: str = "received"
    turned: bool = False
    page: int = 1

    def query(self, **changes: Any) -> str:
        """The query string of this filter with some of it changed; page 1 unless a page is given."""
        new = replace(self, **({"page": 1} | changes))
        pairs = [("q", new.text)] if new.text else []
        pairs += [(name, value) for name in FACETS for value in new.chosen.get(name, ())]
        pairs += [("order", new.order)] if new.order != "received" else []
        pairs += [("turned", "1")] if new.turned else []
        return urlencode(pairs + ([("page", str(new.page))] if new.page > 1 else []))

    def without(self, name: str, value: str) -> str:
        """The query string without one chosen value."""
        kept = tuple(one for one in self.chosen.get(name, ()) if one != value)
        return self.query(chosen={**self.chosen, name: kept})

    @property
    def is_narrow(self) -> bool:
        return bool(self.text or any(self.chosen.values()))


@dataclass(frozen=True, slots=True)
class Choice:
    """A value of a facet, how many lines it would leave, and whether it is chosen."""

    value: str
    count: int
    chosen: bool


def filter_from(query: Iterable[tuple[str, str]]) -> Filter:
    """The filter of a query string's pairs; what it does not know is ignored."""
    given: dict[str, list[str]] = {}
    for name, value in query:
        given.setdefault(name, []).append(value)
    order = given.get("order", [""])[-1]
    page = given.get("page", [""])[-1]
    return Filter(
        text=given.get("q", [""])[-1].strip()[:200],
        chosen={name: tuple(dict.fromkeys(filter(None, given[name]))) for name in FACETS if name in given},
        order=order if order in ORDERS else "received",
        turned=given.get("turned", [""])[-1] == "1",
        page=int(page) if page.isdecimal() and 0 < int(page) < 100_000 else 1,
    )


def matching(lines: Iterable[Line], wanted: Filter) -> list[Line]:
    """The lines that the filter leaves, in its order."""
    left = [line for line in lines if all(_meets(line, name, wanted) for name in FACETS)]
    backwards = (wanted.order in _NEWEST_FIRST) != wanted.turned
    return sorted(left, key=ORDERS[wanted.order], reverse=backwards)


def choices(lines: Sequence[Line], wanted: Filter) -> dict[str, list[Choice]]:
    """For every facet all values that there are, the most frequent first, counted as the other facets leave them."""
    all_counts = {name: Counter(value for line in lines for value in FACETS[name](line)) for name in FACETS}
    counts: dict[str, Counter[str]] = {name: Counter() for name in FACETS}
    # A line fails no facet, or only the one whose counts it still belongs to.
    for line in lines:
        failed = [name for name in FACETS if not _meets(line, name, wanted)]
        for name in FACETS if not failed else failed[:1] if len(failed) == 1 else ():
            counts[name].update(FACETS[name](line))
    return {name: _choices(all_counts[name], counts[name], wanted.chosen.get(name, ())) for name in FACETS}


def page_of(lines: Sequence[Item], page: int) -> Sequence[Item]:
    """What stands on one page of a list."""
    return lines[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]


def pages(count: int) -> int:
    """How many pages there are, at least one."""
    return max(1, -(-count // PAGE_SIZE))


def _meets(line: Line, name: str, wanted: Filter) -> bool:
    chosen = wanted.chosen.get(name, ())
    return not chosen or any(value in chosen for value in FACETS[name](line))


def _choices(there: Counter[str], counts: Counter[str], chosen: tuple[str, ...]) -> list[Choice]:
    values = sorted(there, key=lambda value: (-there[value], value)) + [one for one in chosen if one not in there]
    return [Choice(value, counts[value], value in chosen) for value in values]
