"""The partner in the Global South that a letter means: which place, in which country, and what speaks for it.

Every place is weighed by the cues of the sentences that name it; twin towns listed by the way, ended and disowned
partnerships, a Land's partnership and a parish's contacts are set aside. The country in the text beats population.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from klimapartner.intents.bag_voter import Judgement
from klimapartner.intents.cues import labels
from klimapartner.intents.partner_country import resolve, supported
from klimapartner.intents.partner_denial import is_set_aside
from klimapartner.intents.partner_names import Span
from klimapartner.intents.partner_scene import NEGATIVE, Rival, Scene, clause_labels, is_meant, is_of_body, set_scene
from klimapartner.intents.partner_voter import meant_likelihoods, overrule
from klimapartner.intents.partner_weight import is_paired, is_put_right, weigh
from klimapartner.intents.partnership_voice import hear
from klimapartner.intents.reading import Evidence, Partner
from klimapartner.intents.region_choice import is_chosen
from klimapartner.intents.sentences import Sentence, is_letter
from klimapartner.intents.telling import is_asking
from klimapartner.intents.world import SOUTH, Mention, candidates, find, region_of
from klimapartner.intents.world_words import is_known

ENOUGH = 2.5
FOREIGN_ENOUGH = 3.0
BEYOND = 5.0  # a place outside both regions of this weight is meant where no partner is said to lack
SURE = 4.0  # a place of this weight is not asked about
AGAINST = {"partnership.lack", "partnership.none", "partner.story", "partner.club"}
SPEAKS = {"partner.tie", "partner.contact", "partnership.sure", "partnership.planned"}
ALONE = 1.0  # enough for a place without a rival
WEAK = 0.5  # from here on a place is asked about
# After an ended partnership another one in the same country ("wieder in Benin", "dennoch nach Nigeria").
AGAIN = re.compile(
    r"\b(?:wieder(?:um)?|erneut|abermals|dennoch|trotzdem|nochmals?|again|another|nouveau|otra vez|nuevamente|de novo"
    r"|novamente)\b",
    re.IGNORECASE,
)
# The voter's word from here on counts; chosen on writers that it had not seen. It sets aside only where it is sure.
HEARD, HEARD_ASIDE, HEARD_COUNTRY = 0.45, 0.8, 0.4


@dataclass(frozen=True, slots=True)
class PartnerDecision:
    """The partner meant, further ones, and why; `named` are the sentences that speak of it.

    `aside` are those that name a place which is set aside; `likeliest` is the town that is the likeliest partner,
    chosen or not, and `sureness` how likely it is to be the one.
    """

    partner: Partner | None = None
    more: tuple[Partner, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    named: tuple[Sentence, ...] = ()
    aside: tuple[Sentence, ...] = ()
    likeliest: "PartnerDecision | None" = None
    sureness: float = 0.0


@dataclass(frozen=True, slots=True)
class Choice:
    """The places meant, the likeliest first, and the others that a letter names."""

    meant: Sequence[Rival]
    others: Sequence[Rival]


Chooser = Callable[[Scene], Choice]


def decide_partner(scene: Scene, choose: Chooser) -> PartnerDecision:
    """The partner of a German writer."""
    choice = choose(scene)
    rivals = [*choice.meant, *choice.others]
    aside = tuple(dict.fromkeys(n.sentence for r in rivals if r.rejected for n in r.mentions))
    decision = _decision(choice.meant) if choice.meant else _country_only(scene, rivals)
    likeliest = max(rivals, key=lambda rival: rival.sureness, default=None)
    return replace(decision, aside=aside, likeliest=_decision([likeliest]) if likeliest else None)


def choose_by_rules(scene: Scene) -> Choice:
    """The places for which the rules find enough that speaks for them."""
    rivals = _heard(_corrected(weighed_places(scene)), scene)
    rivals.sort(key=lambda r: (-r.score, r.mentions[0].start))
    chosen = _choose(rivals, scene)
    return Choice(chosen, [r for r in rivals if r not in chosen])


def choose_by_both(scene: Scene) -> Choice:
    """The places that the rules and the voter on partners together are surer of than not."""
    choice = choose_by_rules(scene)
    rivals = [*choice.meant, *choice.others]
    whole = is_letter(scene.sentences)
    likely = meant_likelihoods(scene, rivals) if whole else [float(r in choice.meant) for r in rivals]
    return Choice(*overrule(rivals, choice.meant, likely))


def weighed_places(scene: Scene) -> list[Rival]:
    """The places of a letter with their weight and country, before one is chosen."""
    return [supported(resolve(rival, scene), scene) for rival in weigh(scene)]


def decide_wished_country(sentences: Sequence[Sentence], german: Sequence[Span] = ()) -> PartnerDecision:
    """The country wished in a letter of which no place is a partner."""
    scene = set_scene(sentences, german)
    wished = _country_only(scene, [replace(resolve(rival, scene), rejected=True) for rival in weigh(scene)])
    return wished if wished.partner and region_of(wished.partner.country or "") in SOUTH else PartnerDecision()


def _corrected(rivals: list[Rival]) -> list[Rival]:
    """The rivals, those set aside that stand before the place that a correction puts right."""
    right = [n for r in rivals for n in r.mentions if is_put_right(n)]
    if len({n.key for n in right}) != 1 or len({n.countries for n in right}) != 1:
        return rivals
    place = right[0]
    return [
        replace(r, rejected=True)
        if place not in r.mentions and all(n.start < place.start and (n.typed or n.given) for n in r.mentions)
        else replace(r, score=max(r.score, SURE), rejected=False)
        if place in r.mentions
        else r
        for r in rivals
    ]


def _southern(rival: Rival) -> bool:
    if rival.country:
        return region_of(rival.country) != "other"
    sizes = candidates(rival.name)
    if not sizes or any(m.typed for m in rival.mentions):
        return any(m.is_southern for m in rival.mentions)
    return region_of(max(sizes, key=lambda iso: sizes[iso])) != "other"


def _heard(rivals: list[Rival], scene: Scene) -> list[Rival]:
    """The rivals; the voter lifts one of little weight where none has more, and sets aside one that is not sure."""
    if any(_southern(r) and not r.rejected and r.score >= SURE for r in rivals):
        return rivals
    asked = [r for r in rivals if not r.rejected and _southern(r) and (r.score >= ENOUGH or _may_be_lifted(r))]
    named = [n for r in asked for n in r.mentions]
    judged = dict(zip(named, hear(scene.sentences, scene.german, [(n.sentence, n) for n in named]), strict=True))
    enough = any(r.score >= ENOUGH for r in asked)
    asked = [_alone(r, asked, scene) for r in asked]
    rivals = [next((r for r in asked if r.mentions == rival.mentions), rival) for rival in rivals]
    return [_with_voice(r, [judged[n] for n in r.mentions], enough) if r in asked else r for r in rivals]


def _may_be_lifted(rival: Rival) -> bool:
    """Whether it has some weight, looks like a place, and no sentence tells of it as of news, others or clubs."""
    told = all(_is_told(labels(n.sentence.text)) for n in rival.mentions)
    is_place = any(n.size is not None or n.typed or n.kind_word for n in rival.mentions)
    return rival.score >= WEAK and is_place and not told


def _is_told(found: frozenset[str]) -> bool:
    """Whether a sentence tells of a place as of news, others or clubs."""
    if "partner.mediated" in found:
        return False
    return "partner.story" in found or ("partner.club" in found and "partner.cityhall" not in found)


def _alone(rival: Rival, asked: list[Rival], scene: Scene) -> Rival:
    """The only place of the South that a letter names, listed and of some weight, is meant where no partner lacks."""
    if len(asked) > 1 or rival.score < WEAK or all(n.size is None for n in rival.mentions):
        return rival
    found = {label for s in scene.sentences for label in labels(s.text)}
    enough = rival.score >= ALONE or (SPEAKS & found and not is_known(rival.mentions[0].key))
    return rival if AGAINST & found or not enough else replace(rival, score=max(rival.score, ENOUGH))


def _with_voice(rival: Rival, said: list[Judgement], enough: bool) -> Rival:
    meant, aside = (max(j[f"partner_{label}"] for j in said) for label in ("is_meant", "ended_or_aside"))
    if rival.score < ENOUGH:
        return rival if enough or meant < max(HEARD, aside) else replace(rival, score=ENOUGH)
    return replace(rival, rejected=True) if aside >= HEARD_ASIDE and aside > 2 * meant else rival


def _choose(rivals: list[Rival], scene: Scene) -> list[Rival]:
    """The partner and further ones; a choice between several countries is none."""
    alive = [r for r in rivals if not r.rejected]
    southern = [r for r in alive if _southern(r) and r.score >= ENOUGH]
    if southern:
        return [] if _is_choice(southern) else [r for r in southern if r.score >= max(ENOUGH, southern[0].score - 2.5)]
    foreign = [r for r in alive if not _southern(r) and r.country and r.score >= FOREIGN_ENOUGH]
    clear = len(foreign) == 1 or (len(foreign) > 1 and foreign[0].score >= foreign[1].score + 1)
    return foreign[:1] if clear and _foreign_is_meant(foreign[0], scene) else []


def _is_choice(rivals: list[Rival]) -> bool:
    first, *rest = rivals
    if not rest:
        return False
    shared = [m for m in first.mentions if any(n.sentence is m.sentence for n in rest[0].mentions)]
    return rest[0].score > first.score - 1 and any("partner.choice" in labels(m.sentence.text) for m in shared)


def _foreign_is_meant(rival: Rival, scene: Scene) -> bool:
    """Whether the letter asks to take part with a partner outside both regions."""
    if any(m.region in ("africa", "latin_america") for s in scene.sentences for m in find(s.text) if m.kind != "place"):
        return any("region.talk" in labels(s.text) for s in scene.sentences)
    if any(is_paired(named, scene) for named in rival.mentions):
        return True
    place = scene.sentences.index(rival.mentions[0].sentence)
    near = scene.sentences[max(0, place - 1) : place + 3]
    lacks = any({"partnership.lack", "partnership.none"} & labels(s.text) for s in scene.sentences)
    return any("partner.scope" in labels(s.text) for s in near) or (rival.score >= BEYOND and not lacks)


def _decision(chosen: Sequence[Rival]) -> PartnerDecision:
    partners = tuple(Partner(rival.name, rival.country) for rival in chosen)
    evidence = [item for rival in chosen[:1] for item in _evidence(rival)]
    sentences = tuple(dict.fromkeys(m.sentence for m in chosen[0].mentions))
    return PartnerDecision(partners[0], partners[1:], tuple(evidence), sentences, sureness=chosen[0].sureness)


def _evidence(rival: Rival) -> Iterable[Evidence]:
    named = rival.mentions[0]
    sure = min(0.98, 0.6 + 0.08 * rival.score)
    yield Evidence("partner.municipality", rival.name, named.start, named.end, sure, "als Partner genannt")
    if rival.country:
        given = next((m for m in rival.mentions if m.given), named)
        reason = "Land im Text genannt" if given.given else "Land aus dem Ortsverzeichnis erschlossen"
        only = given.given or len(candidates(rival.name)) == 1
        yield Evidence("partner.country", rival.country, given.start, given.end, sure if only else 0.8 * sure, reason)


def _country_only(scene: Scene, rivals: Sequence[Rival]) -> PartnerDecision:
    """A wish for one country, or contacts there without a town."""
    wished = [(s, m) for s, m in scene.mentions if _is_wished(s, m, rivals) and not _is_taken_back(s, scene)]
    wished = wished or _heard_countries(scene)
    set_aside = [r for r in rivals if r.rejected and (r.score >= ALONE or any(n.size != 0 for n in r.mentions))]
    gone = {r.country for r in set_aside} | {iso for r in set_aside for iso in r.mentions[0].countries}
    countries = {iso for _, m in wished for iso in m.countries}
    picked = {iso for s, m in wished if is_chosen(s.text, m) for iso in m.countries}
    countries = picked or countries
    gone -= picked | {iso for s, m in wished if _is_again(s, m) for iso in m.countries}
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


def _heard_countries(scene: Scene) -> list[tuple[Sentence, Mention]]:
    """The countries of the South that the voter takes for wished, where the letter wishes no region as a whole."""
    if any(m.kind == "region" and m.region in SOUTH for s in scene.sentences for m in find(s.text)):
        return []
    southern = [(s, m) for s, m in scene.mentions if _can_be_wished(s, m)]
    judged = hear(scene.sentences, scene.german, [(s, None) for s, _ in southern])
    return [pair for pair, said in zip(southern, judged, strict=True) if said["wish_country"] >= HEARD_COUNTRY]


def _can_be_wished(sentence: Sentence, mention: Mention) -> bool:
    told = {"partner.club", "region.against", *NEGATIVE} & labels(sentence.text)
    southern = mention.region in SOUTH and mention.kind == "country" and not told
    return southern and is_meant(sentence, mention) and not is_asking(sentence)


def _is_taken_back(sentence: Sentence, scene: Scene) -> bool:
    """Whether the next sentence says that this one is wrong."""
    place = scene.sentences.index(sentence) + 1
    return place < len(scene.sentences) and "partner.denied" in labels(scene.sentences[place].text)


def _is_wished(sentence: Sentence, mention: Mention, rivals: Sequence[Rival]) -> bool:
    """Whether a sentence wishes a partner in a country, or tells of contacts there."""
    text = sentence.text
    if is_set_aside(text, mention) or re.match(r"[-\u2010]\w", text[mention.end :]):
        return False
    found, own = labels(text), clause_labels(text, mention.start)
    if "partnership.none" in found and _is_again(sentence, mention):
        return True
    if "region.talk" in found or (found & NEGATIVE and (own & NEGATIVE or "partner.wish" not in own)):
        return False
    if _is_either(sentence, mention, found):
        return False
    wish = bool({"partner.wish", "partner.mediated"} & found) or is_chosen(text, mention)
    contact = bool({"partner.contact", "partner.tie"} & found)
    if mention.kind == "demonym" and not is_of_body(text, mention):
        return False
    outside = all(region_of(iso) == "other" for iso in mention.countries)
    placed = any(
        m.sentence is sentence for r in rivals for m in r.mentions if set(m.countries) & set(mention.countries)
    )
    if outside:
        return wish and not placed
    return wish or (contact and "partner.club" not in found)


def _is_again(sentence: Sentence, mention: Mention) -> bool:
    """Whether another partner in the same country is spoken of, after one that is set aside."""
    return bool(AGAIN.search(sentence.text[max(0, mention.start - 20) : mention.end + 40]))


def _is_either(sentence: Sentence, mention: Mention, found: frozenset[str]) -> bool:
    """Whether the sentence leaves it open between this country and the other region."""
    others = {m.region for m in find(sentence.text) if m.kind != "place"} & set(SOUTH) - {mention.region}
    return "region.open" in found and bool(others)


def _fresh(sentence: Sentence, rivals: Sequence[Rival]) -> bool:
    """Whether no rejected place stands in the sentence."""
    return not any(m.sentence is sentence for r in rivals if r.rejected for m in r.mentions)
