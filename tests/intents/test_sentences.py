"""Sentences keep their offsets, and abbreviations do not end them."""

import pytest

from klimapartner.intents.reading import Letter, Part
from klimapartner.intents.sentences import sentences


def letter(text: str, kind: str = "body") -> Letter:
    return Letter(text, (Part(kind, 0, len(text)),))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Wir sind dabei. Bitte melden Sie sich!", ["Wir sind dabei.", "Bitte melden Sie sich!"]),
        ("Das gilt z. B. für Wasser. Danke.", ["Das gilt z. B. für Wasser.", "Danke."]),
        ("Die Stadt Neumarkt i.d.OPf. möchte mitmachen.", ["Die Stadt Neumarkt i.d.OPf. möchte mitmachen."]),
        ("Rotenburg a. d. Fulda kommt am 22. Februar.", ["Rotenburg a. d. Fulda kommt am 22. Februar."]),
        ("Hr. Dr. Meyer, Tel. Nr. 5, kommt. Er freut sich.", ["Hr. Dr. Meyer, Tel. Nr. 5, kommt.", "Er freut sich."]),
        ("Frankfurt (O.) sucht Kontakte.", ["Frankfurt (O.) sucht Kontakte."]),
        ("Unsere Kund:innen und Bürger:innen fragen.", ["Unsere Kund:innen und Bürger:innen fragen."]),
        ("Wann ist Schluss? was kostet es?", ["Wann ist Schluss?", "was kostet es?"]),
        ("hallo. wir sind hagen. wir wollen", ["hallo.", "wir sind hagen.", "wir wollen"]),
        ("Frist ist der 31. März 2022. Wir kommen.", ["Frist ist der 31. März 2022.", "Wir kommen."]),
        ("Wir kommen.Wir freuen uns sehr.", ["Wir kommen.", "Wir freuen uns sehr."]),
        ("¿Quién puede participar? Gracias.", ["¿Quién puede participar?", "Gracias."]),
    ],
)
def test_cuts(text: str, expected: list[str]) -> None:
    assert [s.text for s in sentences(letter(text))] == expected


def test_wrapped_prose_is_one_sentence_and_lines_of_a_list_are_several() -> None:
    text = (
        "Sehr geehrte Damen und Herren,\n\n"
        "die Gemeinde Nohfelden möchte sich sehr gerne an der neunten Phase\n"
        "des Projektes beteiligen. Wir haben noch keinen Partner.\n\n"
        "Themen:\n- Wasser\n- Energie\n\nName: Gemeinde Nohfelden\nPartner: ____"
    )
    assert [s.text for s in sentences(letter(text))] == [
        "Sehr geehrte Damen und Herren,",
        "die Gemeinde Nohfelden möchte sich sehr gerne an der neunten Phase\ndes Projektes beteiligen.",
        "Wir haben noch keinen Partner.",
        "Themen:",
        "Wasser",
        "Energie",
        "Name: Gemeinde Nohfelden",
        "Partner: ____",
    ]


def test_signature_lines_stand_alone() -> None:
    text = "i. A. Jonas Weimar\nKlimaschutzmanager\nStadt Zwickau, 08056 Zwickau"
    assert [s.text for s in sentences(letter(text, "signature"))] == text.split("\n")


def test_offsets_and_zones() -> None:
    text = "Betreff\nHallo zusammen.\n> alt\nGruß\nPDF-Text. Ende."
    kinds = [("subject", 0, 8), ("body", 8, 24), ("quote", 24, 30), ("signature", 30, 35), ("attachment:0", 35, 50)]
    found = sentences(Letter(text, tuple(Part(*kind) for kind in kinds)))
    assert [(s.text, s.zone) for s in found] == [
        ("Betreff", "subject"),
        ("Hallo zusammen.", "body"),
        ("Gruß", "signature"),
        ("PDF-Text.", "attachment"),
        ("Ende.", "attachment"),
    ]
    assert all(text[s.start : s.end] == s.text for s in found)


def test_quote_only_counts_when_it_is_one_line_and_all_there_is() -> None:
    one = "> Gemeinde Nohfelden: Ja."
    two = "> Sehr geehrte Damen und Herren,\n> anbei der Aufruf."
    assert [s.text for s in sentences(letter(one, "quote"))] == ["Gemeinde Nohfelden: Ja."]
    assert sentences(letter(two, "quote")) == ()
