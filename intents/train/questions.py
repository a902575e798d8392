"""`make train`, the voter on a letter's questions: held-out writers first, then the model on all of them.

What is written down is what a letter asks for, not where. An id is taken to be asked in the part of a sentence for
which the voter on chat lines (trained before) finds it likeliest; all other parts that could ask are examples of what
does not.
"""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import spacy
from spacy.language import Language

from klimapartner.intents.faq import asked_for, weigh
from klimapartner.intents.faq_order import FAQ_IDS
from klimapartner.intents.faq_voter import Votes, shipped_voter, votes
from klimapartner.intents.question_features import Part, parts
from klimapartner.intents.question_voter import NAME
from klimapartner.intents.reading import Evidence, Intent
from klimapartner.intents.sentences import Sentence
from klimapartner.intents.train.bags import folds, mail_files, save
from klimapartner.intents.train.faq_lines import Line, corpus, line_rows, twice
from klimapartner.intents.train.letter_cases import by_rules, with_parts
from klimapartner.intents.train.linear import Row, fit_rows
from klimapartner.intents.train.machine_letters import read_cases

CONFIG = Path(__file__).with_name("questions.cfg")
# Files in which what is asked for was not written down: machine or person, and partners alone.
UNLABELLED = ("m", "c", "w50", "w51", "w52", "w53")
UNLIKELY = 0.0001  # less than that no part asks for an id
AGAIN = 0.6  # so likely a second part asks for the same
TOLD = 0.25  # of the likelihood where a part by the rules asks nothing
COPIES = 2  # of each part, so that letters weigh as much as chat lines, of which there are more


@dataclass(frozen=True, slots=True)
class QuestionCase:
    """A letter as the voter sees it, the ids it asks for, what it asks and wants by the rules, and who wrote it."""

    ruled: tuple[tuple[Sentence, Evidence], ...]
    intents: tuple[Intent, ...]
    parts: tuple[Part, ...]
    faq: frozenset[str]
    writer: str


def main() -> None:
    """Measure on held-out writers, train on all of them, write the model with its figures."""
    cases, lines = list(read_question_cases(mail_files())), corpus()
    figures = measure(cases, lines)
    save(fit(cases, lines), NAME, __doc__ or "", {"letters": len(cases), "lines": len(lines), "held_out": figures})
    sys.stdout.write(json.dumps(figures, indent=1) + "\n")


def read_question_cases(paths: Iterable[Path]) -> Iterator[QuestionCase]:
    """The letters of persons in mail files of the corpus in which questions are labelled."""
    nlp = spacy.blank("xx")
    for path in paths:
        writer = path.name.partition(".")[0]
        labelled = not writer.startswith(UNLABELLED)
        yield from (_read(nlp, case, writer) for case in read_cases([path]) if labelled and not _is_machine(case))


def _is_machine(case: dict[str, Any]) -> bool:
    return bool(case["gold"].get("automated"))


def _read(nlp: Language, case: dict[str, Any], writer: str) -> QuestionCase:
    found = by_rules(nlp, with_parts(case))
    intents = found.intents.intents
    asked = frozenset(case["gold"].get("faq") or ())
    ruled = tuple(asked_for(found.sentences))
    return QuestionCase(ruled, intents, tuple(parts(found.sentences, intents)), asked, writer)


def fit(cases: Sequence[QuestionCase], lines: Iterable[Line]) -> Language:
    """A voter trained on these letters and chat lines."""
    rows = [*line_rows(lines), *(row for case in cases for row in letter_rows(case) * COPIES)]
    return fit_rows(CONFIG, FAQ_IDS, rows)


def letter_rows(case: QuestionCase) -> list[Row]:
    """The parts of a letter as examples."""
    return [row for part, ids in zip(case.parts, placed(case), strict=True) for row in twice(part.features, ids)]


def placed(case: QuestionCase) -> list[set[str]]:
    """For each part of a letter, which of the letter's ids it asks for."""
    likely = shipped_voter()([part.text for part in case.parts])
    shares = [0.0 if part.whole else 1.0 if part.asks else TOLD for part in case.parts]
    found: list[set[str]] = [set() for _ in case.parts]
    for name in case.faq if case.parts else ():
        scores = [share * said[name] for share, said in zip(shares, likely, strict=True)]
        best = max(scores)
        for ids, score in zip(found, scores, strict=True):
            if score > AGAIN or (score == best and score > UNLIKELY):
                ids.add(name)
    return [
        _of_sentence(part, case.parts, found) if part.whole else ids
        for part, ids in zip(case.parts, found, strict=True)
    ]


def _of_sentence(whole: Part, others: Sequence[Part], found: Sequence[set[str]]) -> set[str]:
    """All that the parts of a sentence ask for."""
    return {name for part, ids in zip(others, found, strict=True) if part.sentence == whole.sentence for name in ids}


def measure(cases: Sequence[QuestionCase], lines: Sequence[Line]) -> dict[str, dict[str, float]]:
    """Figures of the rules, the voter, and both weighed; writers held out with their chat lines."""
    pairs: dict[str, list[tuple[frozenset[str], frozenset[str]]]] = {name: [] for name in WAYS}
    for rest, out in folds(cases):
        writers = {case.writer for case in out}
        nlp = fit(rest, [line for line in lines if line["writer"] not in writers])
        for case in out:
            said = votes(nlp, [part.features for part in case.parts])
            for name, way in WAYS.items():
                pairs[name].append((case.faq, way(case, said)))
    return {name: count(found) for name, found in pairs.items()}


def rules_alone(case: QuestionCase, said: Sequence[Votes]) -> frozenset[str]:
    """What sentences ask by the rules, where the letter as a whole asks."""
    asks = "question" in case.intents
    return frozenset(evidence.value for _, evidence in case.ruled) if asks else frozenset()


def voter_alone(case: QuestionCase, said: Sequence[Votes]) -> frozenset[str]:
    """What the voter is surer of than not."""
    return frozenset(name for each in said for name, sureness in each.items() if sureness > 0.5)


def both(case: QuestionCase, said: Sequence[Votes]) -> frozenset[str]:
    """Rules and voter weighed, as shipped."""
    voted = zip(case.parts, said, strict=True)
    return frozenset(each.value for each in weigh(case.ruled, voted, asks="question" in case.intents))


Way = Callable[[QuestionCase, Sequence[Votes]], frozenset[str]]
WAYS: dict[str, Way] = {"rules": rules_alone, "voter": voter_alone, "both": both}


def count(pairs: Sequence[tuple[frozenset[str], frozenset[str]]]) -> dict[str, float]:
    """Letters, ids asked for, micro-F1, precision and recall."""
    right = sum(len(gold & found) for gold, found in pairs)
    said, asked = sum(len(found) for _, found in pairs), sum(len(gold) for gold, _ in pairs)
    return {
        "letters": len(pairs),
        "ids": asked,
        "F1": round(2 * right / max(said + asked, 1), 3),
        "precision": round(right / max(said, 1), 3),
        "recall": round(right / max(asked, 1), 3),
    }


if __name__ == "__main__":
    main()
