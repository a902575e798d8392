"""`make train`, the voter on whole letters: held-out writers first, then the model on all of them."""

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from spacy.language import Language

from klimapartner.intents.bag_voter import Judgement, judge_bags
from klimapartner.intents.letter_voter import NAME
from klimapartner.intents.letter_weighing import choose_intents, sureness_of_intents
from klimapartner.intents.train.bags import fit_bags, folds, mail_files, save
from klimapartner.intents.train.letter_cases import LetterCase, read_letter_cases

CONFIG = Path(__file__).with_name("letters.cfg")
# Writers whose letters nobody had read when the rules were written: on the others the rules look better than they are.
UNREAD = ("w6_", "w7_", "w9_")


Guess = frozenset[str]


def main() -> None:
    """Measure on held-out writers, train on all of them, write the model with its figures."""
    cases = list(read_letter_cases(mail_files()))
    figures = measure(cases)
    save(fit(cases), NAME, __doc__ or "", {"letters": len(cases), "held_out": figures})
    sys.stdout.write(json.dumps(figures, indent=1) + "\n")


def fit(cases: Sequence[LetterCase]) -> Language:
    """A voter trained on these letters."""
    return fit_bags(CONFIG, (case.bag for case in cases))


def measure(cases: Sequence[LetterCase]) -> dict[str, dict[str, dict[str, float]]]:
    """Figures of rules, voter and both: on all writers held out in turn, and on those unread by who wrote the rules."""
    pairs: dict[str, list[tuple[LetterCase, Guess]]] = {name: [] for name in WAYS}
    for rest, out in folds(cases):
        judgements = judge_bags(fit(rest), [case.features for case in out])
        for name, way in WAYS.items():
            pairs[name] += [(case, way(case, said)) for case, said in zip(out, judgements, strict=True)]
    return {name: {"all writers": count(found), "unread": count(found, UNREAD)} for name, found in pairs.items()}


def by_rules(case: LetterCase, said: Judgement) -> Guess:
    """The rules alone."""
    return frozenset(case.rules)


def by_voter(case: LetterCase, said: Judgement) -> Guess:
    """The voter alone."""
    return frozenset(choose_intents(sureness_of_intents(said, ())))


def by_both(case: LetterCase, said: Judgement) -> Guess:
    """The voter with what the rules vouch for, as shipped."""
    return frozenset(choose_intents(sureness_of_intents(said, case.rules, case.vouched)))


WAYS: dict[str, Callable[[LetterCase, Judgement], Guess]] = {"rules": by_rules, "voter": by_voter, "both": by_both}


def count(pairs: Sequence[tuple[LetterCase, Guess]], begins: str | tuple[str, ...] = "") -> dict[str, float]:
    """Letters, micro-F1 and share exactly right of the intents."""
    chosen = [(case, guess) for case, guess in pairs if case.writer.startswith(begins)]
    hits = sum(len(case.intents & guess) for case, guess in chosen)
    said = sum(len(case.intents) + len(guess) for case, guess in chosen)
    return {
        "letters": len(chosen),
        "intents F1": round(2 * hits / max(said, 1), 3),
        "intents exact": round(sum(case.intents == guess for case, guess in chosen) / max(len(chosen), 1), 3),
    }


if __name__ == "__main__":
    main()
