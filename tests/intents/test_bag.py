"""Voters asked by hashes alone say to the last bit what spaCy says of a document of the same features."""

import random
from pathlib import Path

import pytest
import spacy
from spacy.language import Language
from spacy.tokens import Doc

from klimapartner.intents import faq_bag, faq_features
from klimapartner.intents.bag import hashes, judgements
from klimapartner.intents.faq_voter import voter

MODEL = Path(faq_bag.__file__).with_name("model")
VOTERS = {"letters": "textcat_multilabel", "partnership": "textcat_multilabel", "machine": "textcat"}
LINES = ("Wer trägt die Kosten?", "how long does it run", "", "?", "Braucht es eine Partnerkommune? ¿Y si no?")


def loaded(name: str) -> Language:
    return spacy.load(MODEL / name, exclude=[] if name == "faq" else ["tokenizer"])


def rows(seed: int) -> list[list[str]]:
    """Rows of words, some of which stand in a row several times."""
    draw = random.Random(seed)
    words = [f"{kind}:{name}" for kind in "wbs" for name in ("köln", "partner", "stadt 1", "ü", "NUM", "a_b", "->")]
    return [draw.choices(words, k=draw.randint(1, 60)) for _ in range(20)]


@pytest.mark.parametrize(("name", "component"), VOTERS.items())
def test_a_voter_says_what_spacy_says(name: str, component: str) -> None:
    nlp = loaded(name)
    said = [nlp(Doc(nlp.vocab, words=row)).cats for row in rows(7)]
    assert judgements(nlp.get_pipe(component), rows(7)) == said


def test_the_faq_voter_says_what_spacy_says() -> None:
    nlp = loaded("faq")
    assert voter(nlp)(LINES) == [nlp(line).cats for line in LINES]


def test_a_voter_without_lines_says_nothing() -> None:
    assert voter(loaded("faq"))([]) == []


def test_a_voter_keeps_no_words() -> None:
    nlp = loaded("faq")
    before = len(nlp.vocab), len(nlp.vocab.strings)
    voter(nlp)(["Unerhörtes Wort Zwölfboxkampf"])
    assert (len(nlp.vocab), len(nlp.vocab.strings)) == before


def test_the_keys_are_those_of_a_document() -> None:
    row = ["w:köln", "b:^ wir", "c:cost"]
    assert hashes(row).tolist() == Doc(spacy.blank("xx").vocab, words=row).to_array("ORTH").tolist()
    assert faq_features.features("Kosten?") != []
