"""Names of German bodies with one wrong letter, looked for only beside a word that says a name must stand there."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache

from klimapartner.intents.fold import folded
from klimapartner.intents.gazetteer.forms import BASE, COUNTY, FULL
from klimapartner.intents.gazetteer.table import gazetteer
from klimapartner.intents.place_roles import Use, uses_in
from klimapartner.intents.places import find_mentions
from klimapartner.intents.sentences import Sentence
from klimapartner.intents.world import candidates

SHORTEST = 7  # letters: shorter names are one letter from too many words
NAME = r"([A-ZÄÖÜ][\wäöüß]+(?:[ -][A-ZÄÖÜ][\wäöüß]+)?)"
CUED = re.compile(
    r"\b(?:[Ss]tadt|[Gg]emeinde|(?:Land)?[Kk]reis(?:es)?|LK|Markt|Rathaus|Stadtverwaltung|Samtgemeinde|Verbandsgemeinde|VG)\s+"
    + NAME
)
ACTING = re.compile(rf"^{NAME}\s+(?:möchte|will|hat Interesse|bekundet|bewirbt|beteiligt|ist dabei|ist interessiert)\b")


def misspelt_uses(sentences: Iterable[Sentence]) -> Iterator[Use]:
    """The uses of names that are one letter off and can only mean one name of the gazetteer."""
    for sentence in sentences:
        for match in (*CUED.finditer(sentence.text), *ACTING.finditer(sentence.text)):
            yield from _corrected(sentence, *match.span(1))


def _corrected(sentence: Sentence, start: int, end: int) -> Iterator[Use]:
    written = sentence.text[start:end]
    for word in dict.fromkeys((written, written.split()[0])):
        name = "" if find_mentions(word) or candidates(word) else nearest_name(word)
        if name:
            corrected = sentence.text[:start] + name + sentence.text[start + len(word) :]
            for use in uses_in(replace(sentence, text=corrected)):
                if use.mention.start == start:
                    mention = replace(use.mention, end=start + len(word), text=word)
                    yield replace(
                        use, mention=mention, sentence=sentence, weights=(*use.weights, ("Schreibfehler", -0.5))
                    )
            return


def nearest_name(word: str) -> str:
    """The only name one insertion, deletion, exchange or swap away from a word ('' where none or several are)."""
    name = folded(word)
    if len(name) < SHORTEST:
        return ""
    near = {
        other
        for length in (len(name) - 1, len(name), len(name) + 1)
        for other in _by_shape()[name[0], length]
        if one_edit_apart(name, other)
    }
    return near.pop() if len(near) == 1 else ""


@cache
def _by_shape() -> defaultdict[tuple[str, int], list[str]]:
    table = gazetteer()
    shapes: defaultdict[tuple[str, int], list[str]] = defaultdict(list)
    for name, (number, _) in table.automaton.items():
        if any(quality in (FULL, BASE, COUNTY) for quality, _ in table.forms[number]):
            shapes[name[0], len(name)].append(name)
    return shapes


def one_edit_apart(one: str, other: str) -> bool:
    """Whether two different words are one insertion, deletion, exchange or swap of neighbours apart."""
    short, long = sorted((one, other), key=len)
    start = next((i for i, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    if len(short) != len(long):
        return short[start:] == long[start + 1 :]
    swapped = short[start : start + 2][::-1] == long[start : start + 2] and short[start + 2 :] == long[start + 2 :]
    return swapped or short[start + 1 :] == long[start + 1 :]
