"""What the trained voter on partnerships sees of a sentence: words, their stems, rows and pieces, no names.

Every place is replaced by a word for its kind, so that the voter cannot learn names: KANDIDAT (the place in question),
SUEDORT, NORDORT, EIGENORT, SUEDLAND, NORDLAND, REGION_AFRIKA, REGION_LATEIN, REGION_ANDERE; numbers become NUM.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from klimapartner.intents.cues import fold
from klimapartner.intents.partner_names import Named, Span, names
from klimapartner.intents.sentences import Sentence
from klimapartner.intents.world import find

CANDIDATE, OWN = "KANDIDAT", "EIGENORT"
PLACES = ("NORDORT", "SUEDORT")
COUNTRIES = ("NORDLAND", "SUEDLAND")
REGIONS = {"africa": "REGION_AFRIKA", "latin_america": "REGION_LATEIN"}
STEM, PIECE, LONG = 5, 4, 8  # characters
BESIDE_IT = 3  # words

WORD = re.compile(r"[A-Z]+_[A-Z]+|[^\W\d_]+|\d[\d.,/]*|->|[?:=]")
BESIDE = re.compile(rf"({CANDIDATE})(?:\W{{0,3}}(?:in|im|en|au|aux|no|na|also)?\s?\(?)(?:SUEDLAND|NORDLAND)\b\)?")


def mask(
    text: str, offset: int, places: Sequence[Named], german: Sequence[Span], candidates: Sequence[Named] = ()
) -> str:
    """A sentence with its places replaced; `offset` is where it begins in the letter that the spans belong to.

    `candidates` are the mentions of the place in question.
    """
    marks = [(left - offset, right - offset, OWN) for left, right in german]
    marks += [(n.start - offset, n.end - offset, PLACES[n.is_southern]) for n in places]
    marks = [*((n.start - offset, n.end - offset, CANDIDATE) for n in candidates), *marks]
    marks += [(m.start, m.end, word) for m in find(text) if (word := _kind(m.kind, m.region, m.countries))]
    return BESIDE.sub(r"\1", overwritten(text, marks))


def masked(sentence: Sentence, german: Sequence[Span], candidate: Named | None = None) -> str:
    """A sentence of a letter with its places replaced; `german` are the offsets of German bodies in the letter."""
    own = [span for span in german if sentence.start <= span[0] < sentence.end]
    return mask(sentence.text, sentence.start, names(sentence, own), own, [candidate] if candidate else [])


def _kind(kind: str, region: str | None, countries: tuple[str, ...]) -> str | None:
    if kind == "place" or countries == ("DE",):
        return None
    if kind == "region":
        return REGIONS.get(region or "", "REGION_ANDERE" if region else None)
    return COUNTRIES[region != "other"]


def overwritten(text: str, marks: Sequence[tuple[int, int, str]]) -> str:
    """The text with the marks written over it; of two that overlap the first of the list counts."""
    kept: list[tuple[int, int, str]] = []
    for start, end, word in marks:
        if 0 <= start < end <= len(text) and not any(start < right and left < end for left, right, _ in kept):
            kept.append((start, end, word))
    for start, end, word in sorted(kept, reverse=True):
        text = f"{text[:start]} {word} {text[end:]}"
    return text


def features(masked: str, following: str = "") -> list[str]:
    """The features of a masked sentence, and those of the one after it with a mark of their own."""
    words = _plain_words(masked)
    found = [*_words(words), *_rows([_stem(word) for word in words]), *_pieces(words)]
    after = stems(following)
    found += [f"n:{stem}" for stem in after] + [f"n:{left} {right}" for left, right in pairwise(["^", *after])]
    return found or ["empty"]


def stems(masked: str) -> list[str]:
    """The stems of the words of a masked sentence, in their order."""
    return [_stem(word) for word in _plain_words(masked)]


def around(words: Sequence[str], place: int, near: int, whose: str = "") -> Iterator[str]:
    """The features of the words before and after a place among them; those within three of it by their distance, too.

    `near` is how many words count on each side; `whose` stands before each feature.
    """
    before, after = words[max(0, place - near) : place], words[place + 1 : place + 1 + near]
    yield from (f"{whose}<{other}" for other in before)
    yield from (f"{whose}>{other}" for other in after)
    yield from (f"{whose}-{distance}:{other}" for distance, other in enumerate(reversed(before[-BESIDE_IT:]), 1))
    yield from (f"{whose}+{distance}:{other}" for distance, other in enumerate(after[:BESIDE_IT], 1))
    yield f"{whose}<<{' '.join(before[-2:])}"
    yield f"{whose}>>{' '.join(after[:2])}"


def _plain_words(masked: str) -> list[str]:
    return [_plain(word) for word in WORD.findall(masked)]


def _plain(word: str) -> str:
    return "NUM" if word[0].isdigit() else word if word.isupper() and len(word) > len("KANDIDA") else fold(word)


def _stem(word: str) -> str:
    return word if word.isupper() else word[:STEM]


def _words(words: list[str]) -> Iterator[str]:
    yield f"l:{min(len(words) // 4, 6)}"
    yield from (f"w:{word}" for word in words)
    yield from (f"s:{_stem(word)}" for word in words)


def _rows(stems: list[str]) -> Iterator[str]:
    framed = ["^", *stems, "$"]
    yield from (f"b:{left} {right}" for left, right in pairwise(framed))
    yield from (f"t:{' '.join(framed[i : i + 3])}" for i in range(len(framed) - 2))


def _pieces(words: list[str]) -> Iterator[str]:
    for word in words:
        if len(word) >= LONG and not word.isupper():
            yield from (f"p:{word[i : i + PIECE]}" for i in range(2, len(word) - PIECE + 1))
