"""`make train`, the voters on partners and countries: held-out writers first, then the models on all."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
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

FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Source:
    """Where a voter's cases come from, its labels (what is the one, what is not) and its config."""

    read: Callable[[Iterable[Path]], Iterator[PlaceCase]]
    labels: tuple[str, str]
    config: Path


SOURCES = {
    partner_voter.NAME: Source(read_partner_cases, partner_voter.LABELS, FOLDER / "partner.cfg"),
    country_voter.NAME: Source(read_country_cases, country_voter.LABELS, FOLDER / "works.cfg"),
}


def main() -> None:
    """Measure on held-out writers, train on all of them, write the models with their figures."""
    for name, source in SOURCES.items():
        cases = list(source.read(mail_files()))
        performance = {"cases": len(cases), "held_out": measure(cases, source)}
        save(fit(cases, source), name, __doc__ or "", performance)
        sys.stdout.write(json.dumps({name: performance}, indent=1) + "\n")


def fit(cases: Sequence[PlaceCase], source: Source) -> Language:
    """A voter trained on these cases."""
    works = [(case.work, source.labels[not case.holds]) for case in cases]
    return fit_works(source.config, source.labels, works)


def measure(cases: Sequence[PlaceCase], source: Source) -> dict[str, float]:
    """F1 of rules, voter and both, every writer judged by a voter that never saw its letters."""
    pairs: list[tuple[PlaceCase, float]] = []
    for rest, out in folds(cases):
        judged = judge_works(fit(rest, source), [case.work for case in out])
        pairs += zip(out, [said[source.labels[0]] for said in judged], strict=True)
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
