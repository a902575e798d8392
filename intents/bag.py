"""A linear voter asked without spaCy documents: features are hashed straight into the layers of the trained model.

A document makes a lexeme with shape, prefix and flags of each feature, in a vocabulary that threads cannot share; the
model looks at the hashes alone.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from spacy.strings import get_string_id
from thinc.types import Floats2d

Hashes = NDArray[np.uint64]


def hashes(features: Sequence[str]) -> Hashes:
    """The keys under which spaCy knows the features, in their order."""
    return np.fromiter(map(get_string_id, features), dtype=np.uint64, count=len(features))


def counted(rows: Sequence[Sequence[str]]) -> tuple[list[Hashes], list[NDArray[np.float32]]]:
    """Keys and numbers of the features of rows, as spaCy's bag of words counts them."""
    pairs = [np.unique(hashes(row), return_counts=True) for row in rows]
    return [keys for keys, _ in pairs], [counts.astype(np.float32) for _, counts in pairs]


def joined(
    keys: Sequence[Hashes], values: Sequence[NDArray[np.float32]]
) -> tuple[Hashes, NDArray[np.float32], NDArray[np.int32]]:
    """Rows of keys with their values as a sparse linear layer takes them."""
    return np.concatenate(keys), np.concatenate(values), np.asarray([len(row) for row in keys], dtype=np.int32)


def judged(pipe: Any, keys: Sequence[Hashes], values: Sequence[NDArray[np.float32]]) -> Floats2d:
    """What a text classifier of spaCy over one sparse linear layer gives: a row of probabilities for each row."""
    linear, output = pipe.model.get_ref("output_layer"), pipe.model.layers[-1]
    scores: Floats2d = output.predict(linear.predict(joined(keys, values)))
    return scores


def judgements(pipe: Any, rows: Sequence[Sequence[str]]) -> list[dict[str, float]]:
    """The probability of each label for rows of features (at least one row, at least one feature in each)."""
    scores = judged(pipe, *counted(rows))
    return [dict(zip(pipe.labels, map(float, row), strict=True)) for row in scores]
