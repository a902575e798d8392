"""A spaCy classifier over one sparse linear layer, fitted on features that are hashed once.

spaCy's own loop makes two documents of every example in every epoch and walks through all weights several times a step;
here the same layer learns by plain gradient descent on the cross-entropy, with averaged weights, twenty times as fast.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from spacy import util
from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example

from klimapartner.intents.bag import Hashes, hashes, joined
from klimapartner.intents.faq_bag import weights

PIPE = "textcat_multilabel"
Floats = NDArray[np.float32]
Each = TypeVar("Each")


@dataclass(frozen=True, slots=True)
class Row:
    """Keys and weights of the features of an example, and for each label 1.0 or 0.0."""

    keys: Hashes
    values: Floats
    truth: Floats


def row(features: Sequence[str], truth: Sequence[float]) -> Row:
    """An example made ready, each kind of feature with its weight."""
    values = np.asarray(weights(features), dtype=np.float32)
    return Row(hashes(features), values, np.asarray(truth, dtype=np.float32))


def plain_row(features: Sequence[str], truth: Sequence[float]) -> Row:
    """An example made ready, all features alike; a label of which nothing is known is NaN."""
    values = np.ones(len(features), dtype=np.float32)
    return Row(hashes(features), values, np.asarray(truth, dtype=np.float32))


def fit_rows(config: Path, labels: Sequence[str], rows: Sequence[Row]) -> Language:
    """The pipeline of `config`, fitted by the values of its block [fitting]: seed, epochs, batch (rows a step), rate.

    The same rows in the same order give the same model.
    """
    nlp, fitting = untrained(config, labels)
    _descend(nlp.get_pipe(PIPE).model.get_ref("output_layer"), rows, **fitting)  # type: ignore[attr-defined]
    return nlp


def untrained(config: Path, labels: Sequence[str]) -> tuple[Language, dict[str, Any]]:
    """The pipeline of `config` with these labels, and the values of its block [fitting]."""
    settings = util.load_config(config)
    nlp = util.load_model_from_config(settings, auto_fill=True)
    nlp.initialize(lambda: [_example(nlp, labels)])
    return nlp, settings["fitting"]


def _example(nlp: Language, labels: Sequence[str]) -> Example:
    """From one example with every label spaCy learns the labels and the size of the layer."""
    words = ["nothing"]
    reference = Doc(nlp.vocab, words=words)
    reference.cats = dict.fromkeys(labels, 0.0) | {labels[0]: 1.0}
    return Example(Doc(nlp.vocab, words=words), reference)


def _descend(layer: Any, rows: Sequence[Row], *, seed: int, epochs: int, batch: int, rate: float) -> None:
    """Gradient descent from zero; what is kept is the mean of the weights over all steps after the first epoch."""
    table, bias = layer.get_param("W"), layer.get_param("b")
    kept_table, kept_bias, steps = np.zeros_like(table), np.zeros_like(bias), 0
    for epoch, chosen in batches(rows, seed, epochs, batch):
        scores, finish = layer.begin_update(joined([each.keys for each in chosen], [each.values for each in chosen]))
        wrong = np.nan_to_num(1 / (1 + np.exp(-scores)) - np.stack([each.truth for each in chosen]))
        wrong *= rate / len(chosen)
        layer.set_grad("W", np.zeros_like(table))
        layer.set_grad("b", np.zeros_like(bias))
        finish(np.ascontiguousarray(wrong, dtype=np.float32))
        table -= layer.get_grad("W")
        bias -= layer.get_grad("b")
        if epoch:
            kept_table, kept_bias, steps = kept_table + table, kept_bias + bias, steps + 1
    layer.set_param("W", kept_table / max(steps, 1))
    layer.set_param("b", kept_bias / max(steps, 1))


def batches(examples: Sequence[Each], seed: int, epochs: int, size: int) -> Iterator[tuple[int, list[Each]]]:
    """(epoch, the examples of a step), each epoch in another order."""
    draw, order = random.Random(seed), list(range(len(examples)))
    for epoch in range(epochs):
        draw.shuffle(order)
        for start in range(0, len(order), size):
            yield epoch, [examples[place] for place in order[start : start + size]]
