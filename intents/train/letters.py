"""`make train`, the voter on whole letters: held-out writers first, then the model on all of them."""

import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from spacy.language import Language

from klimapartner.intents.letter_voter import MODEL, STATES, Judgement, judge_with
from klimapartner.intents.letter_weighing import (
    INTENT_WEIGHT,
    STATE_WEIGHT,
    choose_intents,
    choose_state,
    mix_intents,
    mix_states,
    settled,
)
from klimapartner.intents.reading import Status
from klimapartner.intents.train.fitting import fit as fit_by
from klimapartner.intents.train.letter_cases import LetterCase, read_letter_cases, write_lines

CONFIG = Path(__file__).with_name("letters.cfg")
CORPUS = Path(__file__).resolve().parent.parent / "corpus"
FOLDS = 8
# Writers whose letters nobody had read when the rules were written: on the others the rules look better than they are.
UNREAD = "w6_"


@dataclass(frozen=True, slots=True)
class Guess:
    """What one way of deciding says of a letter."""

    intents: frozenset[str]
    status: Status | None


def main() -> None:
    """Measure on held-out writers, train on all of them, write the model with its figures."""
    cases = list(read_letter_cases(files()))
    figures = measure(cases)
    nlp = fit(cases)
    nlp.meta |= {"name": "klimapartner_letters", "version": "1.0.0", "description": (__doc__ or "").strip()}
    nlp.meta["sources"] = [{"name": path.name, "license": "EUPL-1.2"} for path in files()]
    weights = {"intents": INTENT_WEIGHT, "status": STATE_WEIGHT}
    nlp.meta["performance"] = {"letters": len(cases), "weights": weights, "held_out": figures}
    MODEL.mkdir(parents=True, exist_ok=True)
    nlp.to_disk(MODEL, exclude=["tokenizer", "vocab"])
    sys.stdout.write(json.dumps(figures, indent=1) + "\n")


def files() -> list[Path]:
    """All mails of the corpus but those that stay held out from everything, and an office's own (EXTRA_CORPUS)."""
    own = [Path(os.environ["EXTRA_CORPUS"])] if os.environ.get("EXTRA_CORPUS") else []
    return sorted(path for path in CORPUS.glob("*.mails.jsonl") if not path.name.startswith("m2")) + own


def fit(cases: Sequence[LetterCase]) -> Language:
    """A voter trained on these letters; the same letters give the same model."""
    return fit_by(CONFIG, lambda path: write_lines(path, cases))


def folds(cases: Sequence[LetterCase]) -> Iterator[tuple[list[LetterCase], list[LetterCase]]]:
    """(letters to train on, letters to measure on), every writer measured once and never beside its own letters."""
    writers = sorted({case.writer for case in cases})
    for number in range(FOLDS):
        out = set(writers[number::FOLDS])
        yield [c for c in cases if c.writer not in out], [c for c in cases if c.writer in out]


def measure(cases: Sequence[LetterCase]) -> dict[str, dict[str, dict[str, float]]]:
    """Figures of rules, voter and both: on all writers held out in turn, and on those unread by who wrote the rules."""
    pairs: dict[str, list[tuple[LetterCase, Guess]]] = {name: [] for name in WAYS}
    for rest, out in folds(cases):
        judgements = judge_with(fit(rest), [case.features for case in out])
        for name, way in WAYS.items():
            pairs[name] += [(case, way(case, said)) for case, said in zip(out, judgements, strict=True)]
    return {name: {"all writers": count(found), "unread": count(found, UNREAD)} for name, found in pairs.items()}


def by_rules(case: LetterCase, said: Judgement) -> Guess:
    """The rules alone."""
    return Guess(frozenset(case.rules), case.rules_status)


def by_voter(case: LetterCase, said: Judgement) -> Guess:
    """The voter alone."""
    chosen = choose_intents({intent: said[intent] for intent in mix_intents(said, ())})
    return Guess(frozenset(chosen), choose_state({state: said[label] for state, label in STATES.items()}))


def by_both(case: LetterCase, said: Judgement) -> Guess:
    """Rules and voter weighed, as shipped."""
    intents = settled(case.rules, elsewhere=case.elsewhere, mixed=mix_intents(said, case.rules, case.vouched))
    state = case.rules_status if case.state_settled else choose_state(mix_states(said, case.rules_status))
    return Guess(frozenset(intents), state)


WAYS: dict[str, Callable[[LetterCase, Judgement], Guess]] = {"rules": by_rules, "voter": by_voter, "both": by_both}


def count(pairs: Sequence[tuple[LetterCase, Guess]], begins: str = "") -> dict[str, float]:
    """Letters, micro-F1 and share exactly right of the intents, share of states right, states invented."""
    chosen = [(case, guess) for case, guess in pairs if case.writer.startswith(begins)]
    hits = sum(len(case.intents & guess.intents) for case, guess in chosen)
    said = sum(len(case.intents) + len(guess.intents) for case, guess in chosen)
    stated = [(case, guess) for case, guess in chosen if case.states_known]
    return {
        "letters": len(chosen),
        "intents F1": round(2 * hits / max(said, 1), 3),
        "intents exact": round(sum(c.intents == g.intents for c, g in chosen) / max(len(chosen), 1), 3),
        "status right": round(sum(c.status == g.status for c, g in stated) / max(len(stated), 1), 3),
        "status invented": sum(c.status is None and g.status is not None for c, g in stated),
    }


if __name__ == "__main__":
    main()
