"""Where a place lies on the map of Germany, and in which state's outline."""

import json
import math
from dataclasses import astuple, dataclass
from functools import lru_cache
from pathlib import Path

FILE = Path(__file__).with_name("germany.json")
Ring = list[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Projection:
    """Mercator: x = east * longitude + left, y = top - north * mercator(latitude), in units of the map."""

    east: float
    left: float
    north: float
    top: float

    @property
    def numbers(self) -> tuple[float, ...]:
        return astuple(self)

    def point(self, latitude: float, longitude: float) -> tuple[float, float]:
        """The place of a coordinate in degrees."""
        mercator = math.degrees(math.log(math.tan(math.pi / 4 + math.radians(latitude) / 2)))
        return self.east * longitude + self.left, self.top - self.north * mercator


@dataclass(frozen=True, slots=True)
class Map:
    """The map: its size, its projection, and each state's rings."""

    width: int
    height: int
    projection: Projection
    states: dict[str, list[Ring]]

    def outline(self, state: str) -> str:
        """A state's outline as the `d` of an SVG path."""
        return "".join(f"M{' '.join(f'{x:g},{y:g}' for x, y in ring)}z" for ring in self.states[state])


@lru_cache
def germany() -> Map:
    """The map that comes with the package (MapSVG, CC BY 4.0; see NOTICE)."""
    data = json.loads(FILE.read_text())
    states = {name: [[(x, y) for x, y in ring] for ring in rings] for name, rings in data["states"].items()}
    return Map(data["width"], data["height"], Projection(*data["projection"]), states)


def contains(rings: list[Ring], point: tuple[float, float]) -> bool:
    """Whether a point lies inside (even-odd rule, as SVG draws holes)."""
    x, y = point
    inside = False
    for ring in rings:
        for (x1, y1), (x2, y2) in zip(ring, [ring[-1], *ring[:-1]], strict=True):
            if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
                inside = not inside
    return inside
