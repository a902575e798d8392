"""A small trained voter over bags of features: loaded once by the name of its model, asked about rows of words."""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TypeVar

import spacy
from spacy.language import Language

from klimapartner.intents.bag import judgements

MODELS = Path(__file__).with_name("model")

Judgement = Mapping[str, float]
Thing = TypeVar("Thing")


@cache
def load_voter(name: str) -> Language:
    """The voter of that name in the package."""
    return spacy.load(MODELS / name, exclude=["tokenizer"])


def loudest(things: Sequence[Thing], judgements: Sequence[Judgement], label: str) -> Thing | None:
    """Of which thing a voter says a label most; None of none."""
    return max(zip(things, judgements, strict=False), key=lambda pair: pair[1][label], default=(None, {}))[0]


def judge_bags(nlp: Language, rows: Sequence[Sequence[str]]) -> list[Judgement]:
    """The probability of each label for rows of features."""
    return [*judgements(nlp.get_pipe("textcat_multilabel"), rows)] if rows else []
