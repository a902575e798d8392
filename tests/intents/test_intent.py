"""What a letter is about, on short letters in many voices and on the turns that change a meaning."""

from collections.abc import Callable
from pathlib import Path

import pytest

from klimapartner.intents.intent import decide_intents
from klimapartner.intents.intent_signals import Signal
from klimapartner.intents.reading import Letter
from klimapartner.intents.sentences import Sentence, sentences

Write = Callable[..., Letter]

ROWS = [
    line.split("\t")
    for line in (Path(__file__).parent / "intent_letters.tsv").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
]


def intents_of(letter: Letter) -> set[str]:
    return set(decide_intents(sentences(letter), letter).intents)


@pytest.mark.parametrize(("expected", "subject", "body"), ROWS)
def test_short_letters(write: Write, expected: str, subject: str, body: str) -> None:
    assert intents_of(write(body, subject=subject)) == set(expected.split(","))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("Die Stadt Jena bekundet Interesse.", {"interest"}),
        ("Die Stadt Jena bekundet kein Interesse.", {"other"}),
        ("Bitte melden Sie uns für den 3. und 4. Juni an.", {"workshop_registration"}),
        ("Wir nehmen am 14./15. März mit zwei Personen teil.", {"workshop_registration"}),
        ("Partnerkommune vorhanden? [x] ja. Die Stadt Jena bekundet Interesse.", {"interest"}),
        ("Wir ziehen unsere Interessenbekundung zurück.", {"withdrawal"}),
        ("Sollte der Rat im Mai ablehnen, ziehen wir zurück. Die Stadt Jena bekundet Interesse.", {"interest"}),
        ("Können wir unsere Interessenbekundung später noch zurückziehen?", {"question"}),
        ("Am 3. März haben wir Interesse bekundet. Ist die Mail angekommen?", {"status_request"}),
        ("Welche Länder sind dabei? Also noch keine Interessenbekundung, erstmal nur die Fragen.", {"question"}),
        ("Die Stadt Jena möchte teilnehmen. Wer trägt die Flugkosten?", {"interest", "question"}),
        ("Die Stadt Jena möchte teilnehmen. Können Sie uns einen Partner vermitteln?", {"interest"}),
        ("Die Stadt Jena möchte teilnehmen. Können wir einen Telefontermin vereinbaren?", {"interest"}),
    ],
)
def test_negation_condition_time_and_request(write: Write, body: str, expected: set[str]) -> None:
    assert intents_of(write(body)) == expected


def test_a_forwarded_expression_is_the_senders_content(write: Write) -> None:
    letter = write("Bitte bei euch aufnehmen.", forward="Die Stadt Zittau bekundet ihr Interesse an der Teilnahme.")
    assert intents_of(letter) == {"interest"}


def test_quoted_words_are_not_the_senders(write: Write) -> None:
    letter = write("Danke für die Nachricht!", quote="Die Stadt Zittau bekundet ihr Interesse an der Teilnahme.")
    assert intents_of(letter) == {"other"}


def test_evidence_points_at_the_sentence(write: Write) -> None:
    letter = write("Guten Tag. Die Stadt Jena bekundet Interesse. Viele Grüße")
    evidence = decide_intents(sentences(letter), letter).evidence[0]
    assert letter.text[evidence.start : evidence.end] == "Die Stadt Jena bekundet Interesse."


def test_a_trained_classifier_can_vote(write: Write) -> None:
    def vote(found: list[Sentence]) -> list[Signal]:
        return [Signal("withdrawal", 0.95, sentence) for sentence in found]

    letter = write("Aus der Sache wird bei uns nichts werden können.")
    decided = decide_intents(sentences(letter), letter, voters=[vote])  # type: ignore[list-item]
    assert decided.intents == ("withdrawal",)


def test_an_empty_letter_is_about_nothing(write: Write) -> None:
    assert intents_of(write("")) == {"other"}
