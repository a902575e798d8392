"""Chat lines as training examples for the FAQ voter."""

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example
from spacy.util import registry

from klimapartner.intents.faq_features import features
from klimapartner.intents.faq_order import FAQ_IDS


def create_reader(path: str, halved: bool) -> Callable[[Language], Iterator[Example]]:
    """A corpus of JSON lines; with `halved` each line comes twice, once without what the phrases say.

    The phrases were written beside the same lines and know them too well; without the second copy the voter would
    lean on them alone.
    """

    def read(nlp: Language) -> Iterator[Example]:
        for line in read_lines([Path(path)]):
            for phrases in (True, False) if halved else (True,):
                yield _example(nlp, line, phrases=phrases)

    return read


registry.readers.register("klimapartner.FaqLines.v1", func=create_reader)


def read_lines(paths: Iterable[Path]) -> Iterator[dict[str, Any]]:
    """The lines of chat files: {"id", "text", "language", "faq"}."""
    for path in paths:
        yield from (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip())


def _example(nlp: Language, line: dict[str, Any], *, phrases: bool) -> Example:
    words = features(line["text"], phrases=phrases)
    reference = Doc(nlp.vocab, words=words)
    reference.cats = {name: float(name in line["faq"]) for name in FAQ_IDS}
    return Example(Doc(nlp.vocab, words=words), reference)
