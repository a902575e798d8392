"""What a whole letter wants, and the state of its partnership, by a small trained voter beside the rules."""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import spacy
from spacy.language import Language
from spacy.tokens import Doc

from klimapartner.intents.reading import Status

MODEL = Path(__file__).with_name("model") / "letters"
INTENTS = (
    "interest",
    "question",
    "workshop_registration",
    "correction",
    "withdrawal",
    "status_request",
    "partner_offer",
    "other",
)
STATES: dict[Status | None, str] = {
    "existing": "status_existing",
    "planned": "status_planned",
    "none": "status_none",
    None: "status_unsaid",
}

Judgement = Mapping[str, float]


def judge(rows: Sequence[Sequence[str]]) -> list[Judgement]:
    """The probability of each label (the intents, and the states of `STATES`) for rows of features."""
    return judge_with(_voter(), rows)


def judge_with(nlp: Language, rows: Sequence[Sequence[str]]) -> list[Judgement]:
    """The same by a voter of one's own."""
    if not rows:
        return []
    pipe: Any = nlp.get_pipe("textcat_multilabel")
    with nlp.memory_zone():
        scores = pipe.predict([Doc(nlp.vocab, words=list(row)) for row in rows])
    return [dict(zip(pipe.labels, map(float, row), strict=True)) for row in scores]


@cache
def _voter() -> Language:
    return spacy.load(MODEL, exclude=["tokenizer"])
