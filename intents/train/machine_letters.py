"""Mails of the corpus as training examples for the machine voter."""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example
from spacy.util import registry

from klimapartner.intents.machine import LABELS
from klimapartner.intents.machine_features import features
from klimapartner.intents.reading import Letter, Part

_PASSED_ON = re.compile(r"^(?:-{3,} ?\w|_{10,}$|(?:Von|From|De) ?: )", re.MULTILINE)


@registry.readers("klimapartner.MachineLetters.v1")  # type: ignore[untyped-decorator]
def create_reader(path: str) -> Callable[[Language], Iterator[Example]]:
    """A corpus of JSON lines: cases in the form of the gold sets, of which `gold.automated` is learnt."""

    bags = [(features(letter_of(case)), bool(case["gold"].get("automated"))) for case in read_cases([Path(path)])]

    def read(nlp: Language) -> Iterator[Example]:
        for bag, automated in bags:
            yield _example(nlp, bag, automated)

    return read


def read_cases(paths: Iterable[Path]) -> Iterator[dict[str, Any]]:
    """The cases of mail files in the form of the gold sets."""
    for path in paths:
        yield from (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip())


def letter_of(case: dict[str, Any]) -> Letter:
    """A case as a letter, what it quotes or passes on cut off."""
    subject, body = case["subject"], _without_quotes(case["body"])
    parts = (Part("subject", 0, len(subject)), Part("body", len(subject) + 1, len(subject) + 1 + len(body)))
    return Letter(f"{subject}\n{body}", parts, case.get("from_name", ""), case.get("from_addr", ""))


def _without_quotes(body: str) -> str:
    kept = "\n".join(line for line in body.split("\n") if not line.startswith(">")).strip()
    return _PASSED_ON.split(kept, maxsplit=1)[0].strip() or kept


def _example(nlp: Language, words: list[str], automated: bool) -> Example:
    reference = Doc(nlp.vocab, words=words)
    reference.cats = dict(zip(LABELS, (float(automated), float(not automated)), strict=True))
    return Example(Doc(nlp.vocab, words=words), reference)
