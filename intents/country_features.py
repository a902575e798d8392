"""What the trained voter on countries sees of a letter without a town as its partner, asked of a country it names.

The country stands as SELBE_, others of its region as NACHBAR_, those elsewhere as ANDERE_; its region as EIGENE_REGION.
"""

from collections.abc import Iterator, Sequence
from functools import partial

from klimapartner.intents.asked_features import KINDS, asked_work
from klimapartner.intents.letter_features import Told, read_of
from klimapartner.intents.pooled_voter import Work
from klimapartner.intents.reading import Intent
from klimapartner.intents.world import SOUTH, Mention, find, region_of

NAMED = ("country", "demonym")


def countries_named(told: Told) -> list[str]:
    """The ISO codes of the countries that the letter names without doubt, Germany apart, in their order."""
    found = (m.countries[0] for s in read_of(told) for m in find(s.text) if m.kind in NAMED and len(m.countries) == 1)
    return [iso for iso in dict.fromkeys(found) if iso != "DE"]


def work(told: Told, intents: Sequence[Intent], asked: str) -> Work:
    """A letter and its sentences, asked about a country."""
    return asked_work(read_of(told), partial(_name, asked), _of_facts(told, intents, asked))


def _name(asked: str, mention: Mention) -> str | None:
    if mention.countries == ("DE",):
        return None
    if mention.kind == "region":
        own = mention.region == region_of(asked)
        return "GLOBALE_REGION" if mention.region is None else "EIGENE_REGION" if own else "ANDERE_REGION"
    if mention.kind == "place" and mention.countries != (asked,):
        return "ANDERE_ORT" if mention.region in SOUTH else None
    near = mention.region == region_of(asked)
    whose = "SELBE" if mention.countries == (asked,) else "NACHBAR" if near else "ANDERE"
    return f"{whose}_{KINDS[mention.kind]}"


def _of_facts(told: Told, intents: Sequence[Intent], asked: str) -> Iterator[str]:
    yield f"status:{told.partnership.status}"
    yield f"in the South:{region_of(asked) in SOUTH}"
    yield f"countries:{min(3, len(countries_named(told)))}"
    partner = told.partnership.partner
    yield f"town:{bool(partner and partner.municipality)}"
    yield from (f"intent:{intent}" for intent in intents)
