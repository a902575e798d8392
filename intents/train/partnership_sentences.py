"""Labelled sentences on partnerships as training examples: our own tables, and sentences of the corpus' letters.

A line of a table is `labels TAB sentence`; ` || ` parts it from the sentence after it, `(a|b)` are alternatives. Places
stand as {K} the partner in question, {S} and {C} a place and a country of the South, {N} of the North, {D} the writer's
own, {A} and {L} the two regions, # a number.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example
from spacy.util import registry

from klimapartner.intents.partnership_features import features

LABELS = {
    "E": "status_existing",
    "P": "status_planned",
    "N": "status_none",
    "A": "wish_africa",
    "L": "wish_latin",
    "W": "wish_country",
    "O": "wish_open",
    "U": "wish_outside",
    "R": "denies_region",
    "M": "partner_is_meant",
    "X": "partner_ended_or_aside",
    "C": "contact_only",
}
WORDS = {
    "{S}": "SUEDORT",
    "{C}": "SUEDLAND",
    "{N}": "NORDORT",
    "{D}": "EIGENORT",
    "{A}": "REGION_AFRIKA",
    "{L}": "REGION_LATEIN",
    "#": "9",
}
NAMES = ("Chulucanas", "Kribi", "Jinotega", "Thiès", "Zomba", "Quillota", "Kasese", "Ambato")
REAL = {
    "{C}": "Senegal",
    "{N}": "Lyon",
    "{D}": "Stadt Unna",
    "{A}": "Afrika",
    "{L}": "Lateinamerika",
    "#": "2019",
}
SWAP = {"A": "L", "L": "A", "{A}": "{L}", "{L}": "{A}"}


@dataclass(frozen=True, slots=True)
class Labelled:
    """A masked sentence, the one after it, and its labels by their letters; `voice` is who wrote it."""

    text: str
    following: str
    labels: frozenset[str]
    voice: str


def read_table(path: Path) -> Iterator[Labelled]:
    """The sentences of a table, each also with the two regions changed for each other, and without its candidate."""
    for letters, text in read_patterns(path):
        yield from _versions(text, letters, path.stem)


def read_patterns(path: Path) -> Iterator[tuple[frozenset[str], str]]:
    """The labels and the text of each sentence of a table, its places still as they are marked there."""
    for line in path.read_text(encoding="utf-8").splitlines():
        labels, tab, pattern = line.partition("\t")
        if tab and not line.startswith("#"):
            for text in _alternatives(pattern):
                yield frozenset(labels.split(",")) - {"-"}, text


def with_names(text: str, number: int) -> tuple[str, str]:
    """(the partner in question, a text of the tables with real names); the number turns the names over."""
    partner, other = NAMES[number % len(NAMES)], NAMES[(number + 1) % len(NAMES)]
    names = {"{K}": partner, "{S}": other, **REAL}
    for mark, name in names.items():
        text = text.replace(mark, name)
    return partner, text.replace(" || ", " ")


def _alternatives(pattern: str) -> Iterator[str]:
    parts = re.split(r"\(([^()]*\|[^()]*)\)", pattern)
    for row in product(*(part.split("|") if i % 2 else [part] for i, part in enumerate(parts))):
        yield "".join(row)


def _versions(text: str, letters: frozenset[str], voice: str) -> Iterator[Labelled]:
    yield _labelled(text.replace("{K}", "KANDIDAT"), letters, voice)
    if "{K}" in text:
        yield _labelled(text.replace("{K}", "{S}"), letters - {"M", "X"}, voice)
    if "{A}" in text or "{L}" in text:
        swapped = re.sub(r"\{[AL]\}", lambda m: SWAP[m.group()], text)
        yield _labelled(swapped, frozenset(SWAP.get(letter, letter) for letter in letters), voice)


def _labelled(text: str, letters: frozenset[str], voice: str) -> Labelled:
    for mark, word in WORDS.items():
        text = text.replace(mark, word)
    sentence, _, following = text.partition(" || ")
    return Labelled(sentence, following, letters, voice)


@registry.readers("klimapartner.PartnershipSentences.v1")  # type: ignore[untyped-decorator]
def create_reader(path: str) -> Callable[[Language], Iterator[Example]]:
    """A corpus of JSON lines as `write_lines` makes them."""

    def read(nlp: Language) -> Iterator[Example]:
        for line in Path(path).read_text(encoding="utf-8").splitlines():
            yield example(nlp, json.loads(line))

    return read


def example(nlp: Language, row: dict[str, str]) -> Example:
    """A row {"text", "following", "labels"} as spaCy trains on it."""
    words = features(row["text"], row["following"])
    reference = Doc(nlp.vocab, words=words)
    reference.cats = {name: float(letter in row["labels"]) for letter, name in LABELS.items()}
    return Example(Doc(nlp.vocab, words=words), reference)


def write_lines(path: Path, sentences: Iterable[Labelled]) -> None:
    """The sentences as JSON lines, in their order."""
    rows = ({"text": s.text, "following": s.following, "labels": "".join(sorted(s.labels))} for s in sentences)
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
