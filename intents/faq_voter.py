"""The trained voter: for a question, the probability of each FAQ id. Its training is in `train/faq.py`."""

from collections.abc import Callable, Sequence
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import numpy as np
import spacy
from spacy.language import Language

from klimapartner.intents import faq_bag, faq_features  # spaCy finds layer and tokenizer by their registered names
from klimapartner.intents.bag import hashes, judged

Votes = dict[str, float]
Voter = Callable[[Sequence[str]], list[Votes]]
REGISTERED = (faq_bag.build_bag, faq_features.create_tokenizer)


def shipped_voter() -> Voter:
    """The voter of the package; the first call loads it (0.1 s)."""
    return _load()


@cache
def _load() -> Voter:
    with as_file(files("klimapartner.intents") / "model" / "faq") as folder:
        return load_voter(folder)


def load_voter(folder: Path) -> Voter:
    """The voter in a folder that spaCy wrote."""
    return voter(spacy.load(folder, exclude=["vocab"]))  # features are hashed, their strings are not needed


def voter(nlp: Language) -> Voter:
    """A trained pipeline as a voter; what it reads leaves nothing in its vocabulary."""
    return lambda texts: votes(nlp, [faq_features.features(text) for text in texts])


def votes(nlp: Language, rows: Sequence[Sequence[str]]) -> list[Votes]:
    """What a pipeline over weighed features says of rows of them."""
    pipe: Any = nlp.get_pipe("textcat_multilabel")
    values = [np.asarray(faq_bag.weights(row), dtype=np.float32) for row in rows]
    scores = judged(pipe, [hashes(row) for row in rows], values) if rows else ()
    return [dict(zip(pipe.labels, map(float, row), strict=True)) for row in scores]
