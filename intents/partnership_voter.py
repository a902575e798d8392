"""What a sentence says of partner, region and state, by a small trained voter: for wordings that no phrase knows."""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import spacy
from spacy.language import Language
from spacy.tokens import Doc

from klimapartner.intents.partnership_features import features

MODEL = Path(__file__).with_name("model") / "partnership"

Judgement = Mapping[str, float]


def judge(rows: Sequence[tuple[str, str]]) -> list[Judgement]:
    """The probability of each label for rows of (masked sentence, masked sentence after it or "")."""
    return judge_with(_voter(), rows)


def judge_with(nlp: Language, rows: Sequence[tuple[str, str]]) -> list[Judgement]:
    """The same by a voter of one's own."""
    if not rows:
        return []
    pipe: Any = nlp.get_pipe("textcat_multilabel")
    with nlp.memory_zone():
        scores = pipe.predict([Doc(nlp.vocab, words=features(*row)) for row in rows])
    return [dict(zip(pipe.labels, map(float, row), strict=True)) for row in scores]


@cache
def _voter() -> Language:
    return spacy.load(MODEL, exclude=["tokenizer"])
