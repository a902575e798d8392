"""Proposals of pairs: a German body without a partner and an offer of the Global South, with the reasons for each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from klimapartner.intents.gazetteer.table import gazetteer
from klimapartner.intents.world import find, region_of
from klimapartner.storage.offers import Offer
from klimapartner.storage.register_list import Line
from klimapartner.storage.search import Entry

# What counts how much; a pair that contradicts a wish is not proposed at all.
_COUNTRY, _REGION, _OPEN, _TOPIC, _SIZE = 40, 20, 10, 15, 10
_MOST_TOPICS = 3
OVER = frozenset({"withdrawn", "declined", "matched"})


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason: a key of the console's words and what it is about."""

    word: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A pair with its points (the more the better, 0 to 115) and the reasons for them."""

    entry: Entry
    offer: Offer
    points: int
    reasons: tuple[Reason, ...]


def looks_for_partner(line: Line) -> bool:
    """Whether an entry still counts and names no partner."""
    return line.status not in OVER and not line.partner_name and line.partnership_status != "existing"


def proposals(entry: Entry, offers: Iterable[Offer], most: int = 3) -> list[Proposal]:
    """The best offers for an entry, the best first."""
    rated = [found for offer in offers if offer.status not in OVER and (found := _rated(entry, offer))]
    return sorted(rated, key=lambda one: (-one.points, one.offer.id))[:most]


def _rated(entry: Entry, offer: Offer) -> Proposal | None:
    place = _by_place(entry, offer)
    if place is None:
        return None
    found = [*place, *_by_topics(entry.value("topics") or [], offer.topics), *_by_size(entry, offer)]
    return Proposal(entry, offer, sum(points for points, _ in found), tuple(reason for _, reason in found))


def _by_place(entry: Entry, offer: Offer) -> list[tuple[int, Reason]] | None:
    """Points for country or region; None where the entry wishes for another one."""
    wished, region = entry.partner_country, entry.value("world_region")
    if wished and offer.country:
        return [(_COUNTRY, Reason("country", offer.country))] if wished == offer.country else None
    there = region_of(offer.country) if offer.country else None
    if region in ("africa", "latin_america"):
        return [(_REGION, Reason("region", str(region)))] if there == region else [] if there is None else None
    return [(_OPEN, Reason("open"))] if region == "open" else []


def _by_topics(wanted: Sequence[str], offered: Sequence[str]) -> list[tuple[int, Reason]]:
    shared = [topic for topic in wanted if topic in offered][:_MOST_TOPICS]
    return [(_TOPIC, Reason("topic", topic)) for topic in shared]


def _by_size(entry: Entry, offer: Offer) -> list[tuple[int, Reason]]:
    """Towns of like size (within a factor of three) understand each other's work."""
    here = gazetteer().by_key.get(entry.ags or "")
    there = size_of(offer)
    if here is None or not here.population or not there:
        return []
    ratio = max(here.population, there) / max(min(here.population, there), 1)
    return [(_SIZE, Reason("size", str(there)))] if ratio <= 3 else []


def size_of(offer: Offer) -> int | None:
    """The population of an offer's town by GeoNames, in steps of 1,000; None where it is unknown or contested."""
    for mention in find(offer.name):
        sizes = dict(zip(mention.countries, mention.sizes, strict=False))
        if mention.kind == "place" and offer.country in sizes:
            return sizes[offer.country] * 1_000
    return None
