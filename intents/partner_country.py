"""The country of a place that a letter names: from the text first, else from the gazetteer where it leaves no doubt."""

import re
from dataclasses import replace

from klimapartner.intents.cues import fold, labels
from klimapartner.intents.partner_names import Named
from klimapartner.intents.partner_scene import Rival, Scene, is_meant, shares
from klimapartner.intents.partner_words import is_kind, is_link
from klimapartner.intents.world import candidates, earlier_country, region_of, surest

NEXT = 40  # characters between a place and the area it is said to lie in
OUTSIZED = 5  # so many times larger a namesake elsewhere has to be to put a place of the South in doubt


def resolve(rival: Rival, scene: Scene) -> Rival:
    """The rival with the country that the text gives it, else its only or clearly meant one, else None."""
    given = {m.countries for m in rival.mentions if m.given}
    if given:
        return replace(rival, country=_only(set(next(iter(given)))) if len(given) == 1 else None)
    possible = set(candidates(rival.name) or candidates(bare(rival.name)))
    country = _by_area(rival, possible, scene) or _by_context(rival, possible, scene) or _by_itself(rival, scene)
    return replace(rival, country=country)


def bare(name: str) -> str:
    """A name without the words for its kind ("Kilifi County", "Cidade da Praia")."""
    words = re.findall(r"[^\s]+", name)
    kept = [w for w in words if not is_kind(fold(w))]
    while kept and is_link(fold(kept[0])):
        kept = kept[1:]
    return " ".join(kept) or name


def supported(rival: Rival, scene: Scene) -> Rival:
    """A sentence that tells of contacts in the same country, without naming the place, speaks for it."""
    others = (s for s, m in scene.mentions if rival.country in m.countries and not shares(rival, s) and is_meant(s, m))
    speaks = any({"partner.contact", "partner.tie", "partner.wish"} & labels(s.text) for s in others)
    return replace(rival, score=rival.score + 1.0 * speaks)


def _by_area(rival: Rival, possible: set[str], scene: Scene) -> str | None:
    """The country of the province or region that it is said to lie in, where the tables know it only elsewhere."""
    areas = (
        area
        for named in rival.mentions
        for area in scene.places
        if area.sentence is named.sentence and area.around and named.end <= area.start < named.end + NEXT
    )
    found = {iso for area in areas for iso in _of_area(area)}
    return _only(found - possible) if not found & possible else None


def _by_context(rival: Rival, possible: set[str], scene: Scene) -> str | None:
    """The one country of its sentences, else of the letter, that fits the place."""
    own = {iso for s, m in scene.mentions if is_meant(s, m) and shares(rival, s) for iso in m.countries}
    stated = set(own)
    own |= {
        iso for n in scene.places if n.key != rival.mentions[0].key and shares(rival, n.sentence) for iso in _clear(n)
    }
    everywhere = {iso for s, m in scene.mentions if is_meant(s, m) for iso in m.countries}
    for named in (own, everywhere) if possible else (own & stated, everywhere):
        fitting = named & possible if possible else {iso for iso in named if region_of(iso) != "other"} or named
        if len(fitting) == 1:
            return next(iter(fitting))
    return None


def _by_itself(rival: Rival, scene: Scene) -> str | None:
    name = rival.name if candidates(rival.name) else bare(rival.name)
    by_name = earlier_country(scene.body_key, rival.name) or surest(name) or _only_southern(name)
    return by_name or (None if candidates(name) else _by_neighbours(rival, scene))


def _only_southern(name: str) -> str | None:
    """The only country of the South that has such a place, where its namesakes are not much larger."""
    sizes = candidates(name)
    southern = {iso: size for iso, size in sizes.items() if region_of(iso) != "other"}
    others = max((size for iso, size in sizes.items() if iso not in southern), default=0)
    return next(iter(southern)) if len(southern) == 1 and OUTSIZED * max(southern.values()) >= others else None


def _by_neighbours(rival: Rival, scene: Scene) -> str | None:
    """For a place of no gazetteer: the one country of the South in which all other places of the letter lie."""
    found = {
        iso
        for n in scene.places
        if n.key != rival.mentions[0].key and n.size is not None
        for iso in _clear(n)
        if region_of(iso) != "other"
    }
    return _only(found)


def _clear(named: Named) -> tuple[str, ...]:
    """The country of a neighbouring place, where there is no doubt of it."""
    iso = named.countries[0] if len(named.countries) == 1 else surest(named.name)
    return (iso,) if iso and not named.denied else ()


def _of_area(area: Named) -> tuple[str, ...]:
    """The country of a province: the one that the table of areas has, not that of a town of the same name."""
    listed = tuple(iso for iso, size in candidates(area.name).items() if size == 0)
    return area.countries if area.given else listed if len(listed) == 1 else _clear(area)


def _only(countries: set[str]) -> str | None:
    return next(iter(countries)) if len(countries) == 1 else None
