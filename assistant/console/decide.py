"""The page for the question of focus: counts, what-if, map and the call's dates."""

from collections import Counter
from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from klimapartner.assistant.call import Call
from klimapartner.assistant.console.bodies import place_of
from klimapartner.assistant.console.labels import label
from klimapartner.assistant.console.map.projection import germany
from klimapartner.assistant.console.pages import fragment, page
from klimapartner.assistant.console.register_filter import NOTHING
from klimapartner.assistant.console.visit import See, Visit
from klimapartner.assistant.console.words import text
from klimapartner.assistant.dates import when
from klimapartner.assistant.decision import (
    CLASSES,
    FOCUSES,
    Focus,
    active,
    average,
    crosstab,
    lead_time,
    outcome,
    size_class,
)
from klimapartner.assistant.lands import LANDS, land_of
from klimapartner.storage.register_list import Line, filled_fields, list_lines

router = APIRouter()
# "jeweils circa 10 Partnerschaften" a phase: the call's text; staff change the number on the page.
PLACES = 10
REGIONS = ("africa", "latin_america", "open", "other", NOTHING)


@router.get("/decide")
def decide(visit: See, focus: str = "both", least: int = 0, places: int = PLACES) -> HTMLResponse:
    """The figures; htmx gets the what-if alone."""
    wanted: Focus = next((one for one in FOCUSES if one == focus), "both")
    share, seats = min(max(least, 0), 100), min(max(places, 0), 1_000)
    call = visit.work.chat_office.call
    with visit.work.database.reading() as session:
        lines = list_lines(session, call=call.id)
        ready = readiness(visit, filled_fields(session, _needed(visit)))
    values = _what_if(visit, lines, ready, wanted, share, seats)
    if visit.is_swap:
        return fragment(visit, "decide_result.html.j2", **values)
    return page(visit, "decide.html.j2", **values, **_figures(visit, call, active(lines), ready))


def readiness(visit: Visit, filled: dict[int, int]) -> dict[int, float]:
    """The share of the needed details that each entry has."""
    needed = len(_needed(visit)) or 1
    return {entry_id: count / needed for entry_id, count in filled.items()}


def _needed(visit: Visit) -> list[str]:
    return visit.work.chat_office.texts.keys("ask")


def _what_if(
    visit: Visit, lines: list[Line], ready: dict[int, float], focus: Focus, least: int, places: int
) -> dict[str, Any]:
    outcomes = [outcome(lines, one, ready, least=least / 100, places=places) for one in FOCUSES]
    chosen = next(one for one in outcomes if one.focus == focus)
    return {
        "outcomes": outcomes, "chosen": chosen, "focus": focus, "least": least, "places": places, "ready": ready,
        "label": lambda group, value: label(group, value, visit.language),
    }  # fmt: skip


def _figures(visit: Visit, call: Call, lines: list[Line], ready: dict[int, float]) -> dict[str, Any]:
    def region(line: Line) -> str:
        return line.world_region or NOTHING

    totals = Counter(map(region, lines))
    deadline = next(step.until for step in call.step if step.id == "interest" and step.until)
    return {
        "regions": [name for name in REGIONS if totals[name] or name in call.regions],
        "tables": {
            "partnership": crosstab(lines, lambda line: line.partnership_status or NOTHING, region),
            "size": _ordered(crosstab(lines, size_class, region)),
            "land": crosstab(lines, lambda line: land_of(line.ags) or NOTHING, region),
            "time": crosstab(lines, lambda line: lead_time(line, deadline), region),
        },
        "totals": totals,
        "mean": {name: _mean(ready, [line for line in lines if region(line) == name]) for name in REGIONS},
        "map": germany(), "lands": LANDS, "by_land": Counter(land_of(line.ags) for line in lines),
        "points": _points(lines), "dates": _dates(visit, call), "active": len(lines),
    }  # fmt: skip


def _mean(ready: dict[int, float], lines: list[Line]) -> int:
    """The readiness on average, in per cent."""
    return round(100 * average([ready.get(line.id, 0.0) for line in lines]))


def _ordered(table: dict[str, Counter[str]]) -> dict[str, Counter[str]]:
    return {name: table[name] for name in CLASSES if name in table}


def _points(lines: list[Line]) -> list[tuple[float, float, str, str]]:
    """Every municipality once: its place on the map, name and region."""
    found: dict[str, tuple[float, float, str, str]] = {}
    for line in lines:
        place = place_of(line.ags)
        if place and place.at[0]:
            x, y = germany().projection.point(*place.at)
            found[line.ags or ""] = (round(x, 1), round(y, 1), line.body_name, line.world_region or NOTHING)
    return list(found.values())


def _dates(visit: Visit, call: Call) -> list[dict[str, Any]]:
    """The call's steps with the days that are left."""
    today = visit.now().astimezone(call.zone).date()
    return [
        {
            "title": step.title.get(visit.language, step.title["de"]),
            "when": when(step, visit.language),
            "left": _left((step.last_day - today).days, visit),
            "over": step.last_day < today,
        }
        for step in call.step
    ]


def _left(days: int, visit: Visit) -> str:
    if days < 0:
        return text("decide.over", visit.language)
    word = {0: "today", 1: "tomorrow"}.get(days, "days")
    return text(f"decide.{word}", visit.language, n=days)
