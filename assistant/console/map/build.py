"""Compile the map: python -m klimapartner.assistant.console.map.build germany.svg

`germany.svg` is the file of the npm package @svg-maps/germany 2.0.0 (MapSVG, CC BY 4.0). Its outlines are thinned, and
the Mercator projection behind it is fitted: so that as many municipalities as possible lie in the state they are in.
"""

import json
import math
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from klimapartner.assistant.console.map.projection import FILE, Projection, Ring, contains
from klimapartner.intents.gazetteer.table import gazetteer

_PATH = re.compile(r'id="([a-z]+)".*?\sd="([^"]+)"', re.DOTALL)
_TOKEN = re.compile(r"[a-zA-Z]|-?\d*\.?\d+")
# Points that change an outline by less than this many units (586 units are 640 km) are left out.
_TOLERANCE = 0.8
_SAMPLE = 7


def outlines(svg: str) -> dict[str, list[Ring]]:
    """The rings of every state by its two letters; the file uses m, l and z only."""
    return {name.upper(): list(_rings(path)) for name, path in _PATH.findall(svg)}


def _rings(path: str) -> Iterator[Ring]:
    ring: Ring = []
    x = y = 0.0
    tokens = iter(_TOKEN.findall(path))
    for token in tokens:
        if token in "zZ":
            yield ring
            (x, y), ring = ring[0], []
        elif token not in "mMlL":
            x, y = x + float(token), y + float(next(tokens))
            ring.append((x, y))
    if ring:
        yield ring


def thinned(ring: Ring) -> Ring:
    """The ring by Douglas and Peucker (1973), cut at the point farthest from its start."""
    far = max(range(len(ring)), key=lambda i: math.dist(ring[0], ring[i]))
    return [*_thin(ring[: far + 1]), *_thin([*ring[far:], ring[0]])[1:-1]]


def _thin(line: Ring) -> Ring:
    if len(line) < 3:
        return line
    distances = [_distance(point, line[0], line[-1]) for point in line[1:-1]]
    worst = max(range(len(distances)), key=distances.__getitem__) + 1
    if distances[worst - 1] < _TOLERANCE:
        return [line[0], line[-1]]
    return [*_thin(line[: worst + 1])[:-1], *_thin(line[worst:])]


def _distance(point: tuple[float, float], start: tuple[float, float], end: tuple[float, float]) -> float:
    length = math.dist(start, end)
    if not length:
        return math.dist(point, start)
    (px, py), (ax, ay), (bx, by) = point, start, end
    return abs((bx - ax) * (ay - py) - (ax - px) * (by - ay)) / length


def fitted(states: dict[str, list[Ring]]) -> Projection:
    """The Mercator projection under which the most municipalities lie in their state (coordinate search)."""
    places = [(b.at, b.state) for b in gazetteer().bodies if b.is_town and b.at[0]][::_SAMPLE]
    best = Projection(63.84, -374.0, 64.4, 4261.0)
    share = _share(best, states, places)
    for width in (4.0, 2.0, 1.0, 0.5):
        for step in ((width / 40, 0, 0, 0), (0, width, 0, 0), (0, 0, width / 40, 0), (0, 0, 0, width)):
            for sign in (1, -1):
                while True:
                    tried = Projection(*(old + sign * new for old, new in zip(best.numbers, step, strict=True)))
                    if (found := _share(tried, states, places)) <= share:
                        break
                    best, share = tried, found
    return best


def _share(
    projection: Projection, states: dict[str, list[Ring]], places: list[tuple[tuple[float, float], str]]
) -> float:
    return sum(contains(states[state], projection.point(*at)) for at, state in places) / len(places)


def main(svg: Path) -> None:
    """Write the file that the pages read."""
    rings = {name: [thinned(ring) for ring in found] for name, found in outlines(svg.read_text()).items()}
    kept = {name: [_rounded(ring) for ring in found if len(ring) > 3] for name, found in rings.items()}
    data = {"width": 586, "height": 793, "projection": fitted(kept).numbers, "states": kept}
    FILE.write_text(json.dumps(data, separators=(",", ":")) + "\n")


def _rounded(ring: Ring) -> Ring:
    return [(round(x, 1), round(y, 1)) for x, y in ring]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
