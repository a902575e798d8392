"""What the trained voter sees of a line: its words, pieces of words, concepts, and what the phrases say of it.

The features of a line are the tokens of a spaCy document, so that spaCy's bag-of-words classifier can weigh them.
"""

from collections.abc import Callable, Iterator
from itertools import combinations, pairwise

from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import registry
from spacy.vocab import Vocab

from klimapartner.intents.faq_cues import Cued, concepts, read_cues
from klimapartner.intents.faq_order import leading
from klimapartner.intents.faq_text import WORD

PIECES = (3, 4, 5)  # characters
MOST_CHARS = 1000


class FeatureTokenizer:
    """A spaCy tokenizer whose tokens are features."""

    def __init__(self, vocab: Vocab) -> None:
        self.vocab = vocab

    def __call__(self, text: str) -> Doc:
        return Doc(self.vocab, words=features(text))

    def to_bytes(self, **kwargs: object) -> bytes:
        """Nothing to keep: the phrases are in the package."""
        return b""

    def from_bytes(self, data: bytes, **kwargs: object) -> "FeatureTokenizer":
        """Nothing to load."""
        return self

    def to_disk(self, path: object, **kwargs: object) -> None:
        """Nothing to keep."""

    def from_disk(self, path: object, **kwargs: object) -> "FeatureTokenizer":
        """Nothing to load."""
        return self


def create_tokenizer() -> Callable[[Language], FeatureTokenizer]:
    """For the config of the trained pipeline."""
    return lambda nlp: FeatureTokenizer(nlp.vocab)


registry.tokenizers.register("klimapartner.FaqFeatures.v1", func=create_tokenizer)


def features(text: str, *, phrases: bool = True) -> list[str]:
    """All features of a line, each once; without those of whole phrases where the voter is to learn to go without."""
    cued = read_cues(text[:MOST_CHARS])
    words = WORD.findall(cued.text)
    found = [*_words(words), *_pieces(words), *_concepts(cued.text), *_soft(cued)]
    if phrases:
        found += [f"s:{name}" for name in sorted(cued.sure)]
        found += [f"l:{name}" for name in sorted(leading(cued.sure))]
    return list(dict.fromkeys(found))


def _words(words: list[str]) -> Iterator[str]:
    yield f"n:{min(len(words), 12)}"
    yield from (f"w:{word}" for word in words)
    yield from (f"b:{left} {right}" for left, right in pairwise(["^", *words, "$"]))


def _pieces(words: list[str]) -> Iterator[str]:
    for word in words:
        framed = f"<{word}>"
        yield from (framed[i : i + size] for size in PIECES for i in range(len(framed) - size + 1))


def _concepts(text: str) -> Iterator[str]:
    found = sorted(concepts(text))
    yield from (f"c:{name}" for name in found)
    yield from (f"p:{left}+{right}" for left, right in combinations(found, 2))


def _soft(cued: Cued) -> Iterator[str]:
    yield from (f"h:{name}" for name in sorted(cued.hinted))
    yield from (f"x:{strength}" for strength in sorted(cued.beside))
