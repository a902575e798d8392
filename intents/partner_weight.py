"""How much speaks for each place of a letter as the partner meant, and what sets it aside."""

import re
from collections.abc import Sequence

from klimapartner.intents.cues import find_cues, labels
from klimapartner.intents.partner_names import Named, Span
from klimapartner.intents.partner_rejection import OWN, is_own, is_rejected, names_another_body
from klimapartner.intents.partner_scene import POSITIVE, Rival, Scene, segment_labels
from klimapartner.intents.world import candidates, earlier_country

WEIGHTS = {
    "tie": 2.0,
    "contact": 2.0,
    "join": 1.5,
    "wish": 0.5,
    "mediated": 1.0,
    "story": -2.0,
    "state": -3.0,
    "office": -4.0,
}
OWN_SUBJECT = re.compile(r"\b(?:wir(?! selbst)|we|nous|nosotros|nós)\b", re.IGNORECASE)
PUTS_RIGHT = re.compile(
    r"\b(?:richtig|korrekt|gemeint|gemeinte|muss|müsste|correct|right|meant|should|juste|bonne|debe|correcto|correcta|correto|certo)\b"
    r"(?:\W+(?:ist|war|sind|wäre|muss|müsste|sollte|soll|es|heißen|heeßn|lauten|stehen|dort|da|hier|vielmehr|also|natürlich|aber|jedoch|is|was|be|read|should|it"
    r"|name|one|town|place|est|decir|ser|es|é|die|der|das|den|dem|the|la|el|o|a|Stadt|Gemeinde|unser\w*|Partner\w*)){1,6}\W+$",
    re.IGNORECASE,
)
CORRECTS = re.compile(
    r"\b(?:sondern|richtig(?: ist| wäre| lautet)?:?|but|sino|mas sim|mais)\b:?\s(?:[\w']+\s){0,3}$", re.IGNORECASE
)
# A heading or a form's question that the next sentence answers with the partner: "Mit wem? Sokodé."
WITH_WHOM = re.compile(
    r"\W*(?:\w{1,4}[.)]\s*)?(?:und |and |et |y |e )?"
    r"(?:mit wem|(?:(?:wer ist )?(?:der|die|unsere?|welche\w*|gewünschte\w*) )?partner(?:stadt|kommune|gemeinde|in)?"
    r"|with whom|avec qui|con qui[ée]n|com quem)\s*\?\W*",
    re.IGNORECASE,
)
LIST_GAP = re.compile(
    r"(?:\s*\([^)]*\))?\s*(?:,|;|/|·|\||\b(?:und|sowie|and|et|y|e)\b)\s*(?:(?:und|sowie|and|et|y|e)\s+)?"
)
PAIR_GAP = re.compile(
    r"(?:\s*\([^)]*\))?\.?\s*(?:und|and|et|y|e|mit|with|[+&/–—-])\s*(?:(?:der|dem|das|die|the)\s+)?(?:\w+\s+)?"
)
SHORT_NAME = re.compile(r"(?:[A-ZÄÖÜ][\w.-]+\s){0,2}?[A-ZÄÖÜ][\w.-]+\s*(?:[+&/–—-]|und|mit|and|et|y|e)\s*")
ADDRESSES = re.compile(
    r"(?:\b(?:mit|nach|in|aus|zu|von|für|zwischen|um|und|nämlich|heißt|ist|namens|noch|with|to|of|from|for|and|avec|à|a"
    r"|de|pour|con|en|y|com|em|para|e)|[:–„“\"(])\s*(?:(?:der|dem|den|die|das|la|le|el)\s)?$",
    re.IGNORECASE,
)
LOCATES = re.compile(
    r"\b(?:bei|nahe|unweit|nähe(?: von)?|hauptstadt"
    r"|umland von|(?:süden|norden|osten|westen|rand|stadtrand|vorort) von"
    r"|(?:kilometer|km|stunden?|autostunden?|minuten|hours?|miles|heures|horas)"
    r"(?: \w+)? (?:von|vor|from|de)"
    r"|(?:nörd|süd|öst|west)lich von|(?:in der|in dem|im|aus der|aus dem) (?:bundesstaat|provinz|region)"
    r"|near|outside|capital|(?:state|province|region) of"
    r"|près de|cerca de|perto de|estado d[eo]|provincia de|região de|région de|département de)\s+$",
    re.IGNORECASE,
)
ENTERED = re.compile(r"\b(?:angegeben|eingetragen|genannt|geschrieben|vermerkt|angekreuzt)\b")  # "bei X ... angegeben"
KIND_BEFORE = re.compile(r"(?:Cidade|Câmara|Prefeitura|Municipio|Commune|Ville|Alcaldía|Distrito) d(?:e|a|o|u)s? ")
AREA_WORD = re.compile(r"\b(?:region|provinz|bundesstaat|departement|gouvernement|bundesland)\s$", re.IGNORECASE)
WITHIN_STATE = re.compile(
    r"\b(?:im rahmen|unter dem dach|innerhalb|als teil|eingebettet|within|dans le cadre|en el marco|no âmbito)\b",
    re.IGNORECASE,
)
LOCATED = re.compile(r"\s(?:gehört|gehörend|gehörig|eingemeindet|aufgegangen)\w*\b", re.IGNORECASE)


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
    weights = [weight_of(named, scene) for named in found]
    best = max(weights)
    score = best + 0.3 * sum(w for w in weights if w > 0) - 0.3 * max(best, 0)
    rejections = [i for i, named in enumerate(found) if is_rejected(named, scene)]
    rejected = bool(rejections) and all(w < 4 for w in weights[rejections[-1] + 1 :])
    rejected = rejected or _belongs_to_others(found, scene)
    return Rival(_plain_name(found), tuple(found), score, rejected)


def _belongs_to_others(found: list[Named], scene: Scene) -> bool:
    """Whether no sentence of it speaks of the writers, and a later one says that they have no partner."""
    if any(n.typed or _is_own(n) or _answers_with_whom(n, scene) for n in found):
        return False
    last = found[-1]
    after = last.sentence.text[last.end - last.sentence.start :] if "partner.story" in segment_labels(last) else ""
    place = scene.sentences.index(last.sentence)
    later = (s.text for s in scene.sentences[place + 1 :] if not names_another_body(s, scene))
    return any("partnership.lack" in labels(text) for text in (after, *later))


def is_put_right(named: Named) -> bool:
    """Whether a correction says that this is the right one ("Richtig muss es heißen: X")."""
    before = named.sentence.text[: named.start - named.sentence.start]
    return bool(PUTS_RIGHT.search(before)) and not named.denied


def _answers_with_whom(named: Named, scene: Scene) -> bool:
    """Whether it begins the answer to a heading that asks for the partner."""
    place = scene.sentences.index(named.sentence)
    begins = len(named.sentence.text[: named.start - named.sentence.start].split()) <= 1
    return begins and place > 0 and bool(WITH_WHOM.fullmatch(scene.sentences[place - 1].text))


def _is_own(named: Named) -> bool:
    """Whether its sentence speaks of the writers; in a story about others "uns" does not count."""
    told = "partner.story" in segment_labels(named)
    return bool(OWN_SUBJECT.search(named.sentence.text)) if told else is_own(named)


def _plain_name(found: list[Named]) -> str:
    """The name as first written, the county's word kept."""
    first = found[0]
    tail = re.match(r" County\b", first.sentence.text[first.end - first.sentence.start :])
    if KIND_BEFORE.match(first.name) and candidates(plain := KIND_BEFORE.sub("", first.name)):
        return plain
    return first.name + (tail.group() if tail and not first.name.endswith("County") else "")


def weight_of(named: Named, scene: Scene) -> float:
    """What speaks for one mention: how it is written, where it stands, and the cues around it."""
    weight = _weight_of_form(named) + _weight_of_place(named, scene)
    weight -= 2.0 * (named.around or _is_area_of_town(named, scene))
    text = named.sentence.text
    after = text[named.end - named.sentence.start :]
    near = LOCATES.search(text[: named.start - named.sentence.start]) and not ENTERED.search(after)
    if near or LOCATED.match(after):
        return weight - 4
    return weight + _weight_of_cues(named, scene) - 2.5 * _is_listed(named, scene)


def _is_area_of_town(named: Named, scene: Scene) -> bool:
    """Whether it is a province or an island, and a town of the same country stands in the sentence."""
    if named.size != 0 or (named.kind_word and not AREA_WORD.search(_before(named))):
        return False
    peers = (p for p in scene.places if p.sentence is named.sentence and p.key != named.key)
    return any((p.size or 0) > 0 and set(p.countries) & set(named.countries) for p in peers)


def _before(named: Named) -> str:
    return named.sentence.text[: named.start - named.sentence.start]


def _weight_of_form(named: Named) -> float:
    """A country beside it, a word for a partner or a kind of body before it, a listed place of some size."""
    listed = 0.5 * ((named.size or 0) >= 15)
    return named.given + 2.5 * named.typed + 0.5 * named.kind_word + 0.5 * (named.given and named.kind_word) + listed


def _weight_of_place(named: Named, scene: Scene) -> float:
    """In the subject, beside a German body, alone in a line, after "sondern", or an earlier partner of the writer."""
    text, start = named.sentence.text, named.start - named.sentence.start
    weight = 1.0 * named.in_subject + 2.0 * is_paired(named, scene)
    weight += 1.5 * (named.given and len(text.split()) <= 4 and named.sentence.zone == "body")
    weight += 2.5 * _answers_with_whom(named, scene)
    weight += 1.5 * bool(CORRECTS.search(text[:start]) or PUTS_RIGHT.search(text[:start]))
    return weight + 2.0 * (earlier_country(scene.body_key, named.name) is not None)


def _weight_of_cues(named: Named, scene: Scene) -> float:
    text = named.sentence.text
    found = segment_labels(named) | (labels(text) & POSITIVE)
    if named.kind_word and (OWN.search(text) or WITHIN_STATE.search(text)):
        found -= {"partner.state"}
    if "partner.cityhall" in found or not _is_of_office(named):
        found -= {"partner.office"}
    if "partner.mediated" in found:
        found -= {"partner.office", "partner.club", "partner.story"}
    cued = sum(value for label, value in WEIGHTS.items() if f"partner.{label}" in found)
    cued += 1.5 * ("partnership.sure" in found and "partner.tie" not in found)
    weight = cued if cued < 0 or _is_addressed(named) else 0.5 * cued
    weight += 1.0 * _is_spoken_of_next(named, scene)
    only_club = "partner.club" in found and not {"partner.cityhall", "partner.tie"} & found
    return weight - 2.0 * (only_club and not _town_hall_follows(named, scene))


def _is_of_office(named: Named) -> bool:
    """Whether the office stands in the place: nothing but a few words between."""
    text, start = named.sentence.text, named.start - named.sentence.start
    hits = (hit for hit in find_cues(text) if hit.label == "partner.office")
    return any(hit.end <= start and len(text[hit.end : start].split()) <= 2 for hit in hits)


def _is_spoken_of_next(named: Named, scene: Scene) -> bool:
    """Whether the next sentence goes on about it: both sides, the town hall there."""
    place = scene.sentences.index(named.sentence) + 1
    following = scene.sentences[place : place + 1]
    if any(p.sentence is s for p in scene.places for s in following):
        return False
    found = {label for s in following for label in labels(s.text)}
    ours = bool({"partner.anaphora", "partnership.sure"} & found) or any(OWN.search(s.text) for s in following)
    return (
        ours and bool({"partner.tie", "partner.contact"} & found) and not {"partner.wish", "partnership.lack"} & found
    )


def _town_hall_follows(named: Named, scene: Scene) -> bool:
    """Whether the next sentence tells of the town hall there, so that a club only made the contact."""
    place = scene.sentences.index(named.sentence) + 1
    following = scene.sentences[place : place + 1]
    found = {label for s in following for label in labels(s.text)}
    return "partner.cityhall" in found and bool({"partner.tie", "partner.contact"} & found)


def _is_addressed(named: Named) -> bool:
    """Whether it stands where a place is meant as one: after a preposition, a kind of body or at the beginning."""
    before = named.sentence.text[: named.start - named.sentence.start]
    return named.given or named.typed or named.kind_word or not before.strip() or bool(ADDRESSES.search(before))


def is_paired(named: Named, scene: Scene) -> bool:
    """Whether a German body stands right before it with a link ("Solingen und Thiès").

    In the subject that may be a body's short name, where the place comes again below ("Gmünd + Thiès").
    """
    if _is_beside_short_name(named) and any(p.key == named.key and not p.in_subject for p in scene.places):
        return True
    text, offset = named.sentence.text, named.sentence.start
    gaps = (text[max(0, right - offset) : named.start - offset] for left, right in scene.german if right <= named.start)
    known = named.size is not None or named.in_subject
    return (
        known
        and "partner.story" not in labels(text)
        and len(text) < 90
        and any(PAIR_GAP.fullmatch(gap) for gap in gaps)
    )


def _is_beside_short_name(named: Named) -> bool:
    before = named.sentence.text[: named.start - named.sentence.start]
    return named.in_subject and bool(named.size) and bool(SHORT_NAME.fullmatch(before))


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
