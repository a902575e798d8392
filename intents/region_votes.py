"""What one sentence says of world regions: which are wished, that any is fine, which are set aside."""

import re
from dataclasses import dataclass, replace
from itertools import pairwise

from klimapartner.intents.cues import Hit, find_cues, fold, labels
from klimapartner.intents.partner_scene import POSITIVE, clause_labels, is_of_body
from klimapartner.intents.reading import Region
from klimapartner.intents.region_choice import is_chosen
from klimapartner.intents.sentences import Sentence
from klimapartner.intents.telling import gives_right, gives_wrong, is_asking, negated
from klimapartner.intents.world import SOUTH, Mention, find

OTHERS = {"partner.club", "partner.story", "partner.state", "partner.office", "partner.reject", "region.against"}
NEGATIVE = {"partner.reject", "region.against", "partner.story"}
EITHER = re.compile(
    r"(?:amerika|africa|afrika|afrique|áfrica|america|américa|amérique|karibik)\S*\s(?:\S+\s)?(?:oder|od\.|or|ou|o)\s",
    re.IGNORECASE,
)
BOTH = re.compile(
    r"\b(?:vorlieb|präferenz|bevorzug|beide|egal|both|either|preferenc|préférenc|ambas|ambos)", re.IGNORECASE
)
PREFERS = re.compile(r"\b(?:aber|jedoch|allerdings|doch|wobei|but|though|mais|pero|aunque|mas)\b", re.IGNORECASE)
CONCEDES = re.compile(
    r"\b(?:auch|ebenso|ebenfalls|zur not|notfalls|alternativ|ersatzweise|hilfsweise|also|too|otherwise"
    r"|aussi|tambi[eé]n|também)\b",
    re.IGNORECASE,
)
REGION_WORD = re.compile(
    r"regi[oóã]|r[ée]gion|[kc]ontinen|erdteil|weltgegend|weltteil|länder|laender|geogra|himmelsrichtung"
    r"|halbkugel|hemisphäre"
    r"|atlanti|ozean|ocean|spanisch|französisch|portugiesisch|englisch|[ks]uah?eli|swahili|spanish|french|portuguese",
    re.IGNORECASE,
)
SUBJECT = re.compile(
    r"regi[oóã]|r[ée]gion|[kc]ontinen|erdteil|welt|beid|both|deux|amb[ao]s|dos|duas|himmelsrichtung|halbkugel",
    re.IGNORECASE,
)
OR = re.compile(r"(?:^|\s)(?:oder|or|ou|o)\s+$|^\s*(?:oder|or|ou|o)\s", re.IGNORECASE)
OPEN_WITHIN = re.compile(r"\b(?:welches land|auf ein land|which country|quel pays|qué país|que país)\b", re.IGNORECASE)
WHETHER = re.compile(
    r"\b(?:wissen|erfahren|klären|fragen|sagen), (?:ob|welche)"
    r"|\bknow (?:whether|if)|\bsavoir si\b|\bsaber si\b|\bsaber se\b",
    re.IGNORECASE,
)
ANYTHING = re.compile(
    r"\b(?:(?:für )?alles (?:offen|recht|denkbar|möglich)"
    r"|offen (?:(?:sind|wären|waeren|bleiben) wir )?für alles|nehmen alles"
    r"|open to (?:anything|everything|all)"
    r"|ouverte?s? à tout|abiert[oa]s? a todo|abert[oa]s? a tudo)\b",
    re.IGNORECASE,
)
OPEN_FOR = re.compile(
    r"\b(?:für|fuer|gegenüber|to|towards|à|a|para)\s"
    r"(?:(?:ganz|den|die|das|the|all of|toute?|l['’]|toda?|la|gesamten?)\s?){0,3}$",
    re.IGNORECASE,
)
INSTEAD = re.compile(
    r"\b(?:statt|anstatt|anstelle von|nicht mehr|nicht länger|instead of|no longer)\W+$", re.IGNORECASE
)
INSTEAD_OF = re.compile(r"\s(?:statt|anstatt|anstelle|instead|rather|plutôt|en lugar|em vez)\b", re.IGNORECASE)
QUOTED_INSTEAD = re.compile(r"\b(?:statt|anstatt|anstelle von|instead of)\s+[\"„“»'][^\"“”«']*[\"“”«']", re.IGNORECASE)
IF_NEED_BE = re.compile(r"\bzur Not\b", re.IGNORECASE)  # no English "not"; put as a word of the same length
SECOND = re.compile(
    r"\b(?:weder\b.*\bnoch|neither\b.*\bnor|ni\b.*\bni|nem\b.*\bnem)\s(?:[\w']+\s){0,3}$"
    r"|\b(?:eher|lieber|besser|naeher|mehr|rather|better|more|closer|sooner|plutot|mieux|mejor|melhor|mas|mais|antes)\b.*\b(?:als|than|que)\s(?:[\w']+\s){0,2}$"
)
EXCEPT = re.compile(
    r"\b(?:außer|ausser|bis auf|nur nicht|bloß nicht|blos nicht|except(?: for)?|but not|sauf|excepto|salvo|exceto)"
    r"\s(?:(?:in|nach|mit|aus|an|the|l['’]|en|la|a|o|na)\s?){0,2}$",
    re.IGNORECASE,
)
ALL_BUT = re.compile(
    r"\b(?:alles|überall(?: hin)?|egal (?:wo|wohin|was)|jede\w* \w+"
    r"|anything|anywhere|everywhere|partout|tout|todo|tudo)"
    r"(?: (?:ist|geht|wäre|passt|gut|recht|willkommen|hin|is|fine|welcome))*,?"
    r"\s(?:außer|ausser|bis auf|nur nicht|bloß nicht|except(?: for)?|but|sauf"
    r"|excepto|salvo|menos|exceto)\s(?:(?:in|nach|mit|aus|an|the|l['’]|en|la|a|o|na)\s?){0,2}$",
    re.IGNORECASE,
)
OUT = re.compile(r"\s*(?:\W\s*)?(?:raus|hinaus|weg|streichen|gestrichen|out|off|dehors|fuera|fora)\b", re.IGNORECASE)
JOINED = re.compile(
    r"\s*(?:,\s*)?(?:oder|und|noch|bzw\.?|sowie|or|and|nor|et|ou|ni|y|o|u|e|/)\s+(?:(?:in|im|an|nach|mit|aus|one|en|au|à|na|no|em|a|aus)\s+)?"
    r"(?:(?:der|die|das|den|dem|the|el|la|l['’]|einem|einer|eine|one)\s*){0,2}(?:(?:in|im)\s+)?",
    re.IGNORECASE,
)
EITHER_COUNTRY = re.compile(
    r"(?:\s*\(?(?:vllt|vlt|viell|vielleicht|evtl|eventuell|ggf|perhaps|maybe|peut-être|quizás?|talvez)\b\.?\)?)?"
    r"\s*(?:,|/|\boder\b|\bund\b|\bu\.|\bbzw\.?|\bor\b|\band\b|\bou\b|\bet\b|\bo\b|\by\b|\be\b)",
    re.IGNORECASE,
)


# A form's or a note's line that denies links with both ("Verbindungen nach Afrika oder Lateinamerika: keine").
LINKS = re.compile(
    r"\b(?:\w*kontakt|verbindung|beziehung|\w*partner|draht|drähte|bezüge|anknüpfung|link|tie|contact|lien|relation|contacto"
    r"|contato|vínculo)\w*\b[^.;!?]*?(?:[:=–-]\s*|\b(?:haben|gibt|bestehen|besteht|unterhalten|pflegen|fehlen|fehlt|have"
    r"|there are)\b[^.;!?]*)"
    r"(?:kein\w*|null|nein|nix|fehlanzeige|nicht|noch nie|no\b|none|neither|aucun\w*|ningun\w*|nenhum\w*|fehlt|fehlen)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Vote:
    """One region said in a sentence; `strong` where it is wished, `named` where the sentence names regions at all."""

    region: Region
    sentence: Sentence
    start: int
    end: int
    strong: bool
    named: bool = True


def votes_of(sentence: Sentence, before: Sentence | None) -> list[Vote]:
    """What a sentence says of regions; `before` is the sentence before it, which may have named them."""
    text, found = sentence.text, labels(sentence.text)
    if _asks(sentence, found) or gives_wrong(text):
        return []
    mentions = [m for m in find(text) if m.kind != "place" and m.region and m.countries != ("DE",)]
    if rest := _all_but(sentence, mentions):
        return rest
    kept = _not_negated(text, mentions)
    is_open = any(hit.label == "region.open" and not _is_denied(text, hit) for hit in find_cues(text))
    if (is_open and not _contrasts(text, kept, mentions)) or ANYTHING.search(text):
        return _when_open(sentence, before, kept, found)
    if len(kept) < len(mentions) and len({m.region for m in kept} & set(SOUTH)) < 2:
        return _strong(sentence, kept, found - {"region.against"})
    if "region.talk" in found:
        return []
    return _when_named(sentence, kept, found)


def _all_but(sentence: Sentence, mentions: list[Mention]) -> list[Vote]:
    """The other region, where one is all that is left out ("alles außer Lateinamerika")."""
    named = [m for m in mentions if m.region in SOUTH]
    left_out = {m.region for m in named if m.kind == "region" and ALL_BUT.search(sentence.text[: m.start])}
    if len(left_out) != 1 or len(named) != 1:
        return []
    return [Vote(r, sentence, sentence.start, sentence.end, strong=True) for r in SOUTH if r not in left_out]


def _when_open(sentence: Sentence, before: Sentence | None, kept: list[Mention], found: frozenset[str]) -> list[Vote]:
    """Of a sentence that says that any is fine: among the countries of one region, or of all regions."""
    text, left = sentence.text, {m.region for m in kept} & set(SOUTH)
    if _names_one(kept):
        return [Vote(m.region, sentence, sentence.start, sentence.end, strong=True) for m in kept if m.region]
    either = any(OR.match(text[m.end :]) or OR.search(text[: m.start]) for m in kept)
    of_all = either or (SUBJECT.search(text) and not OPEN_WITHIN.search(text))
    preferred = [m for m in kept if not of_all or PREFERS.search(text[: m.start]) or OPEN_FOR.search(text[: m.start])]
    votes = _strong(sentence, preferred, found | {"partner.wish"}) if len(left) == 1 else []
    return votes or _open(sentence, before)


def _when_named(sentence: Sentence, kept: list[Mention], found: frozenset[str]) -> list[Vote]:
    """Of a sentence that names regions or countries: both as fine, one of several countries, or each by itself."""
    denied = {"partnership.lack", "region.against"} & found or LINKS.search(sentence.text)
    both = {m.region for m in kept} >= set(SOUTH) and not denied
    if both and (EITHER.search(sentence.text) or CONCEDES.search(sentence.text)):
        return [Vote("open", sentence, sentence.start, sentence.end, strong=True)]
    votes = [vote for m in kept if (vote := _vote(sentence, m, found))]
    return votes or _of_countries(sentence, kept, found)


def _of_countries(sentence: Sentence, kept: list[Mention], found: frozenset[str]) -> list[Vote]:
    """The region of several countries named as a choice ("Bolivien oder Peru"), where they are not others' business."""
    countries = [m for m in kept if m.kind == "country" and m.region in SOUTH]
    linked = any(EITHER_COUNTRY.match(sentence.text[m.end : n.start]) for m, n in pairwise(countries))
    if not linked or not _names_one(countries) or found & OTHERS:
        return []
    return [
        Vote(m.region, sentence, sentence.start + m.start, sentence.start + m.end, False) for m in countries if m.region
    ]


def _not_negated(text: str, mentions: list[Mention]) -> list[Mention]:
    """The mentions that are not denied; of two that a conjunction joins, neither where one is."""
    gone = {m for m in mentions if _is_negated(text, m)}
    for left, right in (*pairwise(mentions), *reversed(list(pairwise(mentions)))):
        if {left, right} & gone and JOINED.fullmatch(text[left.end : right.start]):
            gone |= {left, right}
    return [m for m in mentions if m not in gone]


def _contrasts(text: str, kept: list[Mention], mentions: list[Mention]) -> bool:
    """Whether one region is named and another denied, so that being open is not said of both."""
    left = {m.region for m in kept} & set(SOUTH)
    return len(kept) < len(mentions) and len(left) == 1 and not BOTH.search(text)


def _asks(sentence: Sentence, found: frozenset[str]) -> bool:
    if "asking.indirect" in found and WHETHER.search(sentence.text):
        return True
    direct = sentence.text.rstrip().endswith("?") or "asking.indirect" in found
    return direct and is_asking(sentence) and "partner.wish" not in found


def _strong(sentence: Sentence, mentions: list[Mention], found: frozenset[str]) -> list[Vote]:
    return [replace(vote, strong=True) for m in mentions if (vote := _vote(sentence, m, found))]


def _open(sentence: Sentence, before: Sentence | None) -> list[Vote]:
    """Open it is only where regions are the subject: in the sentence, or in the one before."""
    near = [s for s in (sentence, before) if s]
    if not ANYTHING.search(sentence.text) and not any(map(_is_of_regions, near)):
        return []
    mentions = [m for m in find(sentence.text) if m.region in SOUTH]
    if not mentions and before and _names_one(list(find(before.text))):
        return []
    return [Vote("open", sentence, sentence.start, sentence.end, strong=True, named=bool(mentions))]


def _vote(sentence: Sentence, mention: Mention, found: frozenset[str]) -> Vote | None:
    if mention.region is None:
        return None
    if mention.kind == "demonym" and not is_of_body(sentence.text, mention):
        return None
    negative = NEGATIVE if mention.kind == "region" else NEGATIVE | {"partner.state"}
    if found & negative and _set_aside(sentence, mention, negative):
        return None
    wish = bool({"partner.wish", "region.label"} & found) or _is_of_partner(sentence, mention, found)
    wish = wish or is_chosen(sentence.text, mention) or gives_right(sentence.text)
    if mention.kind != "region" and not wish:
        return None
    if mention.region == "other" and ("partner.wish" not in found or "partnership.existing" in found):
        return None
    if "partnership.lack" in found and not wish and _names_both(sentence):
        return None
    return Vote(mention.region, sentence, sentence.start + mention.start, sentence.start + mention.end, wish)


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
    if OUT.match(text[mention.end :]) or EXCEPT.search(text[: mention.start]):
        return True
    plain = QUOTED_INSTEAD.sub(lambda m: "." * len(m.group()), IF_NEED_BE.sub("notfall", text))
    if plain[mention.start] == ".":
        return True
    later = INSTEAD_OF.search(plain, mention.end)
    plain = plain[: later.start()] if later else plain
    before, inside = fold(plain[: mention.start]), fold(plain[mention.start : mention.end])
    return bool(SECOND.search(before)) or negated(fold(plain), len(before), len(before) + len(inside))


def _names_one(mentions: list[Mention]) -> bool:
    """Whether several countries of one region are named: open is then only which of them it is."""
    named = [m for m in mentions if m.kind != "place" and m.region in SOUTH]
    return len({m.countries for m in named if m.kind == "country"}) > 1 and len({m.region for m in named}) == 1


def _names_both(sentence: Sentence) -> bool:
    return {m.region for m in find(sentence.text)} >= set(SOUTH)


def _set_aside(sentence: Sentence, mention: Mention, negative: set[str]) -> bool:
    """Whether a negative cue speaks of the mention: in its own clause, or in a sentence that wishes nothing there.

    A cue in the clause of another region speaks of that one.
    """
    own = clause_labels(sentence.text, mention.start)
    if own & negative:
        return True
    others = (m for m in find(sentence.text) if m.kind != "place" and m.region and m.region != mention.region)
    if any(clause_labels(sentence.text, other.start) & negative for other in others):
        return False
    return not own & POSITIVE
