"""Names without their additions, and distances: what building and reading the gazetteer share."""

import math
import re
from functools import cache

from klimapartner.intents.fold import folded

Point = tuple[float, float]


def distance(one: Point, other: Point) -> float:
    """Kilometres between two points (equirectangular, good to 1 % within Germany)."""
    mean = math.radians((one[0] + other[0]) / 2)
    return 111.2 * math.hypot(one[0] - other[0], (one[1] - other[1]) * math.cos(mean))


@cache
def core(name: str) -> str:
    """A name without its addition, folded: Halle (Saale), Lahr/Schwarzwald and Landau a.d.Isar without the rest."""
    short = re.split(r"\s*[(/,]| (?:a|b|i|o|v)\. ?| (?:an der|am|im|in der|in|bei|ob|vor|vorm|auf|unter|v) ", name)[0]
    return folded(short) or folded(name)
