"""What speaks for each German body being the sender: its names in the text, the sender's header, the circumstances."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from klimapartner.intents.fold import folded
from klimapartner.intents.gazetteer.forms import FOREIGN, FULL, LETTER
from klimapartner.intents.gazetteer.names import core, distance
from klimapartner.intents.gazetteer.table import Entry
from klimapartner.intents.place_facts import Facts, support
from klimapartner.intents.place_header import header_hits, is_own_surname
from klimapartner.intents.place_roles import Use
from klimapartner.intents.place_wish import OWN_VOICE, of_partner
from klimapartner.intents.place_words import cue
from klimapartner.intents.reading import Letter, Office

WORD_OF_KIND = re.compile(
    r"^(?:(?:Landk|K)reis|Bezirk|(?:Verbands|Samt)gemeinde|Amt|Verwaltungsgemeinschaft|Gemeindeverwaltungsverband) "
)

NEARBY = 25.0  # km
SENDING = frozenset({"Absender", "Absendername", "Handelnd", "Körperschaft", "Mailadresse", "Formularfeld"})
ADDRESS_ONLY = frozenset({"Anschrift", "Signatur", "einziger Ort", "Vorwahl", "Nachgestellt"})


@dataclass(slots=True)
class Claim:
    """What speaks for one body: `voice` that it is the sender, `place` that it is this one of its name."""

    entry: Entry
    voice: dict[str, float] = field(default_factory=dict)
    place: dict[str, float] = field(default_factory=dict)
    uses: list[Use] = field(default_factory=list)

    @property
    def speaking(self) -> float:
        return sum(self.voice.values())

    @property
    def placed(self) -> float:
        return sum(self.place.values())

    @property
    def total(self) -> float:
        return self.speaking + self.placed

    @property
    def reason(self) -> str:
        """The three strongest grounds, in German."""
        grounds = sorted({**self.voice, **self.place}.items(), key=lambda item: -item[1])
        return ", ".join(ground for ground, weight in grounds[:3] if ground and weight > 0)


def bare(entry: Entry) -> str:
    """A body's name without the word for its kind and without its addition, folded."""
    return core(WORD_OF_KIND.sub("", entry.name))


def claims_in(letter: Letter, uses: Sequence[Use], facts: Facts, office: Office, southern: bool) -> list[Claim]:
    """All bodies that a letter names as possible senders; a town of the Global South may name its German partner."""
    claims: dict[str, Claim] = {}
    read = [of_partner(use) if southern else use for use in uses if not is_own_surname(use, letter)]
    for use in read:
        if not use.aside and use.postcode not in office.postcodes:
            for body in use.bodies:
                _add_use(claims.setdefault(body.key, Claim(body)), use)
    for kind, weight, body in header_hits(letter, facts):
        claims.setdefault(body.key, Claim(body)).voice[kind] = weight
    _place_by_full_names(claims, read)
    alone = _is_alone({bare(claim.entry) for claim in claims.values()})
    around = [body for use in uses if use.aside in ("", "Lage", "nur erwähnt") for body in _sure(use)]
    for claim in claims.values():
        if alone:
            claim.voice["einziger Ort"] = 1.5
            claim.voice.pop("nimmt nicht teil", None)  # who writes that X is out is X, where no other is named
        _add_circumstances(claim, facts)
        claim.place.update(_by_surroundings(claim.entry, around))
    header = f"{letter.from_name} {letter.from_addr}".lower()
    known = facts.domain.official or bool(cue("header", "office").search(letter.from_name.lower()))
    outside = bool(cue("header", "outsider").search(header) or cue("other", "club").search(facts.text)) and not known
    private = not (known or facts.offices)
    return [
        claim
        for claim in claims.values()
        if not (outside and OWN_VOICE.isdisjoint(claim.voice))
        and not (private and _only_address(claim))
        and not _addressee(claim, office)
    ]


def _is_alone(names: set[str]) -> bool:
    """Whether all names are one, or parts of one: Hoya in Grafschaft Hoya."""
    longest = set(max(names, key=len, default="").split())
    return bool(names) and all(longest.issuperset(name.split()) for name in names)


def _place_by_full_names(claims: dict[str, Claim], uses: Sequence[Use]) -> None:
    """Where a town is named in full by the way, that settles which bearer of its short name is meant."""
    for use in uses:
        if use.aside == "nur erwähnt" and not cue("other", "homely").search(use.mention.before.rstrip()):
            for body in use.bodies:
                if body.key in claims and _is_full(body, use):
                    claims[body.key].place["voller Name"] = 6.0


def _is_full(body: Entry, use: Use) -> bool:
    quality = next((quality for quality, bearer in use.mention.bearers if bearer is body), "")
    longer = len(use.mention.name.split()) > len(bare(body).split())
    return quality == FOREIGN or (quality in (FULL, LETTER) and longer)


def _addressee(claim: Claim, office: Office) -> bool:
    """Whether a town is only named as where the letter goes to: the programme's own."""
    ours = {folded(town) for town in office.towns}
    return bare(claim.entry) in ours and SENDING.isdisjoint(claim.voice)


def _only_address(claim: Claim) -> bool:
    return "Anschrift" in claim.voice and claim.voice.keys() <= ADDRESS_ONLY


def _sure(use: Use) -> tuple[Entry, ...]:
    """The body of a name that only one bears; counties count even where two share a name."""
    return use.bodies if len(use.bodies) == 1 or use.level in ("county", "joint") else ()


def _by_surroundings(body: Entry, around: Sequence[Entry]) -> Iterator[tuple[str, float]]:
    if not body.is_town:
        return
    for other in around:
        if other.key in (body.county, body.association):
            yield f"{other.name} genannt", 4.0
        elif other.is_town and other is not body and distance(other.at, body.at) < NEARBY:
            yield f"{other.name} liegt nahe", 2.0


def _add_use(claim: Claim, use: Use) -> None:
    claim.uses.append(use)
    for kind, weight in use.weights:
        claim.voice[kind] = max(claim.voice.get(kind, weight), weight)
    claim.place.update(_by_word(claim.entry, use))
    if _is_full(claim.entry, use):
        claim.place["voller Name"] = 6.0


def _add_circumstances(claim: Claim, facts: Facts) -> None:
    claim.place.update(support(claim.entry, facts))
    if claim.entry.valid_to:
        claim.place["aufgelöst"] = -3.0
    if any(area.key == claim.entry.key for area in facts.areas):
        claim.voice["Vorwahl"] = 1.0


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
