"""What a name looks like beside the world's tables: an everyday word of one of the five languages, or a foreign name.

`world/words.tsv.gz`: names of places that are words as well ("word": count only beside a country or a kind of body;
"known": so common that in small letters they are the word), picked with the frequencies of wordfreq (CC BY-SA 4.0).
`world/shape.tsv.gz`: how much more often three letters follow each other in names of Africa and Latin America than in
German words, in tenths of the logarithm.

No script of this tree rebuilds these two: the steps that made them were not kept. `world_build` makes the
other tables; its `districts.tsv` is general knowledge, without one source.
"""

import gzip
from functools import cache
from importlib.resources import files

FOREIGN = 20  # tenths of a logarithm; 86 % of the names are above it, 4 % of the words


@cache
def _table(name: str) -> dict[str, str]:
    data = (files("klimapartner.intents") / "world" / name).read_bytes()
    return dict(line.split("\t") for line in gzip.decompress(data).decode().splitlines())


def is_everyday(key: str) -> bool:
    """Whether a folded name is an everyday word also with a capital letter."""
    return _table("words.tsv.gz").get(key) == "word"


def is_known(key: str) -> bool:
    """Whether a folded name in small letters is more likely a word."""
    return key in _table("words.tsv.gz")


@cache
def _shape() -> dict[str, int]:
    return {letters: int(value) for letters, value in _table("shape.tsv.gz").items()}


def looks_foreign(key: str) -> bool:
    """Whether a folded word is built like a name of Africa or Latin America rather than like a German word."""
    framed = f"^^{key}$"
    weight = sum(_shape().get(framed[i : i + 3], 0) for i in range(len(framed) - 2))
    return key.isalpha() and weight > FOREIGN and not is_known(key)
