"""Names of towns and districts as a sentence writes them, with the country that the sentence gives them.

Two sources: the world's gazetteer, and patterns ("Partnerstadt X", "X in Togo", "Municipio de X", "X (Perú)") for
places that no gazetteer has.
"""

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

from klimapartner.intents.cues import fold
from klimapartner.intents.sentences import Sentence
from klimapartner.intents.world import Mention, find, region_of

Span = tuple[int, int]

CAPITAL = r"[A-ZÀ-ÖØ-ÞŠŽĆČĐ]"
WORD = re.compile(r"[^\W\d_](?:[\w'’\u0300-\u036f]|[-\u2010](?=[^\W\d_]))*")
PLAIN_GAP = re.compile(r"\s{1,2}|\s?\.\s|\s?:\s*")
NEAR = re.compile(
    r"\s*(?:[(,/–:-]\s*)?(?:(?:also|nämlich|sprich|genauer|c'est-à-dire|es decir|ou seja|i\.e\.) )?"
    r"(?:(?:das |die |der |it |which )?(?:liegt |lies |is )?"
    r"(?:in|im|en|au|aux|auf|an|of|de|do|da|du|del|no|na|aus|from|à|em|am|near)\s+)?"
    r"(?:(?:republik|republic of|république d[ue]|república d[eo]l?)\s+)?"
    r"(?:(?:der|den|dem|des|the|la|le|les|el|los|las|a|o|os|as|westafrikanischen|ostafrikanischen)\s+|l['’])?",
    re.IGNORECASE,
)
DENIED = re.compile(
    r"\b(?:nicht(?! nur)|nie|noch nie|weder|statt|anstatt|anstelle|not(?! only)|never|instead of|rather than"
    r"|pas|plutôt que|au lieu|não|en lugar|en vez|em vez|ao invés)\s+"
    r"(?:(?!(?:sondern|but|sino|mas|mais|aber|und|and|y|et|e)\b)[\w'’-]+\s+){0,3}[\"„“'(]?$",
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
    for a partner stands right before it; `size` is in thousands of inhabitants, None for a name of no gazetteer.
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

    @property
    def in_subject(self) -> bool:
        return self.sentence.zone == "subject"

    @property
    def is_southern(self) -> bool:
        """Whether it can lie in Africa or Latin America; unknown names can."""
        return not self.countries or any(region_of(iso) != "other" for iso in self.countries)


def names(sentence: Sentence, german: Sequence[Span] = ()) -> tuple[Named, ...]:
    """The places of a sentence outside Germany, in order; a German body's span counts only with a foreign country."""
    mentions = find(sentence.text)
    spans = [(start - sentence.start, end - sentence.start) for start, end in german]
    found = [*_listed(sentence, mentions), *_patterned(sentence, mentions)]
    if is_informal(sentence.text):
        found = [*found, *_small(sentence)]
    if sentence.zone == "subject":
        found = [*found, *_beside_german(sentence, mentions, [end for _, end in spans])]
    kept = [n for n in _longest_first(found) if not _german(n, spans, sentence)]
    return tuple(sorted(kept, key=lambda n: n.start))


def is_informal(text: str) -> bool:
    """Whether a sentence is written without capitals (its first word and words all in capitals apart)."""
    return not re.search(r"(?<=[^.!?:\s] )[A-ZÄÖÜÉ][a-zäöüßà-ÿ]", text)


def _small(sentence: Sentence) -> Iterator[Named]:
    """Names in small letters: listed ones that stand by their country or by a word for a partner."""
    raised = replace(sentence, text=re.sub(r"\b[^\W\d_](?=\w{3})", lambda m: m.group().upper(), sentence.text))
    if len(raised.text) != len(sentence.text):
        return
    mentions = find(raised.text)
    small = [n for n in _listed(raised, mentions) if n.size is not None and (n.given or n.kind_word)]
    small += [n for n in _patterned(raised, mentions) if n.given and (n.typed or n.kind_word) and " " not in n.name]
    for named in small:
        start = named.start - sentence.start
        written = sentence.text[start : start + len(named.name)]
        if written.islower() and len(written) > 3:
            yield replace(named, name=written, sentence=sentence)


def is_denied(text: str, start: int) -> bool:
    """Whether what begins at `start` is set aside by a negation before it ("nicht in Nigeria", "statt Ghana")."""
    return bool(DENIED.search(text[max(0, start - 60) : start]))


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
        if not named.given and " " not in named.name and _is_word(named.key):
            continue
        country = named.countries or _country_before(sentence.text, mention.start, mentions)
        named = replace(named, countries=country, given=bool(country))
        sizes = dict(zip(mention.countries, mention.sizes, strict=True))
        if named.given and not set(named.countries) & set(sizes):
            yield replace(named, size=None)
        elif named.given:
            yield replace(named, size=max(sizes.get(iso, 0) for iso in named.countries))
        else:
            yield replace(named, countries=mention.countries, size=max(mention.sizes))


def _patterned(sentence: Sentence, mentions: tuple[Mention, ...]) -> Iterator[Named]:
    """Names of no gazetteer: after a kind of body, before its country, or before a kind ("Baringo County")."""
    taken = [(m.start, m.end) for m in mentions if m.kind in ("country", "demonym", "region")]
    for start, end in _capital_runs(sentence.text, taken):
        named = _named(sentence, start, end, mentions)
        if TITLE.search(sentence.text[:start]):
            continue
        if named.typed or named.kind_word or (named.given and _stands_free(sentence.text, start, end)):
            yield named


def _beside_german(sentence: Sentence, mentions: tuple[Mention, ...], ends: list[int]) -> Iterator[Named]:
    """An unknown name beside a German body in the subject ("Esslingen + Moshupa?")."""
    taken = [(m.start, m.end) for m in mentions]
    for start, end in _capital_runs(sentence.text, taken):
        if any(BESIDE.fullmatch(sentence.text[left:start]) for left in ends if left <= start):
            yield _named(sentence, start, end, mentions)


def _stands_free(text: str, start: int, end: int) -> bool:
    """Whether a name of no gazetteer is marked as one: its country in brackets, or "with" before it."""
    return bool(re.match(r"\s*[(,]", text[end:]) or re.search(r"\b(?:mit|with|avec|con|com|zu|nach)\s$", text[:start]))


def _capital_runs(text: str, taken: Sequence[Span]) -> Iterator[Span]:
    """Runs of words that can be a name: capital letters, with joints ("del") between."""
    words = [(m.start(), m.end()) for m in WORD.finditer(text)]
    at = 0
    while at < len(words):
        stop = _run_end(text, words, at, taken)
        if stop > at:
            yield words[at][0], words[stop - 1][1]
        at = max(stop, at + 1)


def _run_end(text: str, words: list[Span], at: int, taken: Sequence[Span]) -> int:
    """The word after the run that begins at word `at`, `at` itself where none begins."""
    stop = at
    for place in range(at, min(at + 7, len(words))):
        start, end = words[place]
        if place > at and text[words[place - 1][1] : start] != " ":
            break
        if any(left < end and start < right for left, right in taken):
            break
        if re.match(CAPITAL, text[start]) and not is_noun(text[start:end]):
            stop = place + 1
        elif place == at or fold(text[start:end]) not in _table()["joints"]:
            break
    return stop


def is_noun(word: str) -> bool:
    """Whether a word with a capital letter is a noun or an opening, no name of a partner."""
    key = fold(word)
    return len(key) < 2 or _in("nouns", key) or key.endswith(_endings())


def _is_word(key: str) -> bool:
    """Whether the name of a listed place is, as it stands, one of the nouns (with an ending or without)."""
    nouns = _table()["nouns"]
    stems = (key.removesuffix(ending) for ending in ("", "e", "en", "er", "n", "s", "es") if key.endswith(ending))
    return any(stem in nouns or f"{stem}*" in nouns for stem in stems)


def _named(sentence: Sentence, start: int, end: int, mentions: tuple[Mention, ...]) -> Named:
    text = sentence.text
    country = _country_near(text, start, end, mentions)
    before = _words_before(text, start)
    return Named(
        name=text[start:end],
        key=fold(text[start:end]),
        start=sentence.start + start,
        end=sentence.start + end,
        sentence=sentence,
        countries=country,
        given=bool(country),
        typed=_after_partner(before),
        kind_word=_after_kind("kinds", before) or _before_kind(text, end),
        denied=is_denied(text, start),
    )


def _words_before(text: str, start: int) -> list[str]:
    """The last words before a place, nearest first, up to the end of a clause."""
    stretch = re.split(r"[;.!?()]\s|[;()–]|\s-\s", text[max(0, start - 60) : start])[-1]
    return [fold(word) for word in reversed(re.findall(r"[^\W\d_]+", stretch))]


def _after_kind(table: str, before: list[str]) -> bool:
    """Whether a word of the table precedes, with at most three linking words or adjectives between."""
    for word in before[:4]:
        if _in(table, word):
            return True
        if word not in _table()["links"]:
            return False
    return False


def _after_partner(before: list[str]) -> bool:
    """Whether "Partnerstadt" or "Partnerschaft mit" precedes; an article only before a kind of body."""
    kind = linked = False
    for word in before[:5]:
        if _in("partners", word):
            return linked if word.endswith("schaft") else not linked
        linked = linked or word in ("mit", "with", "avec", "con", "com")
        if _in("kinds", word):
            kind = True
        elif word not in _table()["links"] or (word in _table()["articles"] and not kind):
            return False
    return False


def _before_kind(text: str, end: int) -> bool:
    following = re.match(r"\s+([A-Z]\w+)", text[end:])
    return bool(following and fold(following.group(1)) in _table()["after"])


def _country_near(text: str, start: int, end: int, mentions: tuple[Mention, ...]) -> tuple[str, ...]:
    """The country right after a name ("X in Togo", "X (Perú)"), or its adjective right before ("das togoische X")."""
    for mention in mentions:
        if mention.kind not in ("country", "demonym") or is_denied(text, mention.start):
            continue
        if mention.start >= end and NEAR.fullmatch(text[end : mention.start]):
            return mention.countries
        if mention.kind == "demonym" and mention.end <= start and _leads_to(text[mention.end : start]):
            return mention.countries
    return ()


def _country_before(text: str, start: int, mentions: tuple[Mention, ...]) -> tuple[str, ...]:
    """The country right before a name ("Benin: Dassa-Zoumé", "Togo, Aného")."""
    for mention in mentions:
        near = mention.end <= start and re.fullmatch(r"\s?[:,–(-]\s|\s?\(", text[mention.end : start])
        if mention.kind == "country" and near and not is_denied(text, mention.start):
            return mention.countries
    return ()


def _leads_to(gap: str) -> bool:
    """Whether nothing but a kind of body and links stands between an adjective and a name."""
    words = [fold(w) for w in re.findall(r"[^\W\d_]+", gap)]
    allowed = all(_in("kinds", w) or _in("partners", w) or w in _table()["links"] or w.endswith("stadt") for w in words)
    return len(words) <= 4 and allowed and not re.search(r"[.;:!?()]", gap)


@cache
def _table() -> dict[str, frozenset[str]]:
    data = tomllib.loads((files("klimapartner.intents") / "partner_names.toml").read_text(encoding="utf-8"))
    return {name: frozenset(words.split()) for name, words in data.items()}


@cache
def _endings() -> tuple[str, ...]:
    return tuple(_table()["endings"])


@cache
def _in(table: str, word: str) -> bool:
    words = _table()[table]
    return word in words or any(word[:n] + "*" in words for n in range(2, len(word) + 1))
