"""What trained voters see of a letter that is asked about one thing: the words around its names, and cues, no names.

The thing asked about, what lies beside it and what does not are told apart by the words that a voter puts in place of
their names; these have an underscore in them.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from klimapartner.intents.cues import labels
from klimapartner.intents.partnership_features import around, overwritten, stems
from klimapartner.intents.pieces import pieces
from klimapartner.intents.sentences import Sentence
from klimapartner.intents.world import Mention, find

Name = Callable[[Mention], str | None]
Mark = tuple[int, int, str]
KINDS = {"country": "LAND", "demonym": "ART", "region": "REGION", "place": "ORT"}
OF_REGIONS = re.compile(
    r"regi[oóã]|r[ée]gion|[kc]ontinen|erdteil|welt|world|monde|mund|egal|wurscht|wurst|gleich|beid|wohin|\bwo\b|where"
    r"|atlanti|himmel|offen|open|ouvert|abiert|abert|indiff|igual",
    re.IGNORECASE,
)
NEAR = 6  # words


def asked_parts(sentences: Sequence[Sentence], name: Name) -> list[list[str]]:
    """The features of each sentence by itself, with its pieces and its rows of two words; at least one row."""
    rows = ((s, _marks(s, name)) for s in sentences)
    return [sorted({*_of_sentence(s, marks), *_of_part(s, marks)}) for s, marks in rows] or [["empty"]]


def asked_features(sentences: Sequence[Sentence], name: Name) -> set[str]:
    """The features of the sentences; `name` gives the word that stands for a mention, None to leave it as it is."""
    counted: Counter[str] = Counter()
    found: set[str] = set()
    for sentence in sentences:
        marks = _marks(sentence, name)
        counted.update(word for _, _, word in marks)
        found.update(_of_sentence(sentence, marks))
    return found | set(_of_counts(counted))


def _marks(sentence: Sentence, name: Name) -> list[Mark]:
    return [(m.start, m.end, word) for m in find(sentence.text) if (word := name(m))]


def _of_part(sentence: Sentence, marks: Sequence[Mark]) -> Iterator[str]:
    text = overwritten(sentence.text, marks)
    yield f"zone:{sentence.zone}"
    yield from (f"piece:{piece}" for piece in pieces(text))
    yield from (f"row:{left} {right}" for left, right in pairwise(["^", *stems(text), "$"]))


def _of_sentence(sentence: Sentence, marks: Sequence[Mark]) -> Iterator[str]:
    whose = "".join(sorted({word[0] for _, _, word in marks}))
    cues = labels(sentence.text)
    text = overwritten(sentence.text, marks)
    words = stems(text)
    if whose:
        yield from (f"p{whose}:{piece}" for piece in pieces(text))
        yield from (f"{whose}:{word}" for word in words)
        yield from (f"{whose}:{label}" for label in cues)
        yield from _around(words)
    else:
        yield from (f"none:{label}" for label in cues if label.startswith(("region", "partnership")))
        if "region.open" in cues or OF_REGIONS.search(sentence.text):
            yield from (f"none:{word}" for word in words)
            yield from (f"p:{piece}" for piece in pieces(text))


def _around(words: Sequence[str]) -> Iterator[str]:
    for place, word in enumerate(words):
        if "_" in word:
            yield from around(words, place, NEAR, word)


def _of_counts(counted: Counter[str]) -> Iterator[str]:
    yield from (f"has:{word}" for word in counted)
    yield from (f"has more:{word}" for word, times in counted.items() if times > 1)
    named = {word.partition("_")[0] for word in counted}
    if "SELBE" in named and "ANDERE" not in named:
        yield "asked alone"
