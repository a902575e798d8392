"""Names of towns and districts as a sentence writes them, with the country that the sentence gives them.

Two sources: the world's gazetteer, and patterns ("Partnerstadt X", "X in Togo", "Municipio de X", "X (Perú)") for
places that no gazetteer has.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

from klimapartner.intents.cues import fold
from klimapartner.intents.partner_denial import is_denied, is_set_aside
from klimapartner.intents.partner_words import (
    after_kind,
    after_label,
    after_partner,
    before_kind,
    capital_runs,
    is_kind,
    is_town_of,
    is_word,
    leads_over_area,
    leads_to,
    words_before,
)
from klimapartner.intents.sentences import Sentence
from klimapartner.intents.world import Mention, find, region_of
from klimapartner.intents.world_words import is_known, looks_foreign

Span = tuple[int, int]

NEAR = re.compile(
    r"\s*(?:[(,/–:-]\s*)?(?:(?:also|nämlich|sprich|genauer|c'est-à-dire|es decir|ou seja|i\.e\.) )?"
    r"(?:(?:das |die |der |it |which )?(?:liegt |lies |is )?"
    r"(?:in|im|en|au|aux|auf|an|of|de|do|da|du|del|no|na|aus|from|à|em|am|near)\s+)?"
    r"(?:(?:republik|republic of|république d[ue]|república d[eo]l?)\s+)?"
    r"(?:(?:der|den|dem|des|the|la|le|les|el|los|las|a|o|os|as|westafrikanischen|ostafrikanischen)\s+|l['’])?",
    re.IGNORECASE,
)
AREA = re.compile(
    r"(?:\s(?:local|municipal|district|metropolitan|municipality|council|assembly|county|city))*"
    r"\s*(?:(?P<sign>[(,/–-])\s*)?(?:also |und zwar |gelegen )?(?P<within>(?:in|im|en|na|no|em|dans|auf|within|at)\s+)?"
    r"(?:(?:der|den|dem|the|la|el|las|los|l['’]|l')\s*)?"
    r"(?P<kind>(?:[\w-]*provinz|[\w-]*region|[\w-]*staat|departement|département|departamento|provincia|province|província"
    r"|prov\.?|state|estado|edo\.?"
    r"|regi[aã]o|región|región|région|ilha|isla|île|island|insel"
    r"|distrikt|district|distrito|county|kreis|raum|cercle|préfecture|bezirk)"
    r"\s+(?:(?:of|de|do|da|du|del|von)\s+)?(?:d['’])?)?",
    re.IGNORECASE,
)
ADDRESSED = re.compile(
    r"\b(?:mit|nach|zu|with|avec|con|com|rathaus (?:von|in)"
    r"|(?:bürgermeister\w*|verwaltung|mayor|maire|alcalde\w*|prefeit\w+)"
    r" (?:von|in|aus|of|de|do|da))\s$",
    re.IGNORECASE,
)
EXPLAINED = re.compile(
    r"\s*,\s(?:(?:eine[rmns]?|der|die|das|une?|una|uma|um|a|the)\s)(?:\w+(?:en|er|e|es)?\s){0,2}"
    r"\w*(?:stadt|gemeinde|kommune|distrikt|bezirk|ort|dorf|city|town|municipality"
    r"|district|ville|commune|municipio|ciudad|cidade)\b",
    re.IGNORECASE,
)
BESIDE = re.compile(r"\.?\s*(?:[+&/–—-]|und|and|et|y|e|mit|with)\s*")
TITLE = re.compile(
    r"(?:\b(?:Herrn?|Frau|Dr\.|Prof\.|Mr\.?|Mrs\.?|Ms\.?|M\.|Mme|Sra?\.|Señora?|Don|Doña|Ing\.|Lic\.)\s+(?:\w+\s+)?)$"
)


@dataclass(frozen=True, slots=True)
class Named:
    """A place in a sentence; offsets are those of the letter.

    `countries` are the countries it can lie in, `given` says that the sentence itself gives one; `typed` that a word
    for a partner stands right before it; `size` is in thousands of inhabitants, None for a name of no gazetteer;
    `around` says that it only tells where the place before it lies ("X in der Provinz Y").
    """

    name: str
    key: str
    start: int
    end: int
    sentence: Sentence
    countries: tuple[str, ...] = ()
    given: bool = False
    typed: bool = False
    kind_word: bool = False
    denied: bool = False
    size: int | None = None
    around: bool = False

    @property
    def in_subject(self) -> bool:
        return self.sentence.zone == "subject"

    @property
    def is_southern(self) -> bool:
        """Whether it can lie in Africa or Latin America; unknown names can."""
        return not self.countries or any(region_of(iso) != "other" for iso in self.countries)


def names(sentence: Sentence, german: Sequence[Span] = ()) -> tuple[Named, ...]:
    """The places of a sentence outside Germany, in order; a German body's span counts only with a foreign country."""
    return _names(_This(sentence), tuple(german))


@dataclass(frozen=True, slots=True, eq=False)
class _This:
    """A sentence as a key that is itself and no other of the same words: names are told apart by their sentence."""

    sentence: Sentence

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _This) and self.sentence is other.sentence

    def __hash__(self) -> int:
        return id(self.sentence)


# Asked for again and again while one letter is weighed.
@lru_cache(maxsize=512)
def _names(this: _This, german: tuple[Span, ...]) -> tuple[Named, ...]:
    sentence = this.sentence
    mentions = find(sentence.text)
    spans = [(start - sentence.start, end - sentence.start) for start, end in german]
    found = [*_listed(sentence, mentions), *_patterned(sentence, mentions)]
    if is_informal(sentence.text):
        found = [*found, *_small(sentence)]
    if sentence.zone == "subject":
        found = [*found, *_beside_german(sentence, mentions, [end for _, end in spans])]
    kept = [n for n in _longest_first(found) if not _german(n, spans, sentence)]
    return _with_areas(sorted(kept, key=lambda n: n.start), sentence)


def _with_areas(places: list[Named], sentence: Sentence) -> tuple[Named, ...]:
    """The places, those marked that only tell where the one before them lies."""
    marked = places[:1]
    for before, named in pairwise(places):
        gap = sentence.text[before.end - sentence.start : named.start - sentence.start]
        of_area = is_town_of(gap) and not named.typed
        marked.append(replace(named, around=of_area or _lies_in(before, named, AREA.fullmatch(gap))))
    return tuple(marked)


def _lies_in(place: Named, area: Named, gap: re.Match[str] | None) -> bool:
    """Whether what stands between them says that the first lies in the second."""
    if not gap or area.typed:
        return False
    fits = not place.countries or not area.countries or bool(set(place.countries) & set(area.countries))
    linked = bool(
        gap["within"]
        or gap["sign"] == "("
        or (gap["sign"] == "," and (area.given or area.size == 0) and bool(not area.kind_word or gap["kind"]))
    )
    return fits and linked and (area.size is None or area.size == 0 or area.given or bool(gap["within"]))


def is_informal(text: str) -> bool:
    """Whether a sentence is written without capitals (its first word and words all in capitals apart)."""
    return not re.search(r"(?<=[^.!?:\s] )[A-ZÄÖÜÉ][a-zäöüßà-ÿ]", text)


def _small(sentence: Sentence) -> Iterator[Named]:
    """Names in small letters: listed ones that stand by their country or by a word for a partner."""
    raised = replace(sentence, text=re.sub(r"\b[^\W\d_](?=\w{3})", lambda m: m.group().upper(), sentence.text))
    if len(raised.text) != len(sentence.text):
        return
    mentions = find(raised.text)
    small = [n for n in _listed(raised, mentions) if n.size is not None and (n.given or n.kind_word or _is_clear(n))]
    small += [n for n in _patterned(raised, mentions) if n.given and (n.typed or n.kind_word) and " " not in n.name]
    for named in small:
        start = named.start - sentence.start
        written = sentence.text[start : start + len(named.name)]
        if written.islower() and len(written) > 3:
            yield replace(named, name=written, sentence=sentence)


def _is_clear(named: Named) -> bool:
    """Whether a name in small letters can only be a place of the South, and no word."""
    southern = all(region_of(iso) != "other" for iso in named.countries)
    return (
        southern and (named.size or 0) >= 5 and len(named.key) > 4 and " " not in named.key and not is_known(named.key)
    )


def _german(named: Named, spans: Sequence[Span], sentence: Sentence) -> bool:
    start, end = named.start - sentence.start, named.end - sentence.start
    overlaps = any(left < end and start < right for left, right in spans)
    return overlaps and not (named.given or (named.typed and named.size is not None))


def _longest_first(found: list[Named]) -> list[Named]:
    kept: list[Named] = []
    for named in sorted(found, key=lambda n: (n.start - n.end, not n.given, n.size is None)):
        if not any(named.start < other.end and other.start < named.end for other in kept):
            kept.append(named)
    return kept


def _listed(sentence: Sentence, mentions: tuple[Mention, ...]) -> Iterator[Named]:
    """The places of the gazetteer."""
    for mention in mentions:
        if mention.kind != "place" or TITLE.search(sentence.text[: mention.start]):
            continue
        named = _named(sentence, mention.start, mention.end, mentions)
        country = named.countries or _country_before(sentence.text, mention.start, mentions)
        named = replace(named, countries=country, given=bool(country))
        whole = _whole(sentence.text, named)
        told = named.given or (named.kind_word and whole == named.key)
        sizes = dict(zip(mention.countries, mention.sizes, strict=True))
        elsewhere = named.given and not set(named.countries) & set(sizes)  # "Südafrika: Aus der Vereinbarung"
        if (not told or elsewhere) and " " not in named.name and is_word(whole):
            continue
        if elsewhere:
            yield replace(named, size=None)
        elif named.given:
            yield replace(named, size=max(sizes.get(iso, 0) for iso in named.countries))
        else:
            yield replace(named, countries=mention.countries, size=max(mention.sizes))


def _whole(text: str, named: Named) -> str:
    """The folded word that a name stands in, a genitive's ending included ("Basis" is no "Basi")."""
    ending = re.match(r"\w*", text[named.end - named.sentence.start :])
    return fold(named.name + (ending.group() if ending else ""))


def _patterned(sentence: Sentence, mentions: tuple[Mention, ...]) -> Iterator[Named]:
    """Names of no gazetteer: after a kind of body, before its country, or before a kind ("Baringo County")."""
    taken = [(m.start, m.end) for m in mentions if m.kind in ("country", "demonym", "region")]
    for start, end in capital_runs(sentence.text, taken):
        named = _named(sentence, start, end, mentions)
        if TITLE.search(sentence.text[:start]) or all(is_kind(word) for word in named.key.split()):
            continue
        if (
            named.typed
            or named.kind_word
            or (named.given and _stands_free(sentence.text, start, end))
            or (looks_foreign(named.key) and (named.given or _is_addressed(sentence.text, start, end)))
        ):
            yield named


def _beside_german(sentence: Sentence, mentions: tuple[Mention, ...], ends: list[int]) -> Iterator[Named]:
    """An unknown name beside a German body in the subject ("Esslingen + Moshupa?")."""
    taken = [(m.start, m.end) for m in mentions]
    for start, end in capital_runs(sentence.text, taken):
        if any(BESIDE.fullmatch(sentence.text[left:start]) for left in ends if left <= start):
            yield _named(sentence, start, end, mentions)


def _stands_free(text: str, start: int, end: int) -> bool:
    """Whether a name of no gazetteer is marked as one: its country in brackets, or "with" before it."""
    return bool(re.match(r"\s*[(,]", text[end:]) or re.search(r"\b(?:mit|with|avec|con|com|zu|nach)\s$", text[:start]))


def _is_addressed(text: str, start: int, end: int) -> bool:
    """Whether a name stands where a town is spoken of: after a preposition without article, or explained as a body."""
    return bool(ADDRESSED.search(text[:start]) or EXPLAINED.match(text[end:]))


def _named(sentence: Sentence, start: int, end: int, mentions: tuple[Mention, ...]) -> Named:
    text = sentence.text
    country = _country_near(text, start, end, mentions)
    before = words_before(text, start)
    return Named(
        name=text[start:end],
        key=fold(text[start:end]),
        start=sentence.start + start,
        end=sentence.start + end,
        sentence=sentence,
        countries=country,
        given=bool(country),
        typed=after_partner(before) or (bool(country) and after_label(text, start)),
        kind_word=after_kind("kinds", before) or before_kind(text, end),
        denied=is_denied(text, start),
    )


def _country_near(text: str, start: int, end: int, mentions: tuple[Mention, ...]) -> tuple[str, ...]:
    """The country right after a name ("X in Togo", "X (Perú)"), or its adjective right before ("das togoische X")."""
    for mention in mentions:
        if mention.kind not in ("country", "demonym") or is_set_aside(text, mention):
            continue
        if mention.start >= end and (
            NEAR.fullmatch(text[end : mention.start])
            or leads_over_area(text[end : mention.start])
            or _by_way_of_area(text, end, mention, mentions)
        ):
            return mention.countries
        if mention.kind == "demonym" and mention.end <= start and leads_to(text[mention.end : start]):
            return mention.countries
    return ()


def _by_way_of_area(text: str, end: int, country: Mention, mentions: tuple[Mention, ...]) -> bool:
    """Whether an area of the country stands between a name and it ("X in Y, Peru")."""
    areas = (m for m in mentions if m.kind == "place" and end <= m.start and m.end <= country.start)
    return any(
        AREA.fullmatch(text[end : m.start])
        and NEAR.fullmatch(text[m.end : country.start])
        and set(m.countries) & set(country.countries)
        for m in areas
    )


def _country_before(text: str, start: int, mentions: tuple[Mention, ...]) -> tuple[str, ...]:
    """The country right before a name ("Benin: Dassa-Zoumé", "Togo, Aného")."""
    for mention in mentions:
        near = mention.end <= start and re.fullmatch(r"\s?[:,–(-]\s|\s?\(", text[mention.end : start])
        if mention.kind == "country" and near and not is_denied(text, mention.start):
            return mention.countries
    return ()
