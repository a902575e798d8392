"""The partner in the Global South that a letter means: which place, in which country, and what speaks for it.

Every place is weighed by the cues of the sentences that name it; twin towns listed by the way, ended and disowned
partnerships, a Land's partnership and a parish's contacts are set aside. The country in the text beats population.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from klimapartner.intents.cues import find_cues, fold, labels
from klimapartner.intents.partner_names import Named, Span, is_denied, names
from klimapartner.intents.reading import Evidence, Letter, Partner
from klimapartner.intents.sentences import Sentence
from klimapartner.intents.world import Mention, candidates, earlier_country, find, region_of

ENOUGH = 2.5
FOREIGN_ENOUGH = 3.0
SURE_SIZE, SURE_RATIO = 100, 20  # a place of 100,000 that is twenty times its namesakes is meant
WEIGHTS = {"tie": 2.0, "contact": 2.0, "join": 1.5, "wish": 0.5, "story": -2.0, "state": -3.0, "office": -4.0}
POSITIVE = {"partner.tie", "partner.contact", "partner.join", "partner.wish", "partner.cityhall"}
SEGMENT = re.compile(
    r";|(?<=.{40}):\s(?=[A-ZÄÖÜ])|\s(?=(?:weil|denn|because|parce que|porque)\b)|\s[–—-]\s|[,.]\s+(?=(?:sondern|aber|jedoch|doch|allerdings|während|wohingegen|but|whereas|mais|pero|sino|mas)\b)"
    r"|\s(?=(?:sondern|wohingegen|whereas)\b)",
    re.IGNORECASE,
)
OWN = re.compile(
    r"\b(?:wir|uns|unser\w*|ich|mein\w*|we|us|our|nous|notre|nos|nuestr\w+|nosotros|nós|noss\w+)\b", re.IGNORECASE
)
CORRECTS = re.compile(r"\b(?:sondern|richtig(?: ist| wäre)?:?|but|sino|mas sim|mais)\b:?\s(?:[\w']+\s){0,3}$", re.IGNORECASE)
ROMANCE_BODY = re.compile(r"^(?:commune|ville|ciudad|municipio|cidade|municipalite|mairie|parte|socio|contraparte)s?$")
CLAUSE = re.compile(r"[,;–—:]|\s(?:weil|denn|because|parce que|porque)\b", re.IGNORECASE)
NEGATIVE = {"partner.reject", "partner.state", "partner.story", "partner.office"}
BODY = re.compile(
    r"stadt|staedt|kommun|gemeind|partner|seite|distrikt|bezirk|verwaltung|freund|kolleg|rathaus|buergermeister|municip|city|town"
    r"|commune|ville|ciudad|cidade|village|district|contrapart|kueste|provinz|hochland"
)
LIST_GAP = re.compile(
    r"(?:\s*\([^)]*\))?\s*(?:,|;|/|·|\||\b(?:und|sowie|and|et|y|e)\b)\s*(?:(?:und|sowie|and|et|y|e)\s+)?"
)
PAIR_GAP = re.compile(r"\.?\s*(?:und|and|et|y|e|mit|with|[+&/–—-])\s*(?:(?:der|dem|das|die|the)\s+)?(?:\w+\s+)?")
ADDRESSES = re.compile(
    r"(?:\b(?:mit|nach|in|aus|zu|von|für|zwischen|um|und|with|to|of|from|for|and|avec|à|a|de|pour|con|en|y|com|em|para|e|nämlich|heißt|ist|namens|noch)"
    r"|[:–„“\"(])\s*(?:(?:der|dem|den|die|das|la|le|el)\s)?$",
    re.IGNORECASE,
)
LOCATES = re.compile(
    r"(?:\b(?:bei|nahe|unweit|nähe(?: von)?|hauptstadt|umland von|(?:süden|norden|osten|westen|rand|stadtrand|vorort) von|"
    r"(?:nörd|süd|öst|west)lich von|bundesstaat|provinz|region|near|outside|capital|state of|province of|region of|près de|cerca de|perto de|"
    r"estado de|estado do|provincia de|região de|région de|département de)\s+)$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class PartnerDecision:
    """The partner meant, further ones, and why; `named` are the sentences that speak of it."""

    partner: Partner | None = None
    more: tuple[Partner, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    named: tuple[Sentence, ...] = ()


@dataclass(frozen=True, slots=True)
class Scene:
    """What all steps look at: the sentences, their places and names of countries, the German body's key."""

    sentences: tuple[Sentence, ...]
    places: tuple[Named, ...]
    mentions: tuple[tuple[Sentence, Mention], ...]
    body_key: str | None = None
    german: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Rival:
    """A place with all its mentions and their weight together."""

    name: str
    mentions: tuple[Named, ...]
    score: float
    rejected: bool = False
    country: str | None = None
    reasons: tuple[str, ...] = field(default=())


def decide_partner(
    letter: Letter, sentences: Sequence[Sentence], german: Sequence[Span] = (), body_key: str | None = None
) -> PartnerDecision:
    """The partner of a German writer; `german` are spans of German bodies, `body_key` the writer's AGS or county key."""
    scene = set_scene(sentences, german, body_key)
    rivals = [_supported(resolve(rival, scene), scene) for rival in weigh(scene)]
    rivals.sort(key=lambda r: (-r.score, r.mentions[0].start))
    chosen = _choose(rivals, scene)
    if chosen:
        return _decision(chosen)
    return _country_only(scene, rivals)


def set_scene(sentences: Sequence[Sentence], german: Sequence[Span] = (), body_key: str | None = None) -> Scene:
    """The places and countries of all sentences; signatures name no partner."""
    told = tuple(s for s in sentences if s.zone != "signature")
    places = tuple(named for s in told for named in names(s, _within(german, s)))
    mentions = tuple((s, m) for s in told for m in find(s.text) if m.kind in ("country", "demonym"))
    return Scene(told, places, mentions, body_key, tuple(german))


def _within(spans: Sequence[Span], sentence: Sentence) -> list[Span]:
    return [span for span in spans if sentence.start <= span[0] < sentence.end]


def weigh(scene: Scene) -> list[Rival]:
    """Every place with the weight of its mentions, heaviest first."""
    rivals = [_rival(found, scene) for found in _grouped(scene.places)]
    return sorted(rivals, key=lambda r: (-r.score, r.mentions[0].start))


def _grouped(places: Sequence[Named]) -> list[list[Named]]:
    """Mentions of one place together; the same name in two countries is two places."""
    groups: dict[tuple[str, tuple[str, ...]], list[Named]] = {}
    given = {n.key: n.countries for n in reversed(places) if n.given and not n.denied}
    for named in places:
        if not named.denied:
            country = named.countries if named.given else given.get(named.key, ())
            groups.setdefault((named.key, country), []).append(named)
    return list(groups.values())


def _rival(found: list[Named], scene: Scene) -> Rival:
    weights = [_weight(named, scene) for named in found]
    best = max(weights)
    score = best + 0.3 * sum(w for w in weights if 0 < w) - 0.3 * max(best, 0)
    rejections = [i for i, named in enumerate(found) if is_rejected(named, scene)]
    rejected = bool(rejections) and all(w < 4 for w in weights[rejections[-1] + 1 :])
    rejected = rejected or _belongs_to_others(found, scene)
    return Rival(_plain_name(found), tuple(found), score, rejected)


def _belongs_to_others(found: list[Named], scene: Scene) -> bool:
    """Whether no sentence of it speaks of the writers, and a later one says that they have no partner."""
    if any(OWN.search(n.sentence.text) or n.typed for n in found):
        return False
    place = scene.sentences.index(found[-1].sentence)
    return any("partnership.lack" in labels(s.text) for s in scene.sentences[place + 1 :])


def _plain_name(found: list[Named]) -> str:
    """The name as first written, the county's word kept."""
    first = found[0]
    tail = re.match(r" County\b", first.sentence.text[first.end - first.sentence.start :])
    return first.name + (tail.group() if tail and not first.name.endswith("County") else "")


def _weight(named: Named, scene: Scene) -> float:
    text, start = named.sentence.text, named.start - named.sentence.start
    weight = 1.0 * named.given + 2.5 * named.typed + 0.5 * named.kind_word + 0.5 * ((named.size or 0) >= 15)
    weight += 1.0 * (named.sentence.zone == "subject") + 2.0 * _paired(named, scene)
    weight += 1.5 * (named.given and len(text.split()) <= 4 and named.sentence.zone == "body")
    if LOCATES.search(text[:start]):
        return weight - 4
    found = segment_labels(named) | (labels(text) & POSITIVE)
    weight += 2.0 * (earlier_country(scene.body_key, named.name) is not None)
    cued = sum(value for label, value in WEIGHTS.items() if f"partner.{label}" in found)
    weight += cued if cued < 0 or _is_addressed(named) else 0.5 * cued
    weight += 1.5 * bool(CORRECTS.search(text[:start])) - WEIGHTS["office"] * ({"partner.office", "partner.cityhall"} <= found)
    if "partner.club" in found and not {"partner.cityhall", "partner.tie"} & found:
        weight -= 2
    if _is_listed(named, scene):
        weight -= 2.5
    return weight


def _is_addressed(named: Named) -> bool:
    """Whether it stands where a place is meant as one: after a preposition, a kind of body or at the beginning."""
    before = named.sentence.text[: named.start - named.sentence.start]
    return named.given or named.typed or named.kind_word or not before.strip() or bool(ADDRESSES.search(before))


def segment_labels(named: Named) -> set[str]:
    """The labels of the cues in the part of the sentence that holds the place."""
    text, start = named.sentence.text, named.start - named.sentence.start
    left = max((m.end() for m in SEGMENT.finditer(text) if m.end() <= start), default=0)
    right = min((m.start() for m in SEGMENT.finditer(text) if m.start() >= start), default=len(text))
    return {hit.label for hit in find_cues(text) if left <= hit.start < right}


def _paired(named: Named, scene: Scene) -> bool:
    """Whether a German body stands right before it with a link ("Solingen und Thiès")."""
    text, offset = named.sentence.text, named.sentence.start
    gaps = (text[max(0, right - offset) : named.start - offset] for left, right in scene.german if right <= named.start)
    known = named.size is not None or named.in_subject
    return known and len(text) < 90 and any(PAIR_GAP.fullmatch(gap) for gap in gaps)


def _is_listed(named: Named, scene: Scene) -> bool:
    """Whether it stands in a row of three or more places of which one at least lies elsewhere in the world."""
    peers = [p for p in scene.places if p.sentence is named.sentence]
    spans = sorted([(p.start, p.end) for p in peers] + [g for g in scene.german if named.sentence.start <= g[0]])
    offset, text = named.sentence.start, named.sentence.text
    row = _row_around((named.start, named.end), spans, text, offset)
    southern = {(p.start, p.end) for p in peers if p.is_southern}
    return len(row) >= 3 and not all(span in southern for span in row)


def _row_around(span: Span, spans: list[Span], text: str, offset: int) -> list[Span]:
    rows: list[list[Span]] = []
    for current in spans:
        gap = text[rows[-1][-1][1] - offset : current[0] - offset] if rows else ""
        if rows and LIST_GAP.fullmatch(_without_brackets(gap)):
            rows[-1].append(current)
        else:
            rows.append([current])
    return next((row for row in rows if span in row), [])


def _without_brackets(gap: str) -> str:
    return re.sub(r"^\s*(?:\([^)]*\)|(?:in|im|en|au|no|na) [^\W\d_]+)", "", gap)


def is_rejected(named: Named, scene: Scene) -> bool:
    """Whether its part of the sentence, or the next sentence speaking of it, sets it aside."""
    if "partner.reject" in segment_labels(named):
        return "partner.renewed" not in _labels_near(named, scene)
    place = scene.sentences.index(named.sentence)
    following = scene.sentences[place + 1] if place + 1 < len(scene.sentences) else None
    if following is None or any(p.sentence is following for p in scene.places):
        return False
    found = labels(following.text)
    taken_up = bool({"partner.anaphora", "partner.tie"} & found) and "partner.renewed" not in _labels_near(named, scene)
    return "partner.denied" in found or ("partner.reject" in found and taken_up)


def _labels_near(named: Named, scene: Scene) -> set[str]:
    """The labels of its sentence and the two that follow."""
    place = scene.sentences.index(named.sentence)
    return {label for s in scene.sentences[place : place + 3] for label in labels(s.text)}


def resolve(rival: Rival, scene: Scene) -> Rival:
    """The rival with the country that the text gives it, else its only or clearly meant one, else None."""
    given = {m.countries for m in rival.mentions if m.given}
    if given:
        return replace(rival, country=_only(set(next(iter(given)))) if len(given) == 1 else None)
    possible = set(candidates(rival.name))
    country = _by_context(rival, possible, scene) or _by_itself(rival, scene)
    return replace(rival, country=country)


def _supported(rival: Rival, scene: Scene) -> Rival:
    """A sentence that tells of contacts in the same country, without naming the place, speaks for it."""
    others = (s for s, m in scene.mentions if rival.country in m.countries and not _shares(rival, s) and _meant(s, m))
    speaks = any({"partner.contact", "partner.tie", "partner.wish"} & labels(s.text) for s in others)
    return replace(rival, score=rival.score + 1.0 * speaks)


def _by_context(rival: Rival, possible: set[str], scene: Scene) -> str | None:
    """The one country of its sentences, else of the letter, that fits the place."""
    own = {iso for s, m in scene.mentions if _meant(s, m) and _shares(rival, s) for iso in m.countries}
    stated = set(own)
    own |= {iso for n in scene.places if n.key != rival.mentions[0].key and _shares(rival, n.sentence) for iso in _clear(n)}
    everywhere = {iso for s, m in scene.mentions if _meant(s, m) for iso in m.countries}
    for named in (own, everywhere) if possible else (own & stated, everywhere):
        fitting = named & possible if possible else {iso for iso in named if region_of(iso) != "other"} or named
        if len(fitting) == 1:
            return next(iter(fitting))
    return None


def _shares(rival: Rival, sentence: Sentence) -> bool:
    return any(m.sentence is sentence for m in rival.mentions)


def _meant(sentence: Sentence, mention: Mention) -> bool:
    return not is_denied(sentence.text, mention.start)


def _by_itself(rival: Rival, scene: Scene) -> str | None:
    known = earlier_country(scene.body_key, rival.name)
    if known:
        return known
    return surest(rival.name)


def surest(name: str) -> str | None:
    """The only country with a place of this name, or the one whose place outweighs all others by far."""
    sizes = sorted(candidates(name).items(), key=lambda pair: -pair[1])
    if len(sizes) == 1 or (len(sizes) > 1 and sizes[0][1] >= max(SURE_SIZE, SURE_RATIO * sizes[1][1])):
        return sizes[0][0]
    return None


def _clear(named: Named) -> tuple[str, ...]:
    """The country of a neighbouring place, where there is no doubt of it."""
    iso = named.countries[0] if len(named.countries) == 1 else surest(named.name)
    return (iso,) if iso and not named.denied else ()


def _only(countries: set[str]) -> str | None:
    return next(iter(countries)) if len(countries) == 1 else None


def _southern(rival: Rival) -> bool:
    if rival.country:
        return region_of(rival.country) != "other"
    return any(m.is_southern for m in rival.mentions)


def _choose(rivals: list[Rival], scene: Scene) -> list[Rival]:
    """The partner and further ones; a choice between several countries is none."""
    alive = [r for r in rivals if not r.rejected]
    southern = [r for r in alive if _southern(r) and r.score >= ENOUGH]
    if southern:
        return [] if _is_choice(southern) else [r for r in southern if r.score >= max(ENOUGH, southern[0].score - 2.5)]
    foreign = [r for r in alive if not _southern(r) and r.country and r.score >= FOREIGN_ENOUGH]
    return foreign[:1] if len(foreign) == 1 and _foreign_is_meant(foreign[0], scene) else []


def _is_choice(rivals: list[Rival]) -> bool:
    first, *rest = rivals
    if not rest:
        return False
    shared = [m for m in first.mentions if any(n.sentence is m.sentence for n in rest[0].mentions)]
    return rest[0].score > first.score - 1 and any("partner.choice" in labels(m.sentence.text) for m in shared)


def _foreign_is_meant(rival: Rival, scene: Scene) -> bool:
    """Whether the letter asks to take part with a partner outside both regions."""
    if any(region_of(iso) != "other" for s, m in scene.mentions for iso in m.countries):
        return False
    if any(_paired(named, scene) for named in rival.mentions):
        return True
    place = scene.sentences.index(rival.mentions[0].sentence)
    near = scene.sentences[max(0, place - 1) : place + 3]
    return any("partner.scope" in labels(s.text) for s in near)


def _decision(chosen: list[Rival]) -> PartnerDecision:
    partners = tuple(Partner(rival.name, rival.country) for rival in chosen)
    evidence = [item for rival in chosen[:1] for item in _evidence(rival)]
    sentences = tuple(dict.fromkeys(m.sentence for m in chosen[0].mentions))
    return PartnerDecision(partners[0], partners[1:], tuple(evidence), sentences)


def _evidence(rival: Rival) -> Iterable[Evidence]:
    named = rival.mentions[0]
    sure = min(0.98, 0.6 + 0.08 * rival.score)
    yield Evidence("partner.municipality", rival.name, named.start, named.end, sure, "als Partner genannt")
    if rival.country:
        given = next((m for m in rival.mentions if m.given), named)
        reason = "Land im Text genannt" if given.given else "Land aus dem Ortsverzeichnis erschlossen"
        yield Evidence(
            "partner.country", rival.country, given.start, given.end, sure if given.given else 0.8 * sure, reason
        )


def _country_only(scene: Scene, rivals: list[Rival]) -> PartnerDecision:
    """A wish for one country, or contacts there without a town."""
    wished = [(s, m) for s, m in scene.mentions if _is_wished(s, m, rivals) and not _is_taken_back(s, scene)]
    gone = {r.country for r in rivals if r.rejected} | {iso for r in rivals if r.rejected for iso in r.mentions[0].countries}
    countries = {iso for _, m in wished for iso in m.countries}
    countries -= gone if len(countries) > 1 or not any(_fresh(s, rivals) for s, _ in wished) else set()
    southern = {iso for iso in countries if region_of(iso) != "other"}
    chosen = southern or countries
    if len(chosen) != 1 or any("partner.choice" in labels(s.text) and len(countries) > 1 for s, _ in wished):
        return PartnerDecision()
    (country,) = chosen
    sentence, mention = next((s, m) for s, m in wished if country in m.countries)
    start, end = sentence.start + mention.start, sentence.start + mention.end
    evidence = Evidence("partner.country", country, start, end, 0.8, "Land gewünscht oder Kontakte dorthin")
    return PartnerDecision(Partner(None, country), (), (evidence,), tuple(dict.fromkeys(s for s, _ in wished)))


def _is_taken_back(sentence: Sentence, scene: Scene) -> bool:
    """Whether the next sentence says that this one is wrong."""
    place = scene.sentences.index(sentence) + 1
    return place < len(scene.sentences) and "partner.denied" in labels(scene.sentences[place].text)


def _is_wished(sentence: Sentence, mention: Mention, rivals: list[Rival]) -> bool:
    """Whether a sentence wishes a partner in a country, or tells of contacts there."""
    text = sentence.text
    if is_denied(text, mention.start) or re.match(r"[-\u2010]\w", text[mention.end :]):
        return False
    found, own = labels(text), clause_labels(text, mention.start)
    if "region.talk" in found or (found & NEGATIVE and (own & NEGATIVE or "partner.wish" not in own)):
        return False
    wish, contact = "partner.wish" in found, bool({"partner.contact", "partner.tie"} & found)
    if mention.kind == "demonym" and not is_of_body(text, mention):
        return False
    outside = all(region_of(iso) == "other" for iso in mention.countries)
    placed = any(
        m.sentence is sentence for r in rivals for m in r.mentions if set(m.countries) & set(mention.countries)
    )
    if outside:
        return wish and not placed
    return wish or (contact and "partner.club" not in found)


def clause_labels(text: str, place: int) -> frozenset[str]:
    """The labels of the cues between the commas around a place in a text."""
    left = max((m.end() for m in CLAUSE.finditer(text, 0, place)), default=0)
    right = next((m.start() for m in CLAUSE.finditer(text, place)), len(text))
    return labels(text[left:right].strip())


def _fresh(sentence: Sentence, rivals: list[Rival]) -> bool:
    """Whether no rejected place stands in the sentence."""
    return not any(m.sentence is sentence for r in rivals if r.rejected for m in r.mentions)


def is_of_body(text: str, mention: Mention) -> bool:
    """Whether an adjective speaks of a town or of partners there, not of a language or an ocean."""
    after = " ".join(fold(text[mention.end : mention.end + 50]).split()[:2])
    before = fold(text[: mention.start]).rstrip().rpartition(" ")[2]
    return bool(BODY.search(after) or ROMANCE_BODY.search(before))
