"""What trained voters see of a letter that is asked about one thing: the words around its names, and cues, no names.

The thing asked about, what lies beside it and what does not are told apart by the words that a voter puts in place of
their names; these have an underscore in them.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from klimapartner.intents.cues import labels
from klimapartner.intents.partnership_features import around, overwritten, stems
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


def asked_features(sentences: Sequence[Sentence], name: Name) -> set[str]:
    """The features of the sentences; `name` gives the word that stands for a mention, None to leave it as it is."""
    counted: Counter[str] = Counter()
    found: set[str] = set()
    for sentence in sentences:
        marks = [(m.start, m.end, word) for m in find(sentence.text) if (word := name(m))]
        counted.update(word for _, _, word in marks)
        found.update(_of_sentence(sentence, marks))
    return found | set(_of_counts(counted))


def _of_sentence(sentence: Sentence, marks: Sequence[Mark]) -> Iterator[str]:
    whose = "".join(sorted({word[0] for _, _, word in marks}))
    cues = labels(sentence.text)
    words = stems(overwritten(sentence.text, marks))
    if whose:
        yield from (f"{whose}:{word}" for word in words)
        yield from (f"{whose}:{label}" for label in cues)
        yield from _around(words)
    else:
        yield from (f"none:{label}" for label in cues if label.startswith(("region", "partnership")))
        if "region.open" in cues or OF_REGIONS.search(sentence.text):
            yield from (f"none:{word}" for word in words)


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
