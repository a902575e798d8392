"""The country wished as the partner's, of a letter without a town: the rules weighed against a trained voter's word."""

from collections.abc import Mapping, Sequence

from klimapartner.intents.bag_voter import load_voter
from klimapartner.intents.country_features import countries_named, work
from klimapartner.intents.letter_features import Told
from klimapartner.intents.pooled_voter import judge_works
from klimapartner.intents.reading import Intent

NAME = "country"
WISHED, ASIDE = LABELS = ("wished", "aside")
VOICE = 0.8  # of the voter's word; the rest is the rules'. Chosen on writers that neither had seen.
SURE = 0.5


def wished_countries(told: Told, intents: Sequence[Intent]) -> dict[str, float]:
    """How likely it is to the voter that each country of a letter (ISO codes) is the one wished."""
    named = countries_named(told)
    judged = judge_works(load_voter(NAME), [work(told, intents, iso) for iso in named])
    return {iso: said[WISHED] for iso, said in zip(named, judged, strict=True)}


def weigh_countries(likely: Mapping[str, float], by_rules: str | None) -> tuple[str | None, float]:
    """The country of which rules and voter together are surest, and how sure; None where that is not enough."""
    mixed = {iso: sureness(said, by_rules=iso == by_rules) for iso, said in likely.items()}
    best = max(mixed, key=lambda iso: mixed[iso], default=None)
    if best is None:
        return by_rules, SURE
    return (best, mixed[best]) if mixed[best] > SURE else (None, 1 - mixed[best])


def sureness(said: float, *, by_rules: bool) -> float:
    """How sure rules and voter together are of a country."""
    return VOICE * said + (1 - VOICE) * by_rules
