"""Letters of the corpus as training examples for the voter on whole letters."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import spacy
from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example
from spacy.util import registry

from klimapartner.intents.findings import Findings, attach
from klimapartner.intents.letter_features import features
from klimapartner.intents.letter_lines import closing_end
from klimapartner.intents.letter_voter import INTENTS, STATES
from klimapartner.intents.letter_weighing import is_settled
from klimapartner.intents.pipeline import cut, read_bodies, read_intents, read_language, read_partner, told_by_rules
from klimapartner.intents.reading import Intent, Letter, Office, Part, Status
from klimapartner.intents.train.machine_letters import letter_of, read_cases
from klimapartner.intents.vouching import vouched

RULES = (read_language, cut, read_bodies, read_partner, read_intents)


@dataclass(frozen=True, slots=True)
class LetterCase:
    """A letter as the voter sees it, its right reading, what the rules alone say, and who wrote it.

    `vouched` are the rules' intents that the voter cannot take away; `states_known` is false where the right state was
    not written down; `state_settled` says that the rules' state stands whatever the voter says.
    """

    features: tuple[str, ...]
    intents: frozenset[str]
    status: Status | None
    states_known: bool
    rules: tuple[Intent, ...]
    rules_status: Status | None
    state_settled: bool
    elsewhere: bool
    vouched: frozenset[Intent]
    writer: str


def read_letter_cases(paths: Iterable[Path]) -> Iterator[LetterCase]:
    """The letters of persons in mail files of the corpus."""
    nlp = spacy.blank("xx")
    for path in paths:
        for case in read_cases([path]):
            if not case["gold"].get("automated"):
                yield _read(nlp, case, path.name.partition(".")[0])


def _read(nlp: Language, case: dict[str, Any], writer: str) -> LetterCase:
    found, gold = by_rules(nlp, with_parts(case)), case["gold"]
    return LetterCase(
        features=tuple(features(told_by_rules(found))),
        intents=frozenset(gold["intents"]),
        status=gold.get("partnership_status"),
        states_known=not writer.startswith("m"),  # the m files are labelled for machine or person, and intents
        rules=found.intents.intents,
        rules_status=found.partnership.status,
        state_settled=is_settled(found.partnership),
        elsewhere=found.intents.elsewhere,
        vouched=vouched(found.intents, found.sentences),
        writer=writer,
    )


def by_rules(nlp: Language, letter: Letter) -> Findings:
    """What the rules alone find in a letter."""
    found = Findings(letter, Office())
    doc = attach(nlp.make_doc(letter.text), found)
    for step in RULES:
        step(found, doc)
    return found


def with_parts(case: dict[str, Any]) -> Letter:
    """A case as a letter, its attachments behind it, the lines under a closing formula told apart as the signature."""
    letter = letter_of(case)
    text, parts = letter.text, _signed(letter)
    for number, attachment in enumerate(case.get("attachments") or ()):
        start = len(text) + 1
        text = f"{text}\n{attachment['text']}"
        parts.append(Part(f"attachment:{number}", start, len(text)))
    return Letter(text, tuple(parts), letter.from_name, letter.from_addr)


def _signed(letter: Letter) -> list[Part]:
    subject, body = letter.parts
    start = body.start
    for line in letter.text[body.start :].splitlines(keepends=True):
        start += len(line)
        if start > body.start + len(line) and closing_end(line.strip()) is not None:
            return [subject, Part("body", body.start, start), Part("signature", start, body.end)]
    return [subject, body]


@registry.readers("klimapartner.Letters.v1")  # type: ignore[untyped-decorator]
def create_reader(path: str) -> Callable[[Language], Iterator[Example]]:
    """A corpus of JSON lines as `write_lines` makes them."""

    def read(nlp: Language) -> Iterator[Example]:
        for line in Path(path).read_text(encoding="utf-8").splitlines():
            yield _example(nlp, **json.loads(line))

    return read


def _example(nlp: Language, features: list[str], intents: list[str], status: str | None) -> Example:
    """`status` is a label of the voter, None where nothing is known of the state: then it learns nothing of it."""
    reference = Doc(nlp.vocab, words=features)
    reference.cats = {name: float(name in intents) for name in INTENTS}
    if status:
        reference.cats |= {name: float(name == status) for name in STATES.values()}
    return Example(Doc(nlp.vocab, words=features), reference)


def write_lines(path: Path, cases: Iterable[LetterCase]) -> None:
    """The letters as JSON lines, in their order."""
    rows = (
        {
            "features": case.features,
            "intents": sorted(case.intents),
            "status": STATES[case.status] if case.states_known else None,
        }
        for case in cases
    )
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
