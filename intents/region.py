"""The world region that a letter wishes or means: the partner's, else what its sentences say of regions."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from klimapartner.intents.cues import labels
from klimapartner.intents.partner import PartnerDecision
from klimapartner.intents.partner_names import Span
from klimapartner.intents.partnership_voice import hear
from klimapartner.intents.reading import Evidence, Letter, Region
from klimapartner.intents.region_votes import REGION_WORD, Vote, votes_of
from klimapartner.intents.sentences import Sentence
from klimapartner.intents.telling import is_asking
from klimapartner.intents.world import SOUTH, candidates, find, region_of

REASONS = {
    "africa": "Afrika gewünscht",
    "latin_america": "Lateinamerika gewünscht",
    "open": "für beide Regionen offen",
    "other": "nur andere Weltregion genannt",
}
INTERESTED = {
    "partnership.none",
    "partnership.lack",
    "intent.interest.sure",
    "intent.interest.likely",
    "intent.correction.sure",
    "intent.correction.likely",
}
CORRECTS = {"intent.correction.sure", "intent.correction.likely"}
JOINS = re.compile(
    r"mitmach|mitzumachen|mit ?bi\b|teilnehm|teilzunehmen|bewerb|bewirbt|dabei ?(?:sein|zu sein)|beteilig|einsteigen"
    r"|\bjoin\b|take part|particip|candidat|concour|concorr|postul|inscri|\bapply",
    re.IGNORECASE,
)
NOW = re.compile(
    r"\b(?:nun|jetzt|nunmehr|inzwischen|mittlerweile|stattdessen|schließlich|doch lieber|letztlich|now|instead"
    r"|finally|désormais|finalement|ahora|finalmente|agora|afinal)\b",
    re.IGNORECASE,
)
# What an earlier wish is told with, before the one that holds.
ONCE = re.compile(
    r"\b(?:ursprünglich\w*|zunächst|anfangs|anfänglich\w*|zuerst|erst (?:dachten|wollten)|eigentlich|lange zeit"
    r"|bis vor kurzem|originally|initially|at first|d['’]abord|au départ|initialement|al principio|inicialmente"
    r"|en un principio|de início|a princípio|no começo)\b",
    re.IGNORECASE,
)
ALSO = re.compile(r"\b(?:auch|ebenso|ebenfalls|genauso|also|too|as well|aussi|tambi[eé]n|também)\b", re.IGNORECASE)
HEARD_AS: dict[str, Region] = {"wish_africa": "africa", "wish_latin": "latin_america", "wish_open": "open"}
HEARD = 0.45  # the voter's word from here on counts; chosen on writers that it had not seen


@dataclass(frozen=True, slots=True)
class RegionDecision:
    """The region, None where nothing is said, and why."""

    world_region: Region | None = None
    evidence: tuple[Evidence, ...] = ()


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
    return _by_wish(told, partner, german, interested=any(_is_interest(s) for s in told))


def decide_wished_region(
    sentences: Sequence[Sentence], partner: PartnerDecision, german: Sequence[Span] = ()
) -> RegionDecision:
    """The region that a letter wishes of which it is known that it wants to take part."""
    return _by_wish([s for s in sentences if s.zone != "signature"], partner, german, interested=True)


def _by_wish(
    told: list[Sentence], partner: PartnerDecision, german: Sequence[Span], *, interested: bool
) -> RegionDecision:
    votes = [vote for before, s in zip([None, *told], told, strict=False) for vote in votes_of(s, before)]
    votes = [vote for vote in votes if vote.sentence not in partner.aside or _is_region(vote)]
    votes = _last_word(votes, corrects=any(CORRECTS & labels(s.text) for s in told))
    decision = _decide([vote for vote in votes if vote.strong or interested])
    if decision.world_region or not interested:
        return decision
    return _decide(list(_heard(told, german)))


def speaks_of(sentence: Sentence, region: Region) -> bool:
    """Whether a sentence names a region or lies in it, or, of "open", says that any is fine or names both."""
    named = {m.region for m in find(sentence.text)}
    if region == "open":
        return "region.open" in labels(sentence.text) or named >= set(SOUTH)
    return region in named


def _is_region(vote: Vote) -> bool:
    """Whether a vote stands on the name of a region, not on that of a country."""
    text = vote.sentence.text[vote.start - vote.sentence.start : vote.end - vote.sentence.start]
    return any(m.kind == "region" for m in find(text))


def _is_interest(sentence: Sentence) -> bool:
    """Whether a sentence says that the writers want to take part, or lack a partner."""
    if is_asking(sentence):
        return False
    return bool(INTERESTED & labels(sentence.text) or JOINS.search(sentence.text))


def _last_word(votes: list[Vote], *, corrects: bool) -> list[Vote]:
    """The votes without the region that a later sentence replaces, in a correction or by its own words."""
    strong = [v for v in votes if v.strong and v.region in SOUTH]
    if len({v.region for v in strong}) < 2:
        return votes
    last = strong[-1]
    earlier = [v for v in strong if v.region != last.region]
    replaces = corrects or NOW.search(last.sentence.text) or all(ONCE.search(v.sentence.text) for v in earlier)
    if not replaces or ALSO.search(last.sentence.text) or any(v.sentence is last.sentence for v in earlier):
        return votes
    return [v for v in votes if v not in earlier]


def _heard(told: list[Sentence], german: Sequence[Span]) -> Iterator[Vote]:
    """What the voter says of the sentences that ask nothing, where the phrases say nothing of regions."""
    asked = [s for s in told if not is_asking(s)]
    for sentence, said in zip(asked, hear(told, german, [(s, None) for s in asked]), strict=True):
        named = {m.region for m in find(sentence.text) if m.kind != "place"} & set(SOUTH)
        if len(named) == 1 and "region.against" in labels(sentence.text):
            continue
        for label, region in HEARD_AS.items():
            if said[label] >= HEARD and (region in named or (region == "open" and _is_of_all(sentence, named))):
                yield Vote(region, sentence, sentence.start, sentence.end, strong=False)
        if said["wish_country"] >= HEARD and len(named) == 1:
            yield Vote(next(r for r in SOUTH if r in named), sentence, sentence.start, sentence.end, strong=False)


def _is_of_all(sentence: Sentence, named: set[Region | None]) -> bool:
    """Whether being open is said of regions: both are named, or none but the subject is theirs."""
    speaks = bool(REGION_WORD.search(sentence.text)) or "region.open" in labels(sentence.text)
    return len(named) == 2 or (not named and speaks)


def _sureness(partner: PartnerDecision, region: Region) -> float:
    """As sure as the partner's country; as the partner itself where every place of its name lies in the region."""
    place = partner.partner.municipality if partner.partner else None
    within = place is not None and all(region_of(iso) == region for iso in candidates(place))
    return max((e.confidence for e in partner.evidence if within or e.field == "partner.country"), default=0.75)


def _from_country(evidence: Evidence, region: Region) -> Evidence:
    return Evidence(
        "world_region", region, evidence.start, evidence.end, evidence.confidence, "Weltregion des Partnerlandes"
    )


def _decide(votes: list[Vote]) -> RegionDecision:
    """Both said to be fine, else the wished one, else the only one named, else one outside."""
    strong = {v.region for v in votes if v.strong and v.region in SOUTH}
    if any(v.region == "open" and (v.named or len(strong) != 1) for v in votes):
        return _result("open", votes)
    others = [v for v in votes if v.region == "other" and v.strong]
    wished = strong or ({v.region for v in votes if v.region in SOUTH} if not others else set())
    if len(wished) == 2:
        return _result("open", votes, wished) if strong else RegionDecision()
    if wished:
        return _result(wished.pop(), votes)
    return _result("other", others) if others else RegionDecision()


def _result(region: Region, votes: list[Vote], speaking: set[Region] | None = None) -> RegionDecision:
    chosen = [v for v in votes if v.region in (speaking or {region})]
    evidence = tuple(
        Evidence("world_region", region, v.start, v.end, 0.9 if v.strong else 0.75, REASONS[region]) for v in chosen[:2]
    )
    return RegionDecision(region, evidence)
