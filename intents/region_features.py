"""What the trained voter on world regions sees of a letter, asked of one of the two regions: is it wished or meant?

Regions, their countries and places stand as SELBE_ (of the region asked about), ANDERE_ (of the other one), FERNE_ (of
none) and GLOBALE_ (of no region in particular), so that what is learnt of one region holds for the other.
"""

from collections.abc import Iterator, Sequence
from functools import partial

from klimapartner.intents.asked_features import KINDS, asked_work
from klimapartner.intents.letter_features import Told, read_of
from klimapartner.intents.pooled_voter import Work
from klimapartner.intents.reading import Intent, Region
from klimapartner.intents.world import SOUTH, Mention, region_of


def work(told: Told, intents: Sequence[Intent], asked: Region) -> Work:
    """A letter and its sentences, asked about a region."""
    return asked_work(read_of(told), partial(_name, asked), _of_facts(told, intents, asked))


def _name(asked: Region, mention: Mention) -> str | None:
    if mention.countries == ("DE",) or (mention.kind == "place" and mention.region not in SOUTH):
        return None
    if mention.region is None:
        whose = "GLOBALE"
    else:
        whose = "SELBE" if mention.region == asked else "ANDERE" if mention.region in SOUTH else "FERNE"
    return f"{whose}_{KINDS[mention.kind]}"


def _of_facts(told: Told, intents: Sequence[Intent], asked: Region) -> Iterator[str]:
    partner = told.partnership.partner
    yield f"status:{told.partnership.status}"
    yield f"partner:{bool(partner)}:{bool(partner and partner.municipality)}"
    if partner and partner.country:
        region = region_of(partner.country)
        yield f"partner in:{'asked' if region == asked else 'other' if region in SOUTH else 'none'}"
    yield from (f"intent:{intent}" for intent in intents)
