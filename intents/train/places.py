"""`make train`, the voters on partners and countries: held-out writers first, then the models on all."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from spacy.language import Language

from klimapartner.intents import country_voter, partner_voter
from klimapartner.intents.pooled_voter import judge_works
from klimapartner.intents.train.bags import folds, mail_files, save
from klimapartner.intents.train.place_cases import (
    PlaceCase,
    read_country_cases,
    read_partner_cases,
)
from klimapartner.intents.train.pooled import fit_works

Labels = tuple[str, str]
CONFIG = Path(__file__).with_name("works.cfg")
SOURCES = {
    partner_voter.NAME: (read_partner_cases, partner_voter.LABELS),
    country_voter.NAME: (read_country_cases, country_voter.LABELS),
}


def main() -> None:
    """Measure on held-out writers, train on all of them, write the models with their figures."""
    for name, (read, labels) in SOURCES.items():
        cases = list(read(mail_files()))
        performance = {"cases": len(cases), "held_out": measure(cases, labels)}
        save(fit(cases, labels), name, __doc__ or "", performance)
        sys.stdout.write(json.dumps({name: performance}, indent=1) + "\n")


def fit(cases: Sequence[PlaceCase], labels: Labels) -> Language:
    """A voter trained on these cases; `labels` are those of what is the one and of what is not."""
    return fit_works(CONFIG, labels, [(case.work, labels[not case.holds]) for case in cases])


def measure(cases: Sequence[PlaceCase], labels: Labels) -> dict[str, float]:
    """F1 of rules, voter and both, every writer judged by a voter that never saw its letters."""
    pairs: list[tuple[PlaceCase, float]] = []
    for rest, out in folds(cases):
        judged = judge_works(fit(rest, labels), [case.work for case in out])
        pairs += zip(out, [said[labels[0]] for said in judged], strict=True)
    return {
        "rules": _f1([(case.holds, case.rules) for case, _ in pairs]),
        "voter": _f1([(case.holds, said > 0.5) for case, said in pairs]),
        "both": _f1([(case.holds, case.together(said) > 0.5) for case, said in pairs]),
    }


def _f1(pairs: Sequence[tuple[bool, bool]]) -> float:
    hits = sum(right and said for right, said in pairs)
    return round(2 * hits / max(sum(right + said for right, said in pairs), 1), 3)


if __name__ == "__main__":
    main()
