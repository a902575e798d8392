"""Help is needed only where it is asked for."""

from collections.abc import Callable
from pathlib import Path

import pytest

from klimapartner.intents.needs import decide_needs
from klimapartner.intents.reading import Letter
from klimapartner.intents.sentences import sentences

ROWS = [
    line.split("\t")
    for line in (Path(__file__).parent / "need_sentences.tsv").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
]


@pytest.mark.parametrize(("needs", "sentence"), ROWS)
def test_sentences_in_many_voices(write: Callable[..., Letter], needs: str, sentence: str) -> None:
    assert set(decide_needs(sentences(write(sentence)), ("interest",)).needs) == set(filter(None, needs.split(",")))


@pytest.mark.parametrize(
    ("body", "needs"),
    [
        ("Wir bitten um Vermittlung einer Partnerkommune.", {"matchmaking"}),
        ("Hilfe bei der Suche nehmen wir gern an.", {"matchmaking"}),
        ("Über Vorschläge Ihrerseits würden wir uns sehr freuen.", {"matchmaking"}),
        ("partner haben wir keinen, bitte vermitteln", {"matchmaking"}),
        ("Ohne Ihre Vermittlung wird uns das nicht gelingen.", {"matchmaking"}),
        ("Could you help us find a partner municipality?", {"matchmaking"}),
        ("Nous vous serions reconnaissants de nous aider à trouver une commune.", {"matchmaking"}),
        ("Können wir einen Telefontermin vereinbaren?", {"consultation"}),
        ("Darüber würden wir gern vorab mit Ihnen sprechen.", {"consultation"}),
        ("Für ein beratendes Gespräch im April wäre ich Ihnen verbunden.", {"consultation"}),
        ("Bitte rufen Sie mich dazu einmal an.", {"consultation"}),
        ("Wir suchen eine Partnerkommune in Ghana.", set()),
        ("Eine Vermittlung brauchen wir nicht.", set()),
        ("Der Rat wird die Vorlage im Mai beraten.", set()),
        ("Vielen Dank für die freundliche Beratung am Telefon.", set()),
        ("Für Rückfragen stehe ich gern zur Verfügung.", set()),
        ("Welche Unterstützung bieten Sie den Kommunen?", set()),
    ],
)
def test_needs(write: Callable[..., Letter], body: str, needs: set[str]) -> None:
    assert set(decide_needs(sentences(write(body)), ("interest",)).needs) == needs


def test_a_form_that_is_answered_with_no(write: Callable[..., Letter]) -> None:
    letter = write("Unterstützung bei der Suche gewünscht?\nnein")
    assert decide_needs(sentences(letter), ("interest",)).needs == ()


@pytest.mark.parametrize(
    "form",
    ["Afrika [x]  Asien [ ]\n[ ] wünschen Rückruf", "Region? (X) Afrika\nVermittlung gewünscht?  ( ) ja  ( ) nein"],
)
def test_an_option_that_is_not_ticked(write: Callable[..., Letter], form: str) -> None:
    assert decide_needs(sentences(write(form)), ("interest",)).needs == ()


def test_an_offer_with_a_german_name_may_still_ask_for_a_partner(write: Callable[..., Letter]) -> None:
    found = sentences(write("No, Bremen is not our partner. Please find us somebody."))
    assert decide_needs(found, ("partner_offer",), partnered=True).needs == ("matchmaking",)


def test_an_offer_without_german_partner_needs_matchmaking(write: Callable[..., Letter]) -> None:
    found = sentences(write("We are looking forward to your reply."))
    assert decide_needs(found, ("partner_offer",)).needs == ("matchmaking",)
    assert decide_needs(found, ("partner_offer",), partnered=True).needs == ()


def test_other_mail_needs_nothing(write: Callable[..., Letter]) -> None:
    assert decide_needs(sentences(write("Können wir einen Telefontermin vereinbaren?")), ("other",)).needs == ()
