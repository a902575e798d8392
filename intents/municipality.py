"""Which German body a letter speaks for, and which take part with it.

Every name in the letter is weighed by its part in its sentence (place_roles) and by what the letter says about where
its writer sits (place_facts); size never counts. Bodies of one name that nothing tells apart are all listed, none is
chosen.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from klimapartner.intents.gazetteer.table import Entry, gazetteer
from klimapartner.intents.misspelt import misspelt_uses
from klimapartner.intents.place_claims import Claim, bare, claims_in
from klimapartner.intents.place_facts import gather
from klimapartner.intents.place_header import OFFICIAL
from klimapartner.intents.place_roles import Use, uses_in
from klimapartner.intents.place_seat import vouched_uses
from klimapartner.intents.place_words import cue
from klimapartner.intents.reading import Body, Candidate, Evidence, Letter, Office
from klimapartner.intents.sender import is_group, is_southern
from klimapartner.intents.sentences import Sentence
from klimapartner.intents.together import companions, is_member, is_refused

ENOUGH = 2.5
NAMED = 2.0
MARGIN = 2.0
LISTED = 6
COMPANY = 0.85  # confidence of a body in company; set by hand, not measured
TOGETHER = frozenset({"Handelnd", "Absendername", "Satzgegenstand"})  # a town beside the county of its name
STRONG = frozenset({"Körperschaft", "Absender", "Formularfeld", "Absendername", "Eigenschaftswort"})
WORDS = ("Alltagswort", "Eigenschaftswort", "Ort im Ausland")  # asides that are no German names at all
ELSEWHERE = -4.0  # postcode, dialling code and Land all speak against the only body of a name

Group = list[Claim]


@dataclass(frozen=True, slots=True)
class MunicipalityDecision:
    """The body that writes (None: none named, or undecided), those that join it, the rivals, and the reasons.

    `uses` are all names of German bodies found, whatever part they play (not the words that only look like one).
    """

    municipality: Body | None = None
    co: tuple[Body, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    entry: Entry | None = None
    uses: tuple[Use, ...] = ()
    signed: bool = False


def is_signed(decision: MunicipalityDecision) -> bool:
    """Whether the sender's name, address or signature speaks for the body, not its text alone.

    Who wants nothing of the programme names towns as customers, or where he lives.
    """
    return decision.signed


def _is_mailed(claim: Claim) -> bool:
    return claim.voice.get("Mailadresse", 0.0) >= (2.0 if claim.uses else OFFICIAL)


def _is_signed(claim: Claim) -> bool:
    """A domain that only has the name in it (solar-celle.example) may be anybody's in the town."""
    kinds = {kind for use in claim.uses for kind, _ in use.weights}
    below = any(use.level and use.sentence.zone in ("signature", "attachment") for use in claim.uses)
    return "Absendername" in claim.voice or _is_mailed(claim) or "Anschrift" in kinds or below


def decide_municipality(
    letter: Letter, sentences: Sequence[Sentence], *, office: Office | None = None
) -> MunicipalityDecision:
    """The body a letter speaks for; a party's or a council group's letter speaks for none."""
    ours = office or Office()
    uses = tuple(use for sentence in sentences for use in uses_in(sentence))
    named = tuple(use for use in uses if use.aside not in WORDS)
    facts = gather(letter, sentences, ours)
    if is_group(letter) or cue("other", "group").search(facts.text):
        return MunicipalityDecision(uses=named)
    southern = is_southern(letter, sentences)
    groups = _groups(claims_in(letter, uses, facts, ours, southern))
    if not any(_speaks(group[0]) for group in groups) and not southern:
        groups = _groups(claims_in(letter, tuple(vouched_uses(letter, uses, facts)), facts, ours, southern))
    if not groups and (uses_of_typos := tuple(misspelt_uses(sentences))):
        named += uses_of_typos
        groups = _groups(claims_in(letter, (*uses, *uses_of_typos), facts, ours, southern))
    return _joined(_decided(groups, named), uses, facts.text)


def _decided(groups: list[Group], uses: tuple[Use, ...]) -> MunicipalityDecision:
    first = next((group for group in groups if _speaks(group[0])), None)
    if first is None:
        return MunicipalityDecision(uses=uses)
    chosen = _choose(first)
    if chosen is None:
        return MunicipalityDecision(candidates=_listed(first), uses=uses)
    others = [
        other for group in groups if group is not first and (other := _choose(group)) and _joins(chosen, other, uses)
    ]
    chosen, *others = sorted((chosen, *others), key=_leads)
    return MunicipalityDecision(
        municipality=_body(chosen.entry),
        co=tuple(_body(other.entry) for other in others),
        candidates=_listed(first[1:]),
        evidence=(*_evidence("municipality", chosen), *(e for o in others for e in _evidence("co_municipalities", o))),
        entry=chosen.entry,
        uses=uses,
        signed=_is_signed(chosen),
    )


def _joined(decision: MunicipalityDecision, uses: Sequence[Use], text: str) -> MunicipalityDecision:
    """The decision with the bodies in company, which need not speak themselves; `text` is the folded letter."""
    if decision.entry is None:
        return decision
    known = {_body(decision.entry), *decision.co}
    found = {entry: use for entry, use in companions(decision.entry, uses, text) if _body(entry) not in known}
    evidence = tuple(
        Evidence("co_municipalities", entry.ags or entry.name, use.start, use.end, COMPANY, "gemeinsam genannt")
        for entry, use in found.items()
    )
    co = (*decision.co, *map(_body, found))
    return replace(decision, co=co, evidence=(*decision.evidence, *evidence))


def _groups(claims: Iterable[Claim]) -> list[Group]:
    """Claims of one name and kind together, the loudest group first; seats and surroundings are left out."""
    by_name: dict[tuple[str, str], Group] = defaultdict(list)
    for claim in claims:
        by_name[bare(claim.entry), _class(claim.entry)].append(claim)
    groups = [sorted(group, key=lambda claim: -claim.total) for group in by_name.values()]
    groups = [group for group in groups if not any(_only_seat(group, other) for other in groups)]
    return sorted(groups, key=lambda group: -_loudness(group[0]))


def _class(entry: Entry) -> str:
    return "town" if entry.is_town else "county" if entry.is_county else "joint"


def _speaks(claim: Claim) -> bool:
    return claim.speaking >= ENOUGH or (claim.speaking >= 1.0 and claim.placed >= 4.0)


def _loudness(claim: Claim) -> float:
    return claim.speaking + 0.5 * max(-4.0, min(4.0, claim.placed))


def _only_seat(group: Group, other: Group) -> bool:
    """Whether a town is only where the county or association of the other group has its seat."""
    town, body = group[0].entry, other[0].entry
    if not town.is_town or body.is_town or STRONG.isdisjoint(other[0].voice):
        return False
    inside = [claim for claim in group if claim.entry.county == body.county]
    return bool(inside) and not any(_acts(claim) for claim in inside)


def _acts(claim: Claim) -> bool:
    if not {"nimmt nicht teil", "unbeteiligt"}.isdisjoint(claim.voice):
        return False
    return bool(STRONG & claim.voice.keys()) or "Handelnd" in claim.voice


def _choose(group: Group) -> Claim | None:
    """The claim that its namesakes leave behind; none where they are too close, or where it lies elsewhere."""
    best = group[0]
    if len(group) == 1:
        return best if best.placed > ELSEWHERE else None
    return best if best.total - group[1].total >= MARGIN else None


def _joins(first: Claim, other: Claim, uses: Sequence[Use]) -> bool:
    """Whether the other body takes part together with the first."""
    if is_member(other.entry, first.entry):
        return False
    if other.speaking < NAMED or (bare(first.entry) == bare(other.entry) and TOGETHER.isdisjoint(other.voice)):
        return False
    if any(is_refused(use, uses) for use in other.uses):
        return False
    shared = {id(use) for use in first.uses} & {id(use) for use in other.uses}
    pairs = ((a, b) for a in first.uses for b in other.uses if a.sentence is b.sentence)
    return not shared and (any(_linked(a, b) for a, b in pairs) or any(_adds_itself(use) for use in other.uses))


def _leads(claim: Claim) -> tuple[bool, float, int]:
    """Order of bodies that take part together: the sender's own, then the leading one, then the first named."""
    header = not {"Absendername", "Mailadresse"}.isdisjoint(claim.voice)
    alone = any(
        use.sentence.zone == "subject" or cue("together", "leads").search(use.mention.after) for use in claim.uses
    )
    return not header, not alone, min((use.start for use in claim.uses), default=0)


def _linked(one: Use, other: Use) -> bool:
    if one.mention is other.mention:
        return True
    left, right = sorted((one.mention, other.mention), key=lambda mention: mention.start)
    at = right.before.rfind(left.name)
    gap = right.before[at + len(left.name) :].removeprefix("s") if at >= 0 else "?"
    if cue("together", "link").match(gap) or cue("together", "sentence").search(f"{right.before} {right.after}"):
        return True
    return bool(
        re.search(r"\b(?:und|sowie|and|et|y|e)\b", gap) and cue("together", "plural").match(right.after.strip())
    )


def _adds_itself(use: Use) -> bool:
    acts = any(kind in ("Handelnd", "Satzgegenstand") for kind, _ in use.weights)
    return acts and bool(cue("together", "added").match(use.mention.after.strip()))


def _body(entry: Entry) -> Body:
    if entry.kind == "Bezirk":
        return Body(gazetteer().by_key[entry.ags or ""].name, entry.ags, entry.name)
    return Body(entry.name, entry.ags)


def _listed(group: Group) -> tuple[Candidate, ...]:
    return tuple(_candidate(claim) for claim in group[:LISTED])


def _candidate(claim: Claim) -> Candidate:
    entry = claim.entry
    county = gazetteer().by_key.get(entry.county) if entry.is_town else None
    reason = claim.reason or "trägt denselben Namen"
    return Candidate(entry.name, entry.ags, entry.kind, county.name if county else None, round(claim.total, 2), reason)


def _evidence(field: str, claim: Claim) -> Iterator[Evidence]:
    value, confidence = claim.entry.ags or claim.entry.name, _confidence(claim)
    for use in sorted(claim.uses, key=lambda use: -use.total)[:2]:
        reason = ", ".join(kind for kind, _ in sorted(use.weights, key=lambda item: -item[1])[:2]) or "genannt"
        yield Evidence(field, value, use.start, use.end, confidence, reason)
    for kind in ("Absendername", "Mailadresse"):
        if kind in claim.voice:
            yield Evidence(field, value, None, None, confidence, kind, "From")


def _confidence(claim: Claim) -> float:
    return round(min(0.99, 0.6 + 0.05 * claim.speaking + 0.02 * max(0.0, claim.placed)), 2)
