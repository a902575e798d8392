"""Letters of the corpus as training examples for the voter on whole letters."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import spacy
from spacy.language import Language
from spacy.tokens import Doc

from klimapartner.intents.findings import Findings, attach
from klimapartner.intents.letter_features import features
from klimapartner.intents.letter_lines import closing_end
from klimapartner.intents.letter_voter import INTENTS
from klimapartner.intents.partner import choose_by_rules
from klimapartner.intents.partnership import read_partnership
from klimapartner.intents.pipeline import cut, read_bodies, read_intents, read_language, told_by_rules
from klimapartner.intents.reading import Intent, Letter, Office, Part
from klimapartner.intents.train.bags import Bag
from klimapartner.intents.train.machine_letters import letter_of, read_cases
from klimapartner.intents.vouching import vouched


def read_partner_by_rules(found: Findings, doc: Doc) -> None:
    """Partner, region and status without the voter on partners, which has learnt from these letters."""
    body = found.bodies.municipality
    key = body.ags if body else None
    found.partnership = read_partnership(found.letter, found.sentences, found.german, key, choose_by_rules)


RULES = (read_language, cut, read_bodies, read_partner_by_rules, read_intents)


@dataclass(frozen=True, slots=True)
class LetterCase:
    """A letter as the voter sees it, its right intents, what the rules alone say, and who wrote it.

    `vouched` are the rules' intents that the voter cannot take away.
    """

    features: tuple[str, ...]
    intents: frozenset[str]
    rules: tuple[Intent, ...]
    vouched: frozenset[Intent]
    writer: str

    @property
    def bag(self) -> Bag:
        """The features with their labels."""
        return Bag(self.features, {name: float(name in self.intents) for name in INTENTS})


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
        rules=found.intents.intents,
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
