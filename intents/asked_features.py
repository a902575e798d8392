"""What trained voters see of a letter that is asked about one thing: the words around its names, and cues, no names.

The thing asked about, what lies beside it and what does not are told apart by the words that a voter puts in place of
their names; these have an underscore in them.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from klimapartner.intents.cues import labels
from klimapartner.intents.partnership_features import around, overwritten, stems
from klimapartner.intents.pieces import pieces
from klimapartner.intents.pooled_voter import EMPTY, Work
from klimapartner.intents.sentences import Sentence
from klimapartner.intents.world import Mention, find

Name = Callable[[Mention], str | None]
KINDS = {"country": "LAND", "demonym": "ART", "region": "REGION", "place": "ORT"}
OF_REGIONS = re.compile(
    r"regi[oóã]|r[ée]gion|[kc]ontinen|erdteil|welt|world|monde|mund|egal|wurscht|wurst|gleich|beid|wohin|\bwo\b|where"
    r"|atlanti|himmel|offen|open|ouvert|abiert|abert|indiff|igual",
    re.IGNORECASE,
)
NEAR = 6  # words


@dataclass(frozen=True, slots=True)
class Marked:
    """A sentence with words in place of its names: those words, the stems of all, the pieces of the text."""

    sentence: Sentence
    named: tuple[str, ...]
    stems: list[str]
    pieces: set[str]


def asked_work(sentences: Sequence[Sentence], name: Name, facts: Iterable[str]) -> Work:
    """A letter and its sentences; `facts` are features of the letter beside theirs.

    `name` gives the word that stands for a mention, None to leave it as it is.
    """
    marked = [_marked(sentence, name) for sentence in sentences]
    found = [set(_of_sentence(each)) for each in marked]
    counts = _of_counts(Counter(word for each in marked for word in each.named))
    parts = [sorted(own.union(_of_part(each))) for own, each in zip(found, marked, strict=True)]
    return Work(sorted(set().union(facts, counts, *found)), parts or [EMPTY])


def _marked(sentence: Sentence, name: Name) -> Marked:
    marks = [(m.start, m.end, word) for m in find(sentence.text) if (word := name(m))]
    text = overwritten(sentence.text, marks)
    return Marked(sentence, tuple(word for _, _, word in marks), stems(text), pieces(text))


def _of_part(marked: Marked) -> Iterator[str]:
    yield f"zone:{marked.sentence.zone}"
    yield from (f"piece:{piece}" for piece in marked.pieces)
    yield from (f"row:{left} {right}" for left, right in pairwise(["^", *marked.stems, "$"]))


def _of_sentence(marked: Marked) -> Iterator[str]:
    whose = "".join(sorted({word[0] for word in marked.named}))
    text, cues = marked.sentence.text, labels(marked.sentence.text)
    if whose:
        yield from (f"p{whose}:{piece}" for piece in marked.pieces)
        yield from (f"{whose}:{word}" for word in marked.stems)
        yield from (f"{whose}:{label}" for label in cues)
        yield from _around(marked.stems)
    else:
        yield from (f"none:{label}" for label in cues if label.startswith(("region", "partnership")))
        if "region.open" in cues or OF_REGIONS.search(text):
            yield from (f"none:{word}" for word in marked.stems)
            yield from (f"p:{piece}" for piece in marked.pieces)


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
