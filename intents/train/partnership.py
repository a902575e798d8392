"""`make train`, the voter on partnerships: held-out voices first, then the model on all of them."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from spacy.language import Language

from klimapartner.intents.bag_voter import MODELS, judge_bags
from klimapartner.intents.partnership_features import features
from klimapartner.intents.partnership_voter import NAME
from klimapartner.intents.train import FIRST
from klimapartner.intents.train.fitting import fit as fit_by
from klimapartner.intents.train.partnership_letters import read_letters
from klimapartner.intents.train.partnership_sentences import LABELS, Labelled, read_table, write_lines

CONFIG = Path(__file__).with_name("partnership.cfg")
CORPUS = Path(__file__).resolve().parent.parent / "corpus"
SURE = 0.7
FOLDS = 5


def main() -> None:
    """Measure on held-out voices, train on all of them, write the model with its figures."""
    examples = list(read_all())
    nlp = fit(examples)
    nlp.meta |= {"name": "klimapartner_partnership", "version": "1.0.0", "description": (__doc__ or "").strip()}
    nlp.meta["sources"] = [{"name": voice, "license": "EUPL-1.2"} for voice in voices(examples)]
    nlp.meta["performance"] = {"threshold": SURE, "sentences": len(examples), "held_out": measure(examples)}
    folder = MODELS / NAME
    folder.mkdir(parents=True, exist_ok=True)
    nlp.to_disk(folder, exclude=["tokenizer", "vocab"])


def read_all() -> Iterator[Labelled]:
    """The labelled sentences of all tables and of the first letters of persons."""
    for path in sorted((CORPUS / "sentences").glob("s[0-9]*.tsv")):
        yield from read_table(path)
    for path in sorted(CORPUS.glob("*.mails.jsonl")):
        if path.name.startswith(FIRST):
            yield from read_letters(path)


def voices(examples: Sequence[Labelled]) -> list[str]:
    """Who wrote the examples."""
    return sorted({e.voice for e in examples})


def measure(examples: Sequence[Labelled]) -> dict[str, dict[str, float]]:
    """Precision and recall of each label at the threshold; every voice is judged by a voter that never saw it."""
    counts = {name: [0, 0, 0] for name in LABELS.values()}
    everybody = voices(examples)
    for fold in range(FOLDS):
        out = set(everybody[fold::FOLDS])
        nlp = fit([e for e in examples if e.voice not in out])
        _count(nlp, [e for e in examples if e.voice in out], counts)
    return {name: _figures(*found) for name, found in counts.items()}


def _count(nlp: Language, examples: Sequence[Labelled], counts: dict[str, list[int]]) -> None:
    judgements = judge_bags(nlp, [features(e.text, e.following) for e in examples])
    for example, judgement in zip(examples, judgements, strict=True):
        for letter, name in LABELS.items():
            said, true = judgement[name] >= SURE, letter in example.labels
            for place, hit in enumerate((said and true, said, true)):
                counts[name][place] += hit


def _figures(hits: int, said: int, true: int) -> dict[str, float]:
    return {"cases": true, "precision": round(hits / max(said, 1), 3), "recall": round(hits / max(true, 1), 3)}


def fit(examples: Sequence[Labelled]) -> Language:
    """A voter trained on these examples; the same examples give the same model."""
    return fit_by(CONFIG, lambda path: write_lines(path, examples))


if __name__ == "__main__":
    main()
