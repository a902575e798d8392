"""Which partner a letter means, one sentence after the other."""

import csv
from pathlib import Path

import pytest

from klimapartner.intents.partnership import Partnership, read_partnership
from klimapartner.intents.places import find_mentions
from klimapartner.intents.reading import Letter, Part, Partner
from klimapartner.intents.sentences import sentences


def read(text: str, subject: str = "", sender: str = "", body_key: str | None = None) -> Partnership:
    start = len(subject)
    parts = (Part("subject", 0, start), Part("body", start, start + len(text) + 1))
    letter = Letter(f"{subject}\n{text}", parts, sender)
    german = [(m.start, m.end) for m in find_mentions(letter.text) if not m.everyday]
    return read_partnership(letter, sentences(letter), german, body_key)


def rows() -> list[tuple[str, str]]:
    path = Path(__file__).with_name("partner_sentences.tsv")
    table = csv.reader(path.read_text(encoding="utf-8").splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    return [(row[0], row[1]) for row in table if not row[0].startswith("#")]


@pytest.mark.parametrize(("expected", "text"), rows())
def test_partner_of_a_sentence(expected: str, text: str) -> None:
    partner = read(text).partner
    said = f"{partner.municipality or 'null'}|{partner.country or 'null'}" if partner else "null"
    assert said == expected


def test_the_town_after_the_correction_is_the_partner() -> None:
    text = "Unser Kontakt ist nicht in Atakpamé in Togo, sondern in Abomey, und das liegt in Benin!"
    assert read(text).partner == Partner("Abomey", "BJ")


def test_a_place_of_the_subject_beside_the_german_body() -> None:
    assert read("Wir möchten teilnehmen.", subject="Solingen und Thiès").partner == Partner("Thiès", "SN")


def test_a_contested_name_takes_its_country_from_the_sentence() -> None:
    assert read("Unsere Partnerstadt ist San Carlos in Nicaragua.").partner == Partner("San Carlos", "NI")


def test_a_contested_name_without_a_country_has_none() -> None:
    assert read("Unsere Partnerstadt ist San Carlos.").partner == Partner("San Carlos", None)


def test_a_contested_name_without_a_country_is_settled_by_an_earlier_partnership() -> None:
    assert read("Unsere Partnerstadt ist San Carlos.", body_key="09564000").partner == Partner("San Carlos", "NI")


def test_a_second_partner_is_kept() -> None:
    reading = read("Unsere Klimapartner sind Ambato (Ecuador) und Kongoussi (Burkina Faso).")
    assert (reading.partner, reading.more) == (Partner("Ambato", "EC"), (Partner("Kongoussi", "BF"),))


def test_an_ended_partnership_leaves_the_wish() -> None:
    text = "Unsere Partnerschaft mit Ocotal in Nicaragua wurde beendet. Wir suchen nun eine Kommune in Ghana."
    assert read(text).partner == Partner(None, "GH")


def test_a_partnership_that_rests_is_set_aside_by_the_next_sentence() -> None:
    text = "Die Stadt ist Partnerstadt von Timbuktu in Mali. Seit 2012 ruht diese Partnerschaft. Wir suchen Ersatz."
    assert read(text).partner is None


def test_a_partnership_that_is_revived_is_meant() -> None:
    text = "Unsere Partnerschaft mit Kaya in Burkina Faso ist eingeschlafen und soll wiederbelebt werden."
    assert read(text).partner == Partner("Kaya", "BF")


def test_the_town_that_writes_is_the_partner_of_an_offer() -> None:
    text = "Dear Sir,\nwe are looking for a German partner city.\nTamale Metropolitan Assembly\nTel. +233 37 209 4417"
    assert read(text, sender="Tamale Metropolitan Assembly").partner == Partner("Tamale", "GH")


def test_evidence_points_into_the_text() -> None:
    text = "Unsere Partnerstadt ist Kigoma in Tansania."
    evidence = next(e for e in read(text).evidence if e.field == "partner.municipality")
    assert (evidence.value, f"\n{text}"[evidence.start : evidence.end]) == ("Kigoma", "Kigoma")


@pytest.mark.parametrize(
    ("text", "sender", "partner"),
    [
        (
            "We are looking for a German partner.\nuMhlangeni Local Municipality in KwaZulu-Natal, South Africa",
            "uMhlangeni Local Municipality",
            Partner("uMhlangeni", "ZA"),
        ),
        (
            "Buscamos un municipio alemán. Municipalidad Distrital de Ollantaytambo, Cusco, Perú\nCel. +51 984 700 100",
            "Municipalidad Distrital de Ollantaytambo",
            Partner("Ollantaytambo", "PE"),
        ),
        (
            "The delegation has arrived home. We wish to thank you for your kindness.\nTel. +264 62 505 100",
            "Okahandja Municipality",
            None,
        ),
    ],
)
def test_a_body_of_the_south_writes(text: str, sender: str, partner: Partner | None) -> None:
    assert read(text, sender=sender).partner == partner
