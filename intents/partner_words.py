"""The words around a partner's name: kinds of body, words for partners, links, and the nouns that are no names.

The tables stand in `partner_names.toml`; a * at the end of a word stands for any ending.
"""

import re
import tomllib
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from importlib.resources import files

from klimapartner.intents.cues import fold
from klimapartner.intents.world_words import is_everyday

Span = tuple[int, int]

CAPITAL = r"[A-ZÀ-ÖØ-ÞŠŽĆČĐ]"
WORD = re.compile(r"[^\W\d_](?:[\w'’\u0300-\u036f]|[-\u2010](?=[^\W\d_]))*")
INNER = re.compile(r"[a-z]{1,3}[A-Z][a-z]{2,}")  # "uMlalazi", "eThekwini"
PARTNER = re.compile(
    r"(?!ansprech|gespraechs|geschaefts|ehe|vertrags|koalitions|handels|tanz)"
    r"[a-z]*partner(?:in|stadt|kommune|gemeinde|distrikt|kreis|bezirk|ort)?"
)


LEADER = re.compile(r"\s*\.{4,}\s*")  # a form's dots between label and value
LINK_LABEL = re.compile(
    r"\b(?:kontakte?|verbindung(?:en)?|gegenüber|gegenueber|pendant|draht|contacts?|counterpart|contactos?|contatos?|liens?)"
    r"\s*(?::|=|\.{4,})\s*(?:(?:in|nach|zu|mit|to|in|with|avec|con|com)\s)?$",
    re.IGNORECASE,
)


# What tells of a town as that of an area, before its country: "X, der Hauptstadt des Beni in Bolivien".
TOWN_OF_AREA = re.compile(
    r"\s*,\s(?:(?:der|die|das|einer?|the|an?|la|une?|una|uma)\s)?(?:[\w-]+\s)?"
    r"(?:\w*(?:stadt|ort)|capital\w*|chef-lieu|town|city|seat|ville|ciudad|cidade)\s"
    r"(?:(?:des|der|von|vom|im|in|of|the|de|du|da|do|del|la)\s){1,2}(?:Departements?\s|Provinz\s|Region\s)?",
    re.IGNORECASE,
)
AREA_NAME = re.compile(r"[A-ZÀ-Ý][\w-]+(?:\s[A-ZÀ-Ý][\w-]+)?\s(?:in|im|en|au|em|na|no)\s")


def is_town_of(gap: str) -> bool:
    """Whether what stands between two names calls the first a town of the second."""
    return bool(TOWN_OF_AREA.fullmatch(gap))


def leads_over_area(gap: str) -> bool:
    """Whether what stands between a town and a country names the area of the town."""
    told = TOWN_OF_AREA.match(gap)
    return bool(told and AREA_NAME.fullmatch(gap[told.end() :]))


def after_label(text: str, start: int) -> bool:
    """Whether a label for a contact stands right before ("Kontakt: X")."""
    return bool(LINK_LABEL.search(text[max(0, start - 40) : start]))


def capital_runs(text: str, taken: Sequence[Span]) -> Iterator[Span]:
    """Runs of words that can be a name: capital letters, with joints ("del") between."""
    words = [(m.start(), m.end()) for m in WORD.finditer(text)]
    at = 0
    while at < len(words):
        is_name = not is_kind(fold(text[slice(*words[at])]))  # "Intendencia de Rocha" is called Rocha
        stop = _run_end(text, words, at, taken) if is_name else at
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
        if (_is_capital(text[start]) or INNER.match(text, start, end)) and not is_noun(text[start:end]):
            stop = place + 1
        elif place == at or fold(text[start:end]) not in _table()["joints"]:
            break
    return stop


@cache
def _is_capital(char: str) -> bool:
    return bool(re.match(CAPITAL, char))


@lru_cache(maxsize=8192)
def is_noun(word: str) -> bool:
    """Whether a word with a capital letter is a noun or an opening, no name of a partner."""
    key = fold(word)
    return len(key) < 2 or _in("nouns", key) or key.endswith(_endings())


def is_word(key: str) -> bool:
    """Whether the name of a listed place is an everyday word, or one of the nouns (with an ending or without)."""
    if is_everyday(key):
        return True
    nouns = _table()["nouns"]
    stems = (key.removesuffix(ending) for ending in ("", "e", "en", "er", "n", "s", "es") if key.endswith(ending))
    return any(stem in nouns or f"{stem}*" in nouns for stem in stems)


def words_before(text: str, start: int) -> list[str]:
    """The last words before a place, nearest first, up to the end of a clause."""
    stretch = LEADER.sub(": ", text[max(0, start - 60) : start])
    stretch = re.split(r"[;.!?()]\s|[;()–]|\s-\s", stretch)[-1]
    return [fold(word) for word in reversed(re.findall(r"[^\W\d_]+", stretch))]


def after_kind(table: str, before: list[str]) -> bool:
    """Whether a word of the table precedes, with at most three linking words or adjectives between."""
    for word in before[:4]:
        if _in(table, word):
            return True
        if word not in _table()["links"]:
            return False
    return False


def after_partner(before: list[str]) -> bool:
    """Whether "Partnerstadt" or "Partnerschaft mit" precedes; an article only before a kind of body."""
    kind = linked = False
    for word in before[:5]:
        if _in("partners", word) or PARTNER.fullmatch(word):
            return linked if word.endswith("schaft") else not linked
        linked = linked or word in ("mit", "with", "avec", "con", "com")
        if _in("kinds", word):
            kind = True
        elif word not in _table()["links"] or (word in _table()["articles"] and not kind):
            return False
    return False


def before_kind(text: str, end: int) -> bool:
    following = re.match(r"\s+([A-Z]\w+)", text[end:])
    return bool(following and fold(following.group(1)) in _table()["after"])


def leads_to(gap: str) -> bool:
    """Whether nothing but a kind of body and links stands between an adjective and a name."""
    words = [fold(w) for w in re.findall(r"[^\W\d_]+", gap)]
    allowed = all(_in("kinds", w) or _in("partners", w) or w in _table()["links"] or w.endswith("stadt") for w in words)
    return len(words) <= 4 and allowed and not re.search(r"[.;:!?()]", gap)


def is_kind(word: str) -> bool:
    """Whether a folded word is one for a kind of body."""
    return _in("kinds", word) or _in("after", word)


def is_link(word: str) -> bool:
    """Whether a folded word only links a kind of body and its name."""
    return word in _table()["links"]


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
