"""A small trained voter over a whole and its parts: a letter with its sentences, of which few say what it is about.

A linear layer gives scores to the features of the whole and to those of each part; the parts' are pooled by the log of
their summed exponentials, so that the loudest part counts, not how many there are. On writers held out it told the
state of a partnership right in 2 more of 100 letters than the same layer over one bag of all features.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray
from spacy.language import Language

from klimapartner.intents.bag import Hashes, hashes, joined
from klimapartner.intents.bag_voter import Judgement

PIPE = "textcat"
EMPTY = ("empty",)  # the features of what has none
Scores = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Work:
    """Features of a whole, and of each of its parts (at least one); in each every feature once."""

    whole: Sequence[str]
    parts: Sequence[Sequence[str]]


def judge_works(nlp: Language, works: Sequence[Work]) -> list[Judgement]:
    """The probability of each label for each work; together 1."""
    if not works:
        return []
    pipe = nlp.get_pipe(PIPE)
    rows = [hashes(row) for row in chain.from_iterable((work.whole, *work.parts) for work in works)]
    linear = pipe.model.get_ref("output_layer")  # type: ignore[attr-defined]
    scores = linear.predict(alike(rows))
    pooled, _ = pool(scores, [len(work.parts) for work in works])
    return [dict(zip(pipe.labels, map(float, row), strict=True)) for row in likely(pooled)]  # type: ignore[attr-defined]


def alike(rows: Sequence[Hashes]) -> tuple[Hashes, Scores, NDArray[np.int32]]:
    """Rows of keys as the layer takes them, each key worth 1."""
    return joined(rows, [np.ones(len(row), dtype=np.float32) for row in rows])


def pool(scores: Scores, parts: Sequence[int]) -> tuple[Scores, Scores]:
    """The scores of works, and the share of each row in them.

    `scores` are those of each whole followed by those of its parts, `parts` how many each has.
    """
    firsts = np.cumsum([0, *(count + 1 for count in parts[:-1])])
    is_part = np.ones(len(scores), dtype=bool)
    is_part[firsts] = False
    below, starts = scores[is_part], np.cumsum([0, *parts[:-1]])
    loudest = np.maximum.reduceat(below, starts)
    raised = np.exp(below - np.repeat(loudest, parts, axis=0))
    total = np.add.reduceat(raised, starts)
    shares = np.ones_like(scores)
    shares[is_part] = raised / np.repeat(total, parts, axis=0)
    return scores[firsts] + loudest + np.log(total), shares


def likely(scores: Scores) -> Scores:
    """Probabilities that add up to 1 in each row."""
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    found: Scores = raised / raised.sum(axis=1, keepdims=True)
    return found
