"""Voters over bags of features trained and written, the same way for all of them; writers are held out, not rows."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import nan
from pathlib import Path
from typing import Any, Protocol, TypeVar

from spacy.language import Language

from klimapartner.intents.bag_voter import MODELS
from klimapartner.intents.train import UNREAD
from klimapartner.intents.train.linear import fit_rows, plain_row

CORPUS = Path(__file__).resolve().parent.parent / "corpus"
FOLDS = 8


@dataclass(frozen=True, slots=True)
class Bag:
    """Features with the labels that hold (1.0) and do not (0.0); a label left out is not known and not learnt."""

    features: Sequence[str]
    labels: Mapping[str, float]


class Written(Protocol):
    """What somebody wrote."""

    @property
    def writer(self) -> str:
        """The name of the writer."""


Work = TypeVar("Work", bound=Written)


def fit_bags(config: Path, bags: Iterable[Bag]) -> Language:
    """A voter trained by a config on these bags; the same bags in the same order give the same model."""
    given = list(bags)
    labels = list(dict.fromkeys(label for bag in given for label in bag.labels))
    rows = [plain_row(bag.features, [bag.labels.get(label, nan) for label in labels]) for bag in given]
    return fit_rows(config, labels, rows)


def folds(works: Sequence[Work]) -> Iterator[tuple[list[Work], list[Work]]]:
    """(works to train on, works to measure on), every writer measured once and never beside its own works."""
    writers = sorted({work.writer for work in works})
    for number in range(FOLDS):
        out = set(writers[number::FOLDS])
        yield [w for w in works if w.writer not in out], [w for w in works if w.writer in out]


def mail_files() -> list[Path]:
    """All mails of the corpus but those that stay unread, and an office's own (EXTRA_CORPUS)."""
    own = [Path(os.environ["EXTRA_CORPUS"])] if os.environ.get("EXTRA_CORPUS") else []
    return sorted(path for path in CORPUS.glob("*.mails.jsonl") if not path.name.startswith(UNREAD)) + own


def save(nlp: Language, name: str, description: str, performance: Mapping[str, Any]) -> None:
    """Write a trained voter with its sources and figures to where the package looks for it."""
    nlp.meta |= {"name": f"klimapartner_{name}", "version": "1.0.0", "description": description.strip()}
    nlp.meta["sources"] = [{"name": path.name, "license": "EUPL-1.2"} for path in mail_files()]
    nlp.meta["performance"] = dict(performance)
    folder = MODELS / name
    folder.mkdir(parents=True, exist_ok=True)
    nlp.to_disk(folder, exclude=["tokenizer", "vocab"])
