"""The world region that a letter wishes or means: the partner's, else what its sentences say of regions."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from klimapartner.intents.cues import Hit, find_cues, fold, labels
from klimapartner.intents.partner import PartnerDecision
from klimapartner.intents.partner_names import Span
from klimapartner.intents.partner_scene import POSITIVE, clause_labels, is_of_body
from klimapartner.intents.partnership_voice import hear
from klimapartner.intents.reading import Evidence, Letter, Region
from klimapartner.intents.sentences import Sentence
from klimapartner.intents.telling import is_asking, negated
from klimapartner.intents.world import Mention, candidates, find, region_of

REASONS = {
    "africa": "Afrika gewünscht",
    "latin_america": "Lateinamerika gewünscht",
    "open": "für beide Regionen offen",
    "other": "nur andere Weltregion genannt",
}
NEGATIVE = {"partner.reject", "region.against", "partner.story"}
EITHER = re.compile(
    r"(?:amerika|africa|afrika|afrique|áfrica|america|américa|amérique|karibik)\S*\s(?:\S+\s)?(?:oder|or|ou|o)\s",
    re.IGNORECASE,
)
INTERESTED = {
    "partnership.none",
    "partnership.lack",
    "intent.interest.sure",
    "intent.interest.likely",
    "intent.correction.sure",
    "intent.correction.likely",
}
BOTH = re.compile(
    r"\b(?:vorlieb|präferenz|bevorzug|beide|egal|both|either|preferenc|préférenc|ambas|ambos)", re.IGNORECASE
)
PREFERS = re.compile(r"\b(?:aber|jedoch|allerdings|doch|wobei|but|though|mais|pero|aunque|mas)\b", re.IGNORECASE)
REGION_WORD = re.compile(r"regi[oóã]|r[ée]gion|[kc]ontinen|erdteil|weltgegend|länder|laender|geogra", re.IGNORECASE)
INSTEAD = re.compile(
    r"\b(?:statt|anstatt|anstelle von|nicht mehr|nicht länger|instead of|no longer)\W+$", re.IGNORECASE
)
INSTEAD_OF = re.compile(r"\s(?:statt|anstatt|anstelle|instead|rather|plutôt|en lugar|em vez)\b", re.IGNORECASE)
QUOTED_INSTEAD = re.compile(r"\b(?:statt|anstatt|anstelle von|instead of)\s+[\"„“»'][^\"“”«']*[\"“”«']", re.IGNORECASE)
SECOND = re.compile(
    r"\b(?:weder\b.*\bnoch|neither\b.*\bnor|ni\b.*\bni|nem\b.*\bnem)\s(?:[\w']+\s){0,3}$"
    r"|\b(?:eher|lieber|besser|naeher|mehr|rather|plutot|mas|mais|antes)\b.*\b(?:als|than|que)\s(?:[\w']+\s){0,2}$"
)
HEARD_AS: dict[str, Region] = {"wish_africa": "africa", "wish_latin": "latin_america", "wish_open": "open"}
HEARD = 0.45  # the voter's word from here on counts; chosen on writers that it had not seen
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
    named: bool = True


def decide_region(
    letter: Letter, sentences: Sequence[Sentence], partner: PartnerDecision, german: Sequence[Span] = ()
) -> RegionDecision:
    """The region of the partner meant, else of the wish; a question about regions is no wish."""
    if partner.partner and partner.partner.country:
        region = region_of(partner.partner.country)
        given = [e for e in partner.evidence if e.field == "partner.country"]
        sure = _sureness(partner, region)
        return RegionDecision(region, tuple(_from_country(replace(e, confidence=sure), region) for e in given))
    told = [s for s in sentences if s.zone != "signature"]
    interested = any(INTERESTED & labels(s.text) and not is_asking(s) for s in told)
    votes = [vote for before, s in zip([None, *told], told, strict=False) for vote in _votes(s, before)]
    decision = _decide([vote for vote in votes if vote.strong or interested])
    if decision.world_region or not interested:
        return decision
    return _decide(list(_heard(told, german)))


def _heard(told: list[Sentence], german: Sequence[Span]) -> Iterator[_Vote]:
    """What the voter says of the sentences that ask nothing, where the phrases say nothing of regions."""
    asked = [s for s in told if not is_asking(s)]
    for sentence, said in zip(asked, hear(told, german, [(s, None) for s in asked]), strict=True):
        named = {m.region for m in find(sentence.text) if m.kind != "place"} & set(SOUTH)
        for label, region in HEARD_AS.items():
            if said[label] >= HEARD and (region in named or (region == "open" and len(named) != 1)):
                yield _Vote(region, sentence, sentence.start, sentence.end, strong=False)
        if said["wish_country"] >= HEARD and len(named) == 1:
            yield _Vote(next(r for r in SOUTH if r in named), sentence, sentence.start, sentence.end, strong=False)


def _sureness(partner: PartnerDecision, region: Region) -> float:
    """As sure as the partner's country; as the partner itself where every place of its name lies in the region."""
    place = partner.partner.municipality if partner.partner else None
    within = place is not None and all(region_of(iso) == region for iso in candidates(place))
    return max((e.confidence for e in partner.evidence if within or e.field == "partner.country"), default=0.75)


def _from_country(evidence: Evidence, region: Region) -> Evidence:
    return Evidence(
        "world_region", region, evidence.start, evidence.end, evidence.confidence, "Weltregion des Partnerlandes"
    )


def _decide(votes: list[_Vote]) -> RegionDecision:
    """Both said to be fine, else the wished one, else the only one named, else one outside."""
    strong = {v.region for v in votes if v.strong and v.region in SOUTH}
    if any(v.region == "open" and (v.named or len(strong) != 1) for v in votes):
        return _result("open", votes)
    wished = strong or {v.region for v in votes if v.region in SOUTH}
    if len(wished) == 2:
        return _result("open", votes, wished) if strong else RegionDecision()
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


def _votes(sentence: Sentence, before: Sentence | None) -> list[_Vote]:
    """What a sentence says of regions; `before` is the sentence before it, which may have named them."""
    found = labels(sentence.text)
    if _asks(sentence, found):
        return []
    mentions = [m for m in find(sentence.text) if m.kind != "place" and m.region]
    kept = [m for m in mentions if not _is_negated(sentence.text, m)]
    left = {m.region for m in kept} & set(SOUTH)
    is_open = any(hit.label == "region.open" and not _is_denied(sentence.text, hit) for hit in find_cues(sentence.text))
    if (
        len(kept) < len(mentions)
        and len(left) < 2
        and not (is_open and BOTH.search(sentence.text) and _names_both(sentence))
    ):
        return _strong(sentence, kept, found - {"region.against"}) if left else []
    if is_open and _names_one(mentions):
        return [_Vote(m.region, sentence, sentence.start, sentence.end, strong=True) for m in kept if m.region]
    if is_open:
        preferred = [m for m in kept if PREFERS.search(sentence.text[: m.start])]
        votes = _strong(sentence, preferred, found) if len(left) == 1 else []
        return votes or _open(sentence, before)
    if "region.talk" in found:
        return []
    if _names_both(sentence) and EITHER.search(sentence.text) and not {"partnership.lack", "region.against"} & found:
        return [_Vote("open", sentence, sentence.start, sentence.end, strong=True)]
    return [vote for m in kept if (vote := _vote(sentence, m, found))]


def _asks(sentence: Sentence, found: frozenset[str]) -> bool:
    direct = sentence.text.rstrip().endswith("?") or "asking.indirect" in found
    return direct and is_asking(sentence) and "partner.wish" not in found


def _strong(sentence: Sentence, mentions: list[Mention], found: frozenset[str]) -> list[_Vote]:
    return [replace(vote, strong=True) for m in mentions if (vote := _vote(sentence, m, found))]


def _open(sentence: Sentence, before: Sentence | None) -> list[_Vote]:
    """Open it is only where regions are the subject: in the sentence, or in the one before."""
    if not (_is_of_regions(sentence) or (before and _is_of_regions(before))):
        return []
    named = any(m.region in SOUTH for m in find(sentence.text))
    return [_Vote("open", sentence, sentence.start, sentence.end, strong=True, named=named)]


def _vote(sentence: Sentence, mention: Mention, found: frozenset[str]) -> _Vote | None:
    if mention.region is None:
        return None
    if mention.kind == "demonym" and not is_of_body(sentence.text, mention):
        return None
    negative = NEGATIVE if mention.kind == "region" else NEGATIVE | {"partner.state"}
    if found & negative and _set_aside(sentence, mention, negative):
        return None
    wish = bool({"partner.wish", "region.label"} & found) or _is_of_partner(sentence, mention, found)
    if mention.kind != "region" and not wish:
        return None
    if mention.region == "other" and ("partner.wish" not in found or "partnership.existing" in found):
        return None
    if "partnership.lack" in found and not wish and _names_both(sentence):
        return None
    return _Vote(mention.region, sentence, sentence.start + mention.start, sentence.start + mention.end, wish)


def _is_of_partner(sentence: Sentence, mention: Mention, found: frozenset[str]) -> bool:
    """Whether the clause speaks of a partner in the region, not of one that is missing."""
    tied = "partner.tie" in clause_labels(sentence.text, mention.start)
    return mention.kind == "region" and tied and "partnership.lack" not in found


def _is_of_regions(sentence: Sentence) -> bool:
    return bool(REGION_WORD.search(sentence.text)) or any(m.region in SOUTH for m in find(sentence.text))


def _is_denied(text: str, hit: Hit) -> bool:
    """Whether being open is what is taken back ("statt 'offen'")."""
    last = max(text.rfind(" ", hit.start, hit.end) + 1, hit.start)
    return bool(INSTEAD.search(text[: hit.start]) or INSTEAD.search(text[:last]))


def _is_negated(text: str, mention: Mention) -> bool:
    """Whether it is denied in its clause, the lesser of two, or the second after "neither"."""
    plain = QUOTED_INSTEAD.sub(lambda m: "." * len(m.group()), text)
    if plain[mention.start] == ".":
        return True
    later = INSTEAD_OF.search(plain, mention.end)
    plain = plain[: later.start()] if later else plain
    before, inside = fold(plain[: mention.start]), fold(plain[mention.start : mention.end])
    return bool(SECOND.search(before)) or negated(fold(plain), len(before), len(before) + len(inside))


def _names_one(mentions: list[Mention]) -> bool:
    """Whether several countries of one region are named and no region: open is then only which of them it is."""
    regions = {m.region for m in mentions}
    return len(mentions) > 1 and len(regions) == 1 and all(m.kind == "country" for m in mentions)


def _names_both(sentence: Sentence) -> bool:
    return {m.region for m in find(sentence.text)} >= set(SOUTH)


def _set_aside(sentence: Sentence, mention: Mention, negative: set[str]) -> bool:
    """Whether a negative cue speaks of the mention: in its own clause, or in a sentence that wishes nothing there."""
    own = clause_labels(sentence.text, mention.start)
    return bool(own & negative) or not own & POSITIVE
