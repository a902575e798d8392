"""Figures for the decision on a focus; the map: municipalities lie in the states they are in."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from console_desk import Console, texts

from klimapartner.assistant.console.map.projection import contains, germany
from klimapartner.assistant.decision import crosstab, lead_time, outcome, size_class
from klimapartner.intents.gazetteer.table import gazetteer
from klimapartner.storage.register_list import Line

NOW = datetime(2022, 3, 1, 9, tzinfo=UTC)
PLAIN = Line(1, "KP9-A", "phase09", "Köln", "", "05315000", "", "", "new", False, False, False, None, NOW, NOW, 1)


def _line(number: int, **values: Any) -> Line:
    return replace(PLAIN, id=number, received_at=NOW + timedelta(hours=number), **values)


LINES = [
    _line(1, world_region="africa", partnership_status="none"),
    _line(2, world_region="latin_america", partnership_status="existing"),
    _line(3, world_region="open", partnership_status="planned"),
    _line(4, world_region=None),
    _line(5, world_region="africa", partnership_status="existing"),
    _line(6, world_region="africa", partnership_status="existing", status="withdrawn"),
    _line(7, world_region="other", partnership_status="existing"),
]
READY = {1: 1.0, 2: 1.0, 3: 0.6, 4: 0.2, 5: 0.8, 6: 1.0, 7: 1.0}


def _ids(lines: tuple[Line, ...]) -> list[int]:
    return [line.id for line in lines]


@pytest.mark.parametrize(
    ("focus", "least", "remaining", "not_ready", "elsewhere"),
    [
        ("africa", 0.0, [5, 3, 1, 4], 0, 2),
        ("africa", 0.6, [5, 3, 1], 1, 2),
        ("latin_america", 0.0, [2, 3, 4], 0, 3),
        ("both", 0.0, [2, 5, 3, 1, 4], 0, 1),
        ("both", 1.0, [2, 1], 3, 1),
    ],
)
def test_what_remains_if_the_call_goes_there(
    focus: Any, least: float, remaining: list[int], not_ready: int, elsewhere: int
) -> None:
    found = outcome(LINES, focus, READY, least=least, places=2)
    assert (_ids(found.remaining), found.not_ready, found.elsewhere) == (remaining, not_ready, elsewhere)
    assert (_ids(found.chosen), _ids(found.waiting)) == (remaining[:2], remaining[2:])


def test_counts_by_two_values() -> None:
    table = crosstab(LINES[:5], lambda line: line.partnership_status or "?", lambda line: line.world_region or "?")
    assert table == {
        "none": {"africa": 1}, "existing": {"latin_america": 1, "africa": 1}, "planned": {"open": 1}, "?": {"?": 1},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("ags", "name"),
    [("05315000", "above"), ("09572132", "to_50"), ("07131", "county"), (None, "unknown"), ("99999999", "unknown")],
)
def test_size_classes(ags: str | None, name: str) -> None:
    assert size_class(_line(1, ags=ags)) == name


@pytest.mark.parametrize(
    ("day", "late", "name"),
    [
        (31, False, "last_day"),
        (30, False, "week"),
        (24, False, "week"),
        (23, False, "two_weeks"),
        (1, False, "earlier"),
        (31, True, "late"),
    ],
)
def test_lead_times(day: int, late: bool, name: str) -> None:
    received = datetime(2022, 3, day, 12, tzinfo=UTC)
    assert lead_time(replace(PLAIN, received_at=received, late=late), date(2022, 3, 31)) == name


@pytest.mark.parametrize(
    ("key", "state"),
    [
        ("11000000", "BE"), ("02000000", "HH"), ("04011000", "HB"), ("09162000", "BY"), ("05315000", "NW"),
        ("14626110", "SN"), ("01054168", "SH"), ("08435016", "BW"), ("13003000", "MV"), ("10041100", "SL"),
    ],
)  # fmt: skip
def test_known_towns_lie_in_their_state_on_the_map_and_in_no_other(key: str, state: str) -> None:
    place = gazetteer().by_key[key]
    point = germany().projection.point(*place.at)
    assert [name for name, rings in germany().states.items() if contains(rings, point)] == [state]


def test_the_projection_fits() -> None:
    """Of all municipalities with coordinates at least 95 of 100 lie inside their state's thinned outline."""
    places = [(body.at, body.state) for body in gazetteer().bodies if body.is_town and body.at[0]]
    hits = sum(contains(germany().states[state], germany().projection.point(*at)) for at, state in places)
    assert len(places) > 10_000
    assert hits / len(places) >= 0.95


def test_the_page_says_what_the_list_says(any_console: Console) -> None:
    reader = any_console.staff("reader")
    page = reader.get("/decide?focus=africa&places=3&least=0")
    chosen = texts(page, ".chosen li a")
    assert (len(chosen) >= 3, texts(page, "tr.is-here th")) == (True, ["Afrika"])
    assert texts(page, "tr.is-here td:nth-of-type(2)") == ["3 von 3"]
    points = texts(page, ".map__point title")
    assert [point for point in points if point.startswith("Herzogenaurach")] == ["Herzogenaurach: Afrika"]
    part = reader.swap("/decide?focus=africa&places=3&least=0")
    assert (texts(part, ".chosen li a"), "<html" in part.text) == (chosen, False)


def test_strange_numbers_are_taken_for_the_nearest(console: Console) -> None:
    reader = console.staff("reader")
    assert texts(reader.get("/decide?places=-4&least=900&focus=mars"), "tr.is-here td:nth-of-type(2)") == ["0 von 0"]
    assert reader.get("/decide?places=x").status_code == 422
