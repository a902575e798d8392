"""What a filter leaves, what its counts say, and that it survives in the address."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

import pytest

from klimapartner.assistant.console.register_filter import (
    Filter,
    choices,
    filter_from,
    matching,
    page_of,
    pages,
)
from klimapartner.storage.register_list import Line

NOW = datetime(2022, 3, 1, 9, tzinfo=UTC)
PLAIN = Line(
    1, "KP9-A", "phase09", "Köln", "", "05315000", "", "", "new", False, False, False, None, NOW, NOW, 1
)  # fmt: skip


def _line(number: int, **values: Any) -> Line:
    return replace(PLAIN, id=number, received_at=NOW + timedelta(hours=number), **values)


LINES = [
    _line(1, world_region="africa", status="new"),
    _line(2, world_region="africa", status="complete", ags="09162000", body_name="München"),
    _line(3, world_region="latin_america", status="new", late=True, uncertain=True, ags=None, body_name="Amt X"),
    _line(4, status="new", tasks=2, assigned_to="maria", body_name="Aachen", confidence=0.5),
]


def _ids(wanted: Filter) -> list[int]:
    return [line.id for line in matching(LINES, wanted)]


@pytest.mark.parametrize(
    ("chosen", "left"),
    [
        ({}, [4, 3, 2, 1]),
        ({"region": ("africa",)}, [2, 1]),
        ({"region": ("africa", "latin_america")}, [3, 2, 1]),
        ({"region": ("none",)}, [4]),
        ({"region": ("africa",), "status": ("new",)}, [1]),
        ({"flag": ("late",)}, [3]),
        ({"open": ("yes",)}, [4]),
        ({"land": ("NW",)}, [4, 1]),
        ({"land": ("none",)}, [3]),
        ({"assigned": ("none",)}, [3, 2, 1]),
        ({"region": ("asia",)}, []),
    ],
)
def test_any_value_of_a_facet_and_every_facet(chosen: dict[str, tuple[str, ...]], left: list[int]) -> None:
    assert _ids(Filter(chosen=chosen)) == left


@pytest.mark.parametrize(
    ("order", "turned", "ids"),
    [
        ("received", False, [4, 3, 2, 1]),
        ("received", True, [1, 2, 3, 4]),
        ("body", False, [4, 3, 1, 2]),
        ("body", True, [2, 1, 3, 4]),
        ("confidence", False, [4, 1, 2, 3]),
    ],
)
def test_orders(order: str, turned: bool, ids: list[int]) -> None:
    assert _ids(Filter(order=order, turned=turned)) == ids


def test_a_facet_counts_what_the_others_leave_and_keeps_every_value() -> None:
    found = choices(LINES, Filter(chosen={"region": ("africa",), "status": ("new",)}))
    assert [(c.value, c.count, c.chosen) for c in found["region"]] == [
        ("africa", 1, True), ("latin_america", 1, False), ("none", 1, False),
    ]  # fmt: skip
    assert [(c.value, c.count, c.chosen) for c in found["status"]] == [("new", 1, True), ("complete", 1, False)]
    assert [(c.value, c.count) for c in found["flag"]] == [("late", 0), ("uncertain", 0)]
    assert [(c.value, c.count, c.chosen) for c in choices([], Filter(chosen={"region": ("asia",)}))["region"]] == [
        ("asia", 0, True)
    ]


@pytest.mark.parametrize(
    "wanted",
    [
        Filter(),
        Filter("köln & süd", {"region": ("africa", "none"), "country": ("BF",)}, "body", True, 3),
        Filter(chosen={"assigned": ("Müller, A.",)}),
    ],
)
def test_a_filter_survives_in_the_address(wanted: Filter) -> None:
    assert filter_from(parse_qsl(wanted.query(page=wanted.page))) == wanted


@pytest.mark.parametrize("query", ["page=-1", "page=x", "page=99999999", "order=drop+table", "nothing=1", "turned=0"])
def test_what_it_does_not_know_it_ignores(query: str) -> None:
    assert filter_from(parse_qsl(query)) == Filter()


def test_pages() -> None:
    lines = [_line(number) for number in range(101)]
    assert (pages(0), pages(50), pages(51), pages(101)) == (1, 1, 2, 3)
    assert [line.id for line in page_of(lines, 3)] == [100]
    assert Filter(page=3).query(text="a") == "q=a"
