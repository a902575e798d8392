"""Train the FAQ voter: measure it on writers that it has not read, then train it on all and write it with its figures.

    python -m klimapartner.intents.train.faq OUTPUT

Every fold holds whole writers out. The phrases of `faq/` are fixed files: writers who were read before they were
written are told from those who were not.
"""

import json
import shutil
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from spacy.language import Language

from klimapartner.intents.faq_cues import read_cues
from klimapartner.intents.faq_order import FAQ_IDS, leading
from klimapartner.intents.faq_rank import asked
from klimapartner.intents.faq_split import questions
from klimapartner.intents.faq_voter import Voter, voter
from klimapartner.intents.train.faq_lines import Line, corpus, line_rows
from klimapartner.intents.train.linear import fit_rows

Answering = Callable[[str], frozenset[str]]
CONFIG = Path(__file__).with_name("faq.cfg")
FOLDS = 4
# Writers whose lines nobody had read when the phrases were written.
UNREAD = frozenset({"w06", "w26", "w27", "w62", "w63", "w72", "w75", "w76", "w78"})
# Voices of one author each, who knew the phrases or the errors of the voter: always trained on, never measured.
OWN_VOICES = frozenset(f"w{number}" for number in (*range(10, 20), *range(30, 50), *range(80, 90)))


def main() -> int:
    output = Path(sys.argv[1])
    lines = corpus()
    figures = measure(lines)
    model = fit(lines)
    figures["voter and phrases"]["held-out writers"] = held_out(model)
    shutil.rmtree(output, ignore_errors=True)
    model.to_disk(output)
    (output / "figures.json").write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(table(figures))
    return 0


def fit(lines: Iterable[Line]) -> Language:
    """A voter trained on these lines by the committed config."""
    return fit_rows(CONFIG, FAQ_IDS, line_rows(lines))


def measure(lines: Sequence[Line]) -> dict[str, Any]:
    """Figures of the phrases alone and of the voter that has them too, on strangers held out, a fold at a time."""
    answers: dict[str, list[tuple[Line, frozenset[str]]]] = {}
    for number in range(FOLDS):
        writers = sorted({line["writer"] for line in lines} - OWN_VOICES)[number::FOLDS]
        rest = [line for line in lines if line["writer"] not in writers]
        held_out = [line for line in lines if line["writer"] in writers]
        for name, answering in _ways(rest).items():
            answers.setdefault(name, []).extend((line, answering(line["text"])) for line in held_out)
    return {name: {group: count(pairs, group) for group in GROUPS} for name, pairs in answers.items()}


def held_out(model: Language) -> dict[str, float]:
    """Figures of the finished model on the writers that nothing was made from."""
    answering = by_voter(voter(model))
    return count([(line, answering(line["text"])) for line in corpus("h")], "strangers")


def _ways(lines: Sequence[Line]) -> dict[str, Answering]:
    return {"phrases alone": by_phrases, "voter and phrases": by_voter(voter(fit(lines)))}


def by_phrases(text: str) -> frozenset[str]:
    """What the phrases alone would answer."""
    whole = read_cues(text)
    parts = [leading(read_cues(part).sure) for part in questions(whole.text)]
    return frozenset() if whole.beside else frozenset().union(*parts) or leading(whole.sure)


def by_voter(vote: Voter) -> Answering:
    """What the assistant answers with a voter."""
    return lambda text: frozenset(asked(text, vote).sure)


GROUPS: dict[str, Callable[[str], bool]] = {
    "strangers": lambda writer: True,
    "strangers unread when the phrases were written": lambda writer: writer in UNREAD,
}


def count(pairs: Iterable[tuple[Line, frozenset[str]]], group: str) -> dict[str, float]:
    """Cases, share exactly right, answered though not to be, silent though to be answered."""
    chosen = [(frozenset(line["faq"]), found) for line, found in pairs if GROUPS[group](line["writer"])]
    beside = [found for gold, found in chosen if not gold]
    inside = [found for gold, found in chosen if gold]
    return {
        "cases": len(chosen),
        "exact": round(sum(gold == found for gold, found in chosen) / max(len(chosen), 1), 3),
        "answered though not to be": round(sum(map(bool, beside)) / max(len(beside), 1), 3),
        "silent though to be answered": round(sum(not found for found in inside) / max(len(inside), 1), 3),
    }


def table(figures: dict[str, Any]) -> str:
    """The figures as lines of text."""
    rows = ((name, group, values) for name, groups in figures.items() for group, values in groups.items())
    return "".join(f"{name}; {group}: {values}\n" for name, group, values in rows)


if __name__ == "__main__":
    sys.exit(main())
