"""`make train`, the voters on the state of a partnership and on regions: held-out writers first, then the models."""

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from spacy.language import Language

from klimapartner.intents import region_voter, state_voter
from klimapartner.intents.bag_voter import Judgement
from klimapartner.intents.letter_features import features
from klimapartner.intents.pipeline import told_by_rules
from klimapartner.intents.pooled_voter import Work, judge_works
from klimapartner.intents.reading import Region, Status
from klimapartner.intents.region_features import work as region_work
from klimapartner.intents.state_features import work as state_work
from klimapartner.intents.train.bags import folds, mail_files, save
from klimapartner.intents.train.place_cases import ReadLetter, letters_of
from klimapartner.intents.train.pooled import fit_works
from klimapartner.intents.world import SOUTH

CONFIG = Path(__file__).with_name("works.cfg")
Figures = dict[str, float]


@dataclass(frozen=True, slots=True)
class StateCase:
    """A letter, its right state, and what the rules say."""

    work: Work
    right: Status | None
    rules: Status | None
    writer: str


@dataclass(frozen=True, slots=True)
class RegionCase:
    """A letter asked about each region of `SOUTH`, its right region, and what the rules say."""

    works: tuple[Work, ...]
    right: Region | None
    rules: Region | None
    writer: str


def main() -> None:
    """Measure on held-out writers, train on all of them, write the models with their figures."""
    letters = list(letters_of(mail_files()))
    states, regions = list(state_cases(letters)), list(region_cases(letters))
    _write(state_voter.NAME, fit_states(states), len(states), measure_states(states))
    _write(region_voter.NAME, fit_regions(regions), len(regions), measure_regions(regions))


def _write(name: str, nlp: Language, cases: int, held_out: Figures) -> None:
    performance = {"letters": cases, "held_out": held_out}
    save(nlp, name, __doc__ or "", performance)
    sys.stdout.write(json.dumps({name: performance}, indent=1) + "\n")


def state_cases(letters: Iterable[ReadLetter]) -> Iterator[StateCase]:
    """Each letter with the state of its partnership."""
    for writer, gold, found in letters:
        status = gold.get("partnership_status")
        told = told_by_rules(found)
        yield StateCase(state_work(told, features(told)), status, found.partnership.status, writer)


def region_cases(letters: Iterable[ReadLetter]) -> Iterator[RegionCase]:
    """Each letter asked about both regions."""
    for writer, gold, found in letters:
        told, wanted = told_by_rules(found), found.intents.intents
        works = tuple(region_work(told, wanted, asked) for asked in SOUTH)
        yield RegionCase(works, gold.get("world_region"), found.partnership.world_region, writer)


def fit_states(cases: Sequence[StateCase]) -> Language:
    """A voter on states trained on these letters."""
    return fit_works(CONFIG, state_voter.LABELS, [(case.work, case.right or state_voter.UNSAID) for case in cases])


def fit_regions(cases: Sequence[RegionCase]) -> Language:
    """A voter on regions trained on these letters."""
    pairs = ((work, asked, case.right) for case in cases for asked, work in zip(SOUTH, case.works, strict=True))
    works = [(work, region_voter.label_of(asked, right)) for work, asked, right in pairs]
    return fit_works(CONFIG, region_voter.LABELS, works)


def measure_states(cases: Sequence[StateCase]) -> Figures:
    """Share of letters whose state rules and voter tell right, every writer judged by a voter new to it."""
    right = []
    for rest, out in folds(cases):
        judged = judge_works(fit_states(rest), [case.work for case in out])
        right += [
            state_voter.choose_state(state_voter.by_state(said)) == case.right
            for case, said in zip(out, judged, strict=True)
        ]
    return {"rules": _share([case.right == case.rules for case in cases]), "voter": _share(right)}


def _state(said: Judgement) -> Status | None:
    return state_voter.choose_state(state_voter.by_state(said))


def measure_regions(cases: Sequence[RegionCase]) -> Figures:
    """The same for regions, and for rules and voter together."""
    by_voter, by_both = [], []
    for rest, out in folds(cases):
        nlp = fit_regions(rest)
        for case in out:
            said = region_voter.joined(judge_works(nlp, case.works))
            by_voter.append(region_voter.choose_region(said, None)[0] == case.right)
            by_both.append(region_voter.choose_region(said, case.rules)[0] == case.right)
    rules = [case.right == case.rules for case in cases]
    return {"rules": _share(rules), "voter": _share(by_voter), "both": _share(by_both)}


def _share(right: Sequence[bool]) -> float:
    return round(sum(right) / max(len(right), 1), 3)


if __name__ == "__main__":
    main()
