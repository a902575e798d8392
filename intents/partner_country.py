"""The country of a place that a letter names: from the text first, else from the gazetteer where it leaves no doubt."""

from dataclasses import replace

from klimapartner.intents.cues import labels
from klimapartner.intents.partner_names import Named
from klimapartner.intents.partner_scene import Rival, Scene, is_meant, shares
from klimapartner.intents.world import candidates, earlier_country, region_of, surest


def resolve(rival: Rival, scene: Scene) -> Rival:
    """The rival with the country that the text gives it, else its only or clearly meant one, else None."""
    given = {m.countries for m in rival.mentions if m.given}
    if given:
        return replace(rival, country=_only(set(next(iter(given)))) if len(given) == 1 else None)
    possible = set(candidates(rival.name))
    country = _by_context(rival, possible, scene) or _by_itself(rival, scene)
    return replace(rival, country=country)


def supported(rival: Rival, scene: Scene) -> Rival:
    """A sentence that tells of contacts in the same country, without naming the place, speaks for it."""
    others = (s for s, m in scene.mentions if rival.country in m.countries and not shares(rival, s) and is_meant(s, m))
    speaks = any({"partner.contact", "partner.tie", "partner.wish"} & labels(s.text) for s in others)
    return replace(rival, score=rival.score + 1.0 * speaks)


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
    return earlier_country(scene.body_key, rival.name) or surest(rival.name)


def _clear(named: Named) -> tuple[str, ...]:
    """The country of a neighbouring place, where there is no doubt of it."""
    iso = named.countries[0] if len(named.countries) == 1 else surest(named.name)
    return (iso,) if iso and not named.denied else ()


def _only(countries: set[str]) -> str | None:
    return next(iter(countries)) if len(countries) == 1 else None
