"""Which German body a letter speaks for, and which take part with it.

Every name in the letter is weighed by its part in its sentence (place_roles) and by what the letter says about where
its writer sits (place_facts); size never counts. Bodies of one name that nothing tells apart are all listed, none is
chosen.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from klimapartner.intents.gazetteer.forms import FULL
from klimapartner.intents.gazetteer.names import core
from klimapartner.intents.gazetteer.table import Entry, gazetteer
from klimapartner.intents.place_facts import Facts, gather, support
from klimapartner.intents.place_roles import Use, cue, uses_in
from klimapartner.intents.reading import Body, Candidate, Evidence, Letter, Office
from klimapartner.intents.sender import is_group
from klimapartner.intents.sentences import Sentence

ENOUGH = 2.5
MARGIN = 2.0
LISTED = 6
BESIDE = ("Straße", "Partnerstadt", "Personenname", "Alltagswort", "ausgeschlossen", "Antrag einer Fraktion", "Lage")
TOWN_LEVELS = {"town": ("Stadt", "kreisfreie Stadt"), "market": ("Markt",)}


@dataclass(frozen=True, slots=True)
class MunicipalityDecision:
    """The body that writes (None: none named, or undecided), those that join it, the rivals, and the reasons."""

    municipality: Body | None = None
    co: tuple[Body, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    entry: Entry | None = None
    uses: tuple[Use, ...] = ()


@dataclass(slots=True)
class Claim:
    """What speaks for one body: `voice` that it is the sender, `place` that it is this one of its name."""

    entry: Entry
    voice: dict[str, float]
    place: dict[str, float]
    uses: list[Use]

    @property
    def speaking(self) -> float:
        return sum(self.voice.values())

    @property
    def total(self) -> float:
        return self.speaking + sum(self.place.values())

    @property
    def reason(self) -> str:
        kinds = sorted({**self.voice, **self.place}.items(), key=lambda item: -item[1])
        return ", ".join(kind for kind, weight in kinds[:3] if kind and weight > 0)


def decide_municipality(
    letter: Letter, sentences: Sequence[Sentence], *, office: Office = Office()
) -> MunicipalityDecision:
    """The body a letter speaks for."""
    uses = tuple(use for sentence in sentences for use in uses_in(sentence))
    if is_group(letter):
        return MunicipalityDecision(uses=uses)
    facts = gather(letter, sentences, office)
    claims = _claims(letter, uses, facts, office)
    groups = _groups(claims, uses)
    if not groups:
        return MunicipalityDecision(uses=uses)
    chosen, rivals = _choose(groups[0])
    if chosen is None:
        return MunicipalityDecision(candidates=_listed(rivals), uses=uses)
    others = [winner for group in groups[1:] if (winner := _choose(group)[0]) and _joins(chosen, winner, uses)]
    co = tuple(_body(other.entry) for other in others)
    evidence = tuple(_evidence("municipality", chosen)) + tuple(
        e for o in others for e in _evidence("co_municipalities", o)
    )
    return MunicipalityDecision(_body(chosen.entry), co, _listed(rivals[1:]), evidence, chosen.entry, uses)


def _claims(letter: Letter, uses: Sequence[Use], facts: Facts, office: Office) -> list[Claim]:
    claims: dict[str, Claim] = {}

    def claim(body: Entry) -> Claim:
        return claims.setdefault(body.key, Claim(body, {}, {}, []))

    for use in uses:
        if use.aside or use.postcode in office.postcodes:
            continue
        for body in use.bodies:
            _add_use(claim(body), use)
    for kind, weight, body in _headers(letter, facts):
        claim(body).voice[kind] = weight
    if len({core(bare(found.entry)) for found in claims.values()}) == 1:
        for found in claims.values():
            found.voice["einziger Ort"] = 1.5
    for found in claims.values():
        found.place.update(support(found.entry, facts))
        if found.entry.valid_to:
            found.place["aufgelöst"] = -3.0
        if any(area.key == found.entry.key for area in facts.areas):
            found.voice["Vorwahl"] = 1.0
    return list(claims.values())


def _add_use(claim: Claim, use: Use) -> None:
    claim.uses.append(use)
    for kind, weight in use.weights:
        claim.voice[kind] = max(claim.voice.get(kind, 0.0), weight)
    for kind, weight in _by_word(claim.entry, use):
        claim.place[kind] = weight
    quality = next((quality for quality, body in use.mention.bearers if body is claim.entry), "")
    if quality in "FLX" and use.mention.name != core(bare(claim.entry)):
        claim.place["voller Name"] = 6.0


def _by_word(body: Entry, use: Use) -> Iterator[tuple[str, float]]:
    """What the word before a name (Stadt, Markt, Flecken, Ortsgemeinde, Magistrat) says about which body it is."""
    word = use.word
    if word.startswith(("magistrat", "gemeindevorstand", "gemeindevertretung")):
        yield "hessische Amtsbezeichnung", 2.0 if body.state == "HE" else -0.5
    elif word.startswith("ortsgemeinde"):
        yield "Ortsgemeinde", 3.0 if body.state == "RP" else -3.0
    elif use.level == "town" and word.endswith(("stadt", "stadtverwaltung", "stadtrat", "stadtrates")):
        yield ("Stadt", 1.5) if body.kind in ("Stadt", "kreisfreie Stadt") else ("keine Stadt", -4.0)
    elif use.level == "village" and word.startswith(("gemeinde", "gmd", "gmde", "gde")):
        yield ("Gemeinde", 1.0) if body.kind in ("Gemeinde", "Markt") else ("keine Gemeinde", -2.5)
    elif use.level == "market":
        yield ("Markt", 2.5) if body.kind == "Markt" else ("kein Markt", -3.0)
    elif use.level == "spot":
        yield ("Flecken", 2.5) if "lecken" in body.addition else ("kein Flecken", -2.0)


OFFICE_WORDS = re.compile(
    r"stadt|gemeinde|rathaus|kreis|amt\b|ämter|amts|verwaltung|büro|bürgermeister|landrat|stelle|magistrat|markt|bezirk|referat"
    r"|international|partnerschaft|klima|umwelt|vorzimmer|sekretariat|agenda|pressestelle|verband|fachbereich|fachdienst|vg\b|lk\b|lra\b|samt"
    r"|entwicklung|mairie|city|ville|koordination|flecken|gde|gmd|bgm\b|ob\b",
    re.IGNORECASE,
)


def _headers(letter: Letter, facts: Facts) -> Iterator[tuple[str, float, Entry]]:
    """(evidence, weight, body) of the sender's name and mail address."""
    local = re.sub(r"[^a-zäöüß]+", " ", letter.from_addr.rpartition("@")[0].lower())
    for use in uses_in(Sentence(letter.from_name, 0, len(letter.from_name), "header")):
        if use.aside not in ("", "Alltagswort", "nur erwähnt"):
            continue
        named = (
            bool(use.level)
            or bool(OFFICE_WORDS.search(letter.from_name))
            or letter.from_name.strip() == use.mention.text
        )
        if (named and (use.level or not use.mention.everyday)) and not _is_person(use.mention.name, local):
            for body in use.bodies:
                yield "Absendername", 4.0, body
    for quality, body in facts.domain.names:
        yield "Mailadresse", (4.0 if facts.domain.official else 2.0) + (1.0 if quality == FULL else 0.0), body
    if not facts.domain.names:
        for use in uses_in(Sentence(local, 0, len(local), "header")):
            if not use.mention.everyday and re.search(
                r"\b(?:bgm|buergermeister\w*|gemeinde|stadt|rathaus|info|ob|umwelt|klima)\b", local
            ):
                for body in use.bodies:
                    yield "Mailadresse", 2.0, body


def _is_person(name: str, local: str) -> bool:
    return name in local.split() and len(local.split()) > 1


def bare(entry: Entry) -> str:
    """A body's name without the word for its kind."""
    return re.sub(
        r"^(?:Land)?[Kk]reis |^Bezirk |^(?:Verbands|Samt)gemeinde |^Amt |^Verwaltungsgemeinschaft ", "", entry.name
    )


def _class(entry: Entry) -> str:
    return "town" if entry.is_town else "county" if entry.is_county else "joint"


Group = list[Claim]


def _groups(claims: Iterable[Claim], uses: Sequence[Use]) -> list[Group]:
    """Claims of one name and class together, those that speak loudest first, seats and surroundings left out."""
    by_name: dict[tuple[str, str], Group] = defaultdict(list)
    for claim in claims:
        by_name[core(bare(claim.entry)), _class(claim.entry)].append(claim)
    groups = [sorted(group, key=lambda claim: -claim.total) for group in by_name.values()]
    groups = [group for group in groups if _speaks(group[0])]
    groups = [group for group in groups if not any(_only_seat(group, other) for other in groups)]
    return sorted(groups, key=lambda group: -_loudness(group[0]))


def _speaks(claim: Claim) -> bool:
    place = sum(claim.place.values())
    return claim.speaking >= ENOUGH or (claim.speaking >= 1.0 and place >= 4.0)


def _loudness(claim: Claim) -> float:
    return claim.speaking + 0.5 * max(-4.0, min(4.0, sum(claim.place.values())))


STRONG = ("Körperschaft", "Absender", "Formularfeld", "Absendername", "Eigenschaftswort")


def _only_seat(group: Group, other: Group) -> bool:
    """Whether a town is only where the county or association of the other group has its seat, or the other way round."""
    town, body = group[0].entry, other[0].entry
    if group is other or not town.is_town or body.is_town:
        return False
    inside = [claim for claim in group if claim.entry.county == body.county]
    strong = any(kind in claim.voice for claim in inside for kind in STRONG) or any(
        claim.voice.get("Handelnd", 0) > 2 for claim in inside
    )
    return bool(inside) and not strong and any(kind in other[0].voice for kind in STRONG)


def _choose(group: Group) -> tuple[Claim | None, Group]:
    """The claim that its namesakes leave behind, and all of them; none where they are too close."""
    best = group[0]
    if len(group) == 1:
        return (best if sum(best.place.values()) > -4.0 else None), group
    return (best if best.total - group[1].total >= MARGIN else None), group


def _joins(first: Claim, other: Claim, uses: Sequence[Use]) -> bool:
    """Whether the other body takes part together with the first."""
    mine = {id(use): use for use in first.uses}
    theirs = {id(use): use for use in other.uses}
    if mine.keys() & theirs.keys():
        return False
    return any(_linked(a, b) for a in mine.values() for b in theirs.values() if a.sentence is b.sentence) or any(
        _adds_itself(use) for use in theirs.values()
    )


def _linked(one: Use, other: Use) -> bool:
    left, right = sorted((one, other), key=lambda use: use.mention.start)
    between = right.mention.before[-(len(right.mention.before)) :]
    at = between.rfind(left.mention.name)
    gap = between[at + len(left.mention.name) :].removeprefix("s") if at >= 0 else ""
    if at >= 0 and re.fullmatch(cue("together", "link").pattern.removeprefix("^").removesuffix("$"), gap):
        return True
    return bool(cue("together", "sentence").search(f"{right.mention.before} {right.mention.after}"))


def _adds_itself(use: Use) -> bool:
    return (
        use.weights
        and bool(
            re.match(
                r"^.{0,60}\b(?:ebenfalls|auch mit|mit dabei|geht mit|macht mit|schliesst sich)\b",
                use.mention.after.strip(),
            )
        )
        and any(k == "Handelnd" for k, _ in use.weights)
    )


def _body(entry: Entry) -> Body:
    if entry.kind == "Bezirk":
        city = gazetteer().by_key[entry.ags or ""]
        return Body(city.name, entry.ags, entry.name)
    return Body(entry.name, entry.ags)


def _listed(group: Group) -> tuple[Candidate, ...]:
    by_key = gazetteer().by_key
    return tuple(
        Candidate(
            name=claim.entry.name,
            ags=claim.entry.ags,
            kind=claim.entry.kind,
            county=by_key[claim.entry.county].name if claim.entry.is_town and claim.entry.county in by_key else None,
            score=round(claim.total, 2),
            reason=claim.reason or "trägt denselben Namen",
        )
        for claim in group[:LISTED]
    )


def _evidence(field: str, claim: Claim) -> Iterator[Evidence]:
    value = claim.entry.ags or claim.entry.name
    confidence = _confidence(claim)
    for use in sorted(claim.uses, key=lambda use: -use.total)[:2]:
        reason = ", ".join(kind for kind, _ in sorted(use.weights, key=lambda item: -item[1])[:2]) or "genannt"
        yield Evidence(field, value, use.start, use.end, confidence, reason)
    for kind, source in (("Absendername", "From"), ("Mailadresse", "From")):
        if kind in claim.voice:
            yield Evidence(field, value, None, None, confidence, kind, source)


def _confidence(claim: Claim) -> float:
    return round(min(0.99, 0.6 + 0.05 * claim.speaking + 0.02 * max(0.0, sum(claim.place.values()))), 2)
