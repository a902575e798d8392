"""The town of the Global South that writes itself and looks for a German partner."""

import re
from collections.abc import Sequence
from dataclasses import replace

from klimapartner.intents.cues import fold, labels
from klimapartner.intents.partner import PartnerDecision
from klimapartner.intents.partner_country import resolve
from klimapartner.intents.partner_names import Named, Span, names
from klimapartner.intents.partner_scene import Rival, Scene
from klimapartner.intents.reading import Evidence, Letter, Partner, Status
from klimapartner.intents.sentences import Sentence
from klimapartner.intents.status import REASONS, StatusDecision
from klimapartner.intents.telling import is_asking
from klimapartner.intents.world import Mention, find, region_of

ENOUGH = 2.0
PLANS = {"partnership.planned", "partner.contact"}
SEEKS = {"intent.offer.seeks", "partnership.none", "partnership.lack"}
SELF = re.compile(
    r"\b(?:we|our|i|am|nous|notre|je|nuestr[oa]s?|somos|soy|nosso|nossa|wir|unsere?r?|capital|population|habitants|habitantes"
    r"|mayor of|this is|on behalf|au nom|en nombre|em nome|souhaite|desea|deseja)\b",
    re.IGNORECASE,
)
SELF_FROM = re.compile(
    r"\b(?:i am|i'm|this is|we (?:in|at|from)|je suis|nous (?:à|de)"
    r"|soy|somos de|aqui (?:é|e|fala)|escribimos|writing)\b"
    r"(?:(?!\bGerman)[^.;?!]){0,70}$",
    re.IGNORECASE,
)
THANKS = re.compile(
    r"^(?:(?:many )?thank|merci|gracias|obrigad)|\bto thank|thank you (?:from|for the|so much)|agrade[cz]"
    r"|gratitu[dt]|remerci|obrigad",
    re.IGNORECASE,
)
PERSON = re.compile(r"\b(?:i am|i'm|this is|je suis|soy|sou|aqui (?:é|e|fala))\s(?:(?:a|o|la|el)\s)?$", re.IGNORECASE)
HEAD = re.compile(
    r"^(?:(?:Desde|From|Depuis|Distrital|Departamental|Provincial|Constitucional|Aut[óo]nomo|Municipal|Aut[áa]rquico|Local|Area)\s"
    r"(?:d(?:e|a|o|u)s?\s)?)+"
)
TAIL = re.compile(r"\s(?:Area|Local|Metropolitan|Municipal|Township)$")
BODY_BEFORE = re.compile(
    r"\b(?:Municipalidad|Intendencia|Ayuntamiento|Alcaldía|Alcalde|Gobierno|Presidente|Conselho|Câmara|Prefeitura|Mairie|Commune"
    r"|Secretaria|Secretaría|Council|Assembly|Municipality)\b[\w\s]*$"
)


def decide_offer(letter: Letter, sentences: Sequence[Sentence], german: Sequence[Span] = ()) -> PartnerDecision:
    """The writing town: by letterhead, From, signature and what it says of itself; signatures count here."""
    if _only_thanks(sentences):
        return PartnerDecision()
    told = tuple(sentences)
    found = (n for s in told for n in names(s, [g for g in german if s.start <= g[0] < s.end]))
    places = tuple(n for n in found if n.is_southern) or tuple(n for n in _signed(letter) if n.is_southern)
    mentions = tuple((s, m) for s in told for m in find(s.text) if _is_abroad(m))
    scene = Scene(told, places, mentions)
    places = tuple(_bare(n) for n in places)
    groups: dict[str, list[Named]] = {}
    for named in places:
        groups.setdefault(named.key, []).append(named)
    rivals = [
        Rival(found[0].name, tuple(found), sum(map(_weight, found)) + _from(letter, found[0]))
        for found in groups.values()
    ]
    best = max(rivals, key=lambda r: (r.score, -r.mentions[0].start), default=None)
    if best is None or best.score < ENOUGH:
        return _country(scene)
    return _decision(resolve(best, scene), scene)


def _only_thanks(sentences: Sequence[Sentence]) -> bool:
    """Whether a letter thanks, and neither asks for anything nor looks for a partner."""
    thanks = any(THANKS.search(s.text) for s in sentences if s.zone != "signature")
    found = {label for s in sentences for label in labels(s.text)}
    seeks = bool({"intent.offer.sure", "intent.offer.finds", "partner.tie"} & found)
    return thanks and not seeks and not any(is_asking(s) for s in sentences)


def _signed(letter: Letter) -> tuple[Named, ...]:
    """The bodies in the From header, read as a line of the signature."""
    sender = Sentence(letter.from_name, 0, 0, "signature")
    return tuple(n for n in names(sender) if n.kind_word or n.size is not None)


def _is_abroad(mention: Mention) -> bool:
    return mention.kind in ("country", "demonym") and mention.countries != ("DE",)


def _bare(named: Named) -> Named:
    """The place without what only tells its kind or leads to it ("Distrital de Pisac", "Brikama Area")."""
    name = TAIL.sub("", HEAD.sub("", named.name))
    return replace(named, name=name, key=fold(name)) if name else named


def writes_from_south(letter: Letter, sentences: Sequence[Sentence], german: Sequence[Span]) -> bool:
    """Whether the letter names no German body, and its From or its offer one of the Global South."""
    if german:
        return _is_partner_of_german(letter, sentences, german)
    if any(
        SELF_FROM.search(s.text[: n.start - s.start]) for s in sentences for n in names(s) if _is_surely_southern(n)
    ):
        return True
    if any("intent.offer.sure" in labels(s.text) for s in sentences):
        own = (s for s in sentences if s.zone in ("subject", "signature") or SELF.search(s.text))
        if any(n.kind_word and n.is_southern and n.size is not None for s in own for n in names(s)):
            return True
    return False


def _is_partner_of_german(letter: Letter, sentences: Sequence[Sentence], german: Sequence[Span]) -> bool:
    """Whether a body of the South is the sender and speaks of its German partner."""
    sender = Sentence(letter.from_name, 0, len(letter.from_name), "signature")
    if not any(n.kind_word and n.size is not None and _is_surely_southern(n) for n in names(sender)):
        return False
    return any("partner.tie" in labels(s.text) for s in sentences if any(s.start <= g[0] < s.end for g in german))


def _is_surely_southern(named: Named) -> bool:
    return bool(named.countries) and all(region_of(iso) != "other" for iso in named.countries)


def offer_status(sentences: Sequence[Sentence], german: Sequence[Span]) -> StatusDecision:
    """None where a partner is sought, planned where a German one is named, nothing said in a mere question."""
    found = {label for s in sentences for label in labels(s.text)}
    tied = {label for s in sentences if any(s.start <= g[0] < s.end for g in german) for label in labels(s.text)}
    if "partnership.sure" in tied:
        return _state("existing", sentences, {"partnership.sure"})
    if PLANS & tied:
        return _state("planned", sentences, PLANS)
    return _state("none", sentences, SEEKS) if SEEKS & found else StatusDecision()


def _state(status: Status, sentences: Sequence[Sentence], cues: set[str]) -> StatusDecision:
    """A status with the first sentence that holds one of the cues as its evidence."""
    sentence = next(s for s in sentences if cues & labels(s.text))
    return StatusDecision(
        status,
        (Evidence("partnership_status", status, sentence.start, sentence.end, 0.85, REASONS[status]),),
    )


def _decision(rival: Rival, scene: Scene) -> PartnerDecision:
    rival = rival if rival.country else replace(rival, country=_country_code(scene))
    named = rival.mentions[0]
    evidence = [Evidence("partner.municipality", rival.name, named.start, named.end, 0.9, "schreibt selbst")]
    if rival.country:
        evidence.append(Evidence("partner.country", rival.country, named.start, named.end, 0.9, "Land des Absenders"))
    return PartnerDecision(Partner(rival.name, rival.country), (), tuple(evidence), (named.sentence,))


def _country(scene: Scene) -> PartnerDecision:
    country = _country_code(scene)
    return PartnerDecision(Partner(None, country)) if country else PartnerDecision()


def _country_code(scene: Scene) -> str | None:
    found = {iso for _, m in scene.mentions for iso in m.countries if region_of(iso) != "other"}
    return found.pop() if len(found) == 1 else None


def _weight(named: Named) -> float:
    text = named.sentence.text
    weight = 1.0 * named.given + 1.0 * named.kind_word + 0.5 * named.typed + 0.5 * ((named.size or 0) >= 15)
    weight += 1.0 * (named.sentence.zone in ("subject", "signature")) + 1.0 * bool(SELF.search(text))
    weight -= 2.0 * bool(PERSON.search(text[: named.start - named.sentence.start]))
    weight += 1.0 * bool(BODY_BEFORE.search(text[: named.start - named.sentence.start]))
    return weight - 2.0 * ("partner.story" in labels(text)) - 2.0 * named.around


def _from(letter: Letter, named: Named) -> float:
    source = fold(f"{letter.from_name} {letter.from_addr}")
    return 2.0 * (named.key in source or named.key.replace(" ", "") in source)
