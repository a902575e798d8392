"""`make train`, the voter on machine or person: held-out writers first, then the model on all of them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc

from klimapartner.intents.machine import LABELS, MODEL, SURE, VERY_SURE
from klimapartner.intents.machine_features import features
from klimapartner.intents.train import CORES, HELD_OUT
from klimapartner.intents.train.fitting import fit as fit_by
from klimapartner.intents.train.machine_letters import letter_of, read_cases

Case = dict[str, Any]
CONFIG = Path(__file__).with_name("machine.cfg")
CORPUS = Path(__file__).resolve().parent.parent / "corpus"
TRIAGE = CORPUS.parent.parent / "tests" / "mailbox" / "triage_cases.jsonl"
FOLDS = ("m1", "m3", "m4", "m6")


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts over one held-out set: mails, machines, those found and persons called machines, by the text alone."""

    mails: int
    machines: int
    found: int
    false_alarms: int


def main() -> None:
    """Measure on held-out writers, train on all of them, write the model with its figures."""
    written = sorted(path for path in CORPUS.glob("*.mails.jsonl") if not path.name.startswith((*HELD_OUT, *CORES)))
    files = [*written, TRIAGE]
    held_out = {name: measure(files, name) for name in FOLDS}
    nlp = fit(list(read_cases(files)))
    nlp.meta |= {"name": "klimapartner_machine", "version": "1.0.0", "description": (__doc__ or "").strip()}
    nlp.meta["sources"] = [{"name": file.name, "license": "EUPL-1.2"} for file in files]
    nlp.meta["performance"] = {"thresholds": [SURE, VERY_SURE], "held_out": {k: _plain(v) for k, v in held_out.items()}}
    MODEL.mkdir(parents=True, exist_ok=True)
    nlp.to_disk(MODEL, exclude=["tokenizer", "vocab"])


def measure(files: Sequence[Path], begins: str) -> Figures:
    """Train without the files that begin like this, count on them."""
    out = [file for file in files if file.name.startswith(begins)]
    nlp = fit(list(read_cases(file for file in files if file not in out)))
    cases = list(read_cases(out))
    likely = [likelihood(nlp, case) > VERY_SURE for case in cases]
    truth = [bool(case["gold"].get("automated")) for case in cases]
    hits = sum(said and true for said, true in zip(likely, truth, strict=True))
    return Figures(len(cases), sum(truth), hits, sum(likely) - hits)


def fit(cases: Sequence[Case]) -> Language:
    """A voter trained on these cases; the same cases give the same model."""

    def write(path: Path) -> None:
        path.write_text("".join(f"{json.dumps(case)}\n" for case in cases), encoding="utf-8")

    return fit_by(CONFIG, write)


def likelihood(nlp: Language, case: Case) -> float:
    """How likely a voter takes a case for a machine's."""
    return float(nlp(Doc(nlp.vocab, words=features(letter_of(case)))).cats[LABELS[0]])


def _plain(figures: Figures) -> dict[str, int]:
    return {name: getattr(figures, name) for name in Figures.__slots__}


if __name__ == "__main__":
    main()
