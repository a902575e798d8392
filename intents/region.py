"""The world region that a letter wishes or means: the partner's, else what its sentences say of regions."""

from collections.abc import Sequence
from dataclasses import dataclass

from klimapartner.intents.cues import labels
from klimapartner.intents.partner import PartnerDecision, is_of_body
from klimapartner.intents.partner_names import is_denied
from klimapartner.intents.reading import Evidence, Letter, Region
from klimapartner.intents.sentences import Sentence
from klimapartner.intents.telling import is_asking
from klimapartner.intents.world import Mention, find, region_of

REASONS = {
    "africa": "Afrika gewünscht",
    "latin_america": "Lateinamerika gewünscht",
    "open": "für beide Regionen offen",
    "other": "nur andere Weltregion genannt",
}
SOUTH: tuple[Region, Region] = ("africa", "latin_america")


@dataclass(frozen=True, slots=True)
class RegionDecision:
    """The region, None where nothing is said, and why."""

    world_region: Region | None = None
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class _Vote:
    region: Region
    sentence: Sentence
    start: int
    end: int
    strong: bool


def decide_region(letter: Letter, sentences: Sequence[Sentence], partner: PartnerDecision) -> RegionDecision:
    """The region of the partner meant, else of the wish; a question about regions is no wish."""
    if partner.partner and partner.partner.country:
        region = region_of(partner.partner.country)
        return RegionDecision(
            region, tuple(_from_country(e, region) for e in partner.evidence if e.field == "partner.country")
        )
    votes = [vote for s in sentences if s.zone != "signature" for vote in _votes(s)]
    return _decide(votes)


def _from_country(evidence: Evidence, region: Region) -> Evidence:
    return Evidence(
        "world_region", region, evidence.start, evidence.end, evidence.confidence, "Weltregion des Partnerlandes"
    )


def _decide(votes: list[_Vote]) -> RegionDecision:
    for region in ("open",):
        if any(v.region == region for v in votes):
            return _result("open", votes)
    wished = {v.region for v in votes if v.strong and v.region in SOUTH} or {
        v.region for v in votes if v.region in SOUTH
    }
    if len(wished) == 2:
        return _result("open", votes, wished) if any(v.strong for v in votes) else RegionDecision()
    if wished:
        return _result(wished.pop(), votes)
    others = [v for v in votes if v.region == "other" and v.strong]
    return _result("other", others) if others else RegionDecision()


def _result(region: Region, votes: list[_Vote], speaking: set[Region] | None = None) -> RegionDecision:
    chosen = [v for v in votes if v.region in (speaking or {region})]
    evidence = tuple(
        Evidence("world_region", region, v.start, v.end, 0.9 if v.strong else 0.75, REASONS[region]) for v in chosen[:2]
    )
    return RegionDecision(region, evidence)


def _votes(sentence: Sentence) -> list[_Vote]:
    found = labels(sentence.text)
    asking = is_asking(sentence) and "partner.wish" not in found
    if "region.open" in found and not asking:
        return [_Vote("open", sentence, sentence.start, sentence.end, strong=True)]
    if asking or "region.talk" in found or "partner.state" in found:
        return []
    return [vote for m in find(sentence.text) if (vote := _vote(sentence, m, found))]


def _vote(sentence: Sentence, mention: Mention, found: frozenset[str]) -> _Vote | None:
    if mention.kind == "place" or mention.region is None or is_denied(sentence.text, mention.start):
        return None
    if mention.kind == "demonym" and not is_of_body(sentence.text, mention):
        return None
    negative = bool(found & {"partner.reject", "region.against", "partner.story"})
    if negative and ("partner.wish" not in found or _set_aside(sentence, mention)):
        return None
    wish = "partner.wish" in found
    if mention.region == "other" and ("partner.wish" not in found or "partnership.existing" in found):
        return None
    if not wish and not _is_brief(sentence, found):
        return None
    return _Vote(mention.region, sentence, sentence.start + mention.start, sentence.start + mention.end, wish)


def _is_brief(sentence: Sentence, found: frozenset[str]) -> bool:
    """Whether it is a fragment or form line that needs no verb ("Region: Afrika"), or speaks of the search."""
    return len(sentence.text.split()) <= 8 or bool(found & {"partnership.none", "needs.matchmaking"})


def _set_aside(sentence: Sentence, mention: Mention) -> bool:
    """Whether a cue against regions stands in the mention's own clause."""
    text = sentence.text
    if sum(m.region in SOUTH for m in find(text)) == 1 and "partner.story" not in labels(text):
        return True
    left = max(text.rfind(mark, 0, mention.start) for mark in (",", ";", "–", " weil ", " denn ")) + 1
    right = min((place for mark in (",", ";", "–", " weil ", " denn ") if (place := text.find(mark, mention.end)) >= 0), default=len(text))
    return bool({"region.against", "partner.reject"} & labels(text[left:right].strip()))
