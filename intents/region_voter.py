"""The world region wished: the rules weighed against a trained voter's word on the whole letter."""

from collections.abc import Mapping, Sequence

from klimapartner.intents.bag_voter import Judgement, load_voter
from klimapartner.intents.letter_features import Told, read_of
from klimapartner.intents.pooled_voter import judge_works
from klimapartner.intents.reading import Intent, Region
from klimapartner.intents.region_features import work
from klimapartner.intents.world import SOUTH, find

NAME = "region"
OWN, OPEN, NEITHER, OPPOSITE = LABELS = ("own", "open", "neither", "opposite")
SILENT = 0.4  # that nothing is said, which the voter hears too often where a letter says it in words of its own
VOICE = 0.65  # of the voter's word; the rest is the rules'. Chosen on writers that neither had seen.


def wished_likelihoods(told: Told, intents: Sequence[Intent]) -> dict[Region | None, float]:
    """How likely it is to the voter that each region, any ("open"), or none of the two is wished or meant.

    A region of which a letter names nothing, neither itself nor a country or place of it, is not the one wished.
    """
    likely = joined(judge_works(load_voter(NAME), [work(told, intents, asked) for asked in SOUTH]))
    named = {mention.region for sentence in read_of(told) for mention in find(sentence.text)}
    return {choice: score * (choice not in SOUTH or choice in named) for choice, score in likely.items()}


def joined(judged: Sequence[Judgement]) -> dict[Region | None, float]:
    """What the answers on the first and on the second region of `SOUTH` together say of each choice."""
    first, second = judged
    one, other = SOUTH
    found: dict[Region | None, float] = {
        one: first[OWN] + second[OPPOSITE],
        other: first[OPPOSITE] + second[OWN],
        "open": first[OPEN] + second[OPEN],
        None: first[NEITHER] + second[NEITHER],
    }
    total = sum(found.values()) or 1.0
    return {choice: score / total for choice, score in found.items()}


def choose_region(likely: Mapping[Region | None, float], by_rules: Region | None) -> tuple[Region | None, float]:
    """The region of which rules and voter together are surest, and how sure; one outside both is the rules' alone.

    That the rules find no region says little: there are more ways to leave the choice to others than they know.
    """
    heard = by_rules in likely and by_rules is not None
    voice = VOICE if heard else 1.0
    mixed = {choice: voice * score + (1 - voice) * (choice == by_rules) for choice, score in likely.items()}
    mixed[None] *= SILENT
    best = max(mixed, key=lambda choice: mixed[choice])
    return (by_rules if best is None and by_rules == "other" else best), mixed[best]


def label_of(asked: Region, right: Region | None) -> str:
    """What is right to say of a letter asked about a region, by its right region."""
    if right not in (*SOUTH, "open"):
        return NEITHER
    return OPEN if right == "open" else OWN if right == asked else OPPOSITE
