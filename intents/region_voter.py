"""The world region wished, by a trained voter over the whole letter, where the rules find nothing said of it.

On writers that nobody had read the rules were right in 94 of 100 letters in which they found a region, more often than
the voter; where they found none, it was the voter that was.
"""

from collections.abc import Mapping, Sequence

from klimapartner.intents.bag_voter import judge_bags, load_voter
from klimapartner.intents.letter_features import Told
from klimapartner.intents.reading import Intent, Region
from klimapartner.intents.region_features import features
from klimapartner.intents.world import SOUTH

NAME, LABEL = "region", "wished"
SURE = 0.5


def wished_likelihoods(told: Told, intents: Sequence[Intent]) -> dict[Region, float]:
    """How likely it is to the voter that a letter wishes or means each of the two regions."""
    rows = [features(told, intents, asked) for asked in SOUTH]
    judged = judge_bags(load_voter(NAME), rows)
    return {asked: said[LABEL] for asked, said in zip(SOUTH, judged, strict=True)}


def choose_region(likely: Mapping[Region, float]) -> tuple[Region | None, float]:
    """The region that is likelier wished than not, and how likely; "open" where both are."""
    wished = [asked for asked, score in likely.items() if score > SURE]
    if not wished:
        return None, 1 - max(likely.values())
    return ("open" if len(wished) > 1 else wished[0]), min(likely[asked] for asked in wished)


def is_said(asked: Region, said: Region | None) -> bool:
    """Whether a region is among those said."""
    return said in (asked, "open")
