"""Voters over a whole and its parts, fitted by plain gradient descent on the cross-entropy, with averaged weights."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from spacy.language import Language

from klimapartner.intents.bag import Hashes, hashes
from klimapartner.intents.pooled_voter import PIPE, Work, alike, likely, pool
from klimapartner.intents.train.linear import batches, untrained


@dataclass(frozen=True, slots=True)
class Keyed:
    """The keys of the features of a whole and of its parts, and the number of the label that is right."""

    rows: tuple[Hashes, ...]
    right: int


def fit_works(config: Path, labels: Sequence[str], works: Sequence[tuple[Work, str]]) -> Language:
    """The pipeline of `config`, fitted on works with their right labels by the values of its block [fitting].

    Those are: seed, epochs, batch (works a step), `whole` and `parts` (rates). The same works in the same order give
    the same model.
    """
    nlp, fitting = untrained(config, labels)
    keyed = [
        Keyed(tuple(hashes(row) for row in (work.whole, *work.parts)), labels.index(right)) for work, right in works
    ]
    _descend(nlp.get_pipe(PIPE).model.get_ref("output_layer"), keyed, **fitting)  # type: ignore[attr-defined]
    return nlp


def _descend(
    layer: Any, works: Sequence[Keyed], *, seed: int, epochs: int, batch: int, whole: float, parts: float
) -> None:
    """From zero; what is kept is the mean of the weights over all steps after the first epoch."""
    table = layer.get_param("W")
    kept, steps = np.zeros_like(table), 0
    for epoch, chosen in batches(works, seed, epochs, batch):
        layer.set_grad("W", np.zeros_like(table))
        counts = [len(work.rows) - 1 for work in chosen]
        scores, finish = layer.begin_update(alike([row for work in chosen for row in work.rows]))
        pooled, shares = pool(scores, counts)
        wrong = likely(pooled)
        wrong[np.arange(len(chosen)), [work.right for work in chosen]] -= 1
        rates = np.concatenate([[whole, *[parts] * count] for count in counts])[:, None]
        spread = shares * np.repeat(wrong, [count + 1 for count in counts], axis=0) * rates / len(chosen)
        finish(np.ascontiguousarray(spread, dtype=np.float32))
        table -= layer.get_grad("W")
        if epoch:
            kept, steps = kept + table, steps + 1
    layer.set_param("W", kept / max(steps, 1))
