"""Whom to answer: the person named for it, the one who signs, the one in the From header."""

import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from klimapartner.intents.contact import decide_contact
from klimapartner.intents.name_matching import from_header
from klimapartner.intents.person_name import whole
from klimapartner.intents.phone import best_phone, find_phones
from klimapartner.intents.reading import Contact, Letter, Office
from klimapartner.intents.sentences import sentences

Write = Callable[..., Letter]

OFFICE = Office(
    addresses=("office@programme.example",),
    domains=("programme.example",),
    phones=("0228 20717-2138",),
    people=("Clemens Olbrich", "Mandy Wagner"),
)


def contact_of(letter: Letter) -> Contact:
    return decide_contact(letter, sentences(letter), OFFICE).contact


def test_signature(write: Write) -> None:
    letter = write(
        "Wir bekunden Interesse.\n\nMit freundlichen Grüßen",
        signature="Dr. Veit Häberle\nLeiter der Stabsstelle\nTel. 0751 85-6190\nFax 0751 85-6191",
        from_addr="klima@kreis.example",
    )
    assert contact_of(letter) == Contact(
        "Dr. Veit Häberle", "klima@kreis.example", "0751 85-6190", "Leiter der Stabsstelle"
    )


@pytest.mark.parametrize(
    ("ending", "from_name", "from_addr", "name"),
    [
        ("Gruß\nD. Schierwater", "Detlef Schierwater", "d.schierwater@lk.example", "Detlef Schierwater"),
        ("F.-U. Merz\nAbteilung 3.05", "Frank-Uwe Merz", "frank-uwe.merz@stadt.example", "Frank-Uwe Merz"),
        ("LG Wiebke Lorenzen", "Wiebke Lorenzen", "wiebke.lorenzen@stadt.example", "Wiebke Lorenzen"),
        ("Karen Ehlers, Stadt Hann. Münden", "Rathaus", "k.ehlers@rathaus.example", "Karen Ehlers"),
        ("grüße silke van acken, rheinberg", "Silke", "silke.vanacken@stadt.example", "Silke van Acken"),
        ("i. A. Arne Wegner\nFachdienst Europa", "Landkreis LUP", "presse@lk.example", "Arne Wegner"),
        ("gez. Dr. Volkmar Prüfer\nBürgermeister", "Stadt Jena", "rathaus@jena.example", "Dr. Volkmar Prüfer"),
        ("Danke!", "Kling, Mareike", "mareike.kling@gemeinde.example", "Mareike Kling"),
        ("Danke!", "Behrmann, Tjark (BUKEA)", "t.behrmann@hh.example", "Tjark Behrmann"),
        ("Im Auftrag\nVorzimmer", "Stadtverwaltung Malchin", "info@malchin.example", None),
        ("Viele Grüße aus dem Rathaus", "Städtepartnerschaften", "partner@jena.example", None),
        ("Schaub, 06898 13-2617", "Völklingen FD 43", "fd43@stadt.example", "Schaub"),
        ("Thiede -- 04221 99-2466", "Thiede, Stw. Delmenhorst", "klimaschutz@stadt.example", "Thiede"),
        ("Ausk.: Brand, Bauamt, 06592 939-288", "Brand, VG Daun", "brand.bauamt@vg.example", "Brand"),
        ("Donath 03421 748-347", "U. Donath, Torgau", "udo.donath@torgau.example", "U. Donath"),
        ("Coumba Sy Bathily\nPoint focal climat", "Commune de Kidira", "kidira@communes.example", "Coumba Sy Bathily"),
        ("Festus Hangula\nChief Executive Officer", "Municipality", "ceo@mun.example", "Festus Hangula"),
        ("Ulrike Bonnard\nBureau Europe, 0208 455-1388", "Mairie", "europe@ruhr.example", "Ulrike Bonnard"),
    ],
)
def test_names(write: Write, ending: str, from_name: str, from_addr: str, name: str | None) -> None:
    letter = write(f"Wir bekunden Interesse.\n\n{ending}", from_name=from_name, from_addr=from_addr)
    assert contact_of(letter).name == name


@pytest.mark.parametrize(
    "sentence",
    [
        "Ansprechpartnerin ist Elke Primm, Umweltbeauftragte, Tel. 06872 609-4471, elke.primm@ort.example.",
        "Rückfragen bitte an: Elke Primm, Umweltbeauftragte, 06872 609-4471, elke.primm@ort.example",
        "Fragen beantwortet Ihnen Frau Elke Primm, Umweltbeauftragte, 06872 609-4471, elke.primm@ort.example.",
        "Bitte antworten Sie nicht mir, sondern Frau Elke Primm, Umweltbeauftragte, elke.primm@ort.example, "
        "Tel. 06872 609-4471.",
        "Zuständige Person: Frau Elke Primm, Umweltbeauftragte\n"
        "E-Mail: elke.primm@ort.example\nTelefon: 06872 609-4471",
    ],
)
def test_another_person_is_named(write: Write, sentence: str) -> None:
    letter = write(
        f"Die Gemeinde bekundet Interesse.\n\n{sentence}\n\nMit freundlichen Grüßen",
        signature="Stefan Baltes\nBürgermeister\n06872 609-1000",
        from_name="Stefan Baltes",
        from_addr="stefan.baltes@ort.example",
    )
    assert contact_of(letter) == Contact("Elke Primm", "elke.primm@ort.example", "06872 609-4471", "Umweltbeauftragte")


@pytest.mark.parametrize(
    "sentence",
    [
        "Vielen Dank an Frau Wagner und Herrn Olbrich für die Auskunft.",
        "Beim Landkreis ist Frau Tischer zuständig, Schriftverkehr bitte weiterhin an mich.",
        "Terminabsprachen bitte über mein Vorzimmer, Frau Szymanski.",
        "Meine Vertretung übernimmt Herr Aydin.",
        "Ansprechpartner in unserer Partnerstadt ist Herr John Banda.",
        "Für Rückfragen stehe ich gern zur Verfügung.",
    ],
)
def test_somebody_else_is_only_mentioned(write: Write, sentence: str) -> None:
    letter = write(
        f"Wir bekunden Interesse. {sentence}\n\nGruß", signature="Ina Berger", from_addr="ina.berger@o.example"
    )
    assert contact_of(letter).name == "Ina Berger"


def test_a_forwarded_expression(write: Write) -> None:
    letter = write(
        "Hallo, das ging versehentlich an uns.\nLG Fenja",
        forward="Von: Gerda Noack <g.noack@zittau.example>\nBetreff: Interesse\n\n"
        "Die Stadt Zittau bekundet Interesse.\n\n"
        "Mit freundlichen Grüßen\nGerda Noack\nTelefon: 03583 75233-1",
        from_name="Büro Dortmund",
        from_addr="buero@agenda.example",
    )
    contact = contact_of(letter)
    assert (contact.name, contact.email, contact.phone) == ("Gerda Noack", "g.noack@zittau.example", "03583 75233-1")


def test_of_a_chain_the_letter_that_holds_the_concern(write: Write) -> None:
    letter = write(
        "z. K. und mit der Bitte um Aufnahme.\nGruß, Heide Setzer",
        forward="Von: Kämpfer, Rüdiger\nAn: Setzer, Heide\n\nHeide, reichst du das weiter?\n\n"
        "Von: Jung, Tabea <tabea.jung@ort.example>\nAn: Kämpfer, Rüdiger\n\n"
        "Die Gemeinde Wilnsdorf bekundet ihr Interesse.\n\nViele Grüße\nTabea Jung\nTel. 02739 802-3176",
        from_name="Bgm.-Büro",
        from_addr="buero.bgm@ort.example",
    )
    contact = contact_of(letter)
    assert (contact.name, contact.email, contact.phone) == ("Tabea Jung", "tabea.jung@ort.example", "02739 802-3176")


def test_answers_to_the_sender_whoever_asks(write: Write) -> None:
    letter = write(
        "Die Stadt bekundet Interesse. Fragen aus dem Haus:\n1) Frau Geisbüsch (Kämmerei): Was kostet das?\n"
        "Antwort an mich.\n\nMfG",
        signature="Ute Hammes\n02651 88-7201",
        from_addr="ob@stadt.example",
    )
    assert contact_of(letter) == Contact("Ute Hammes", "ob@stadt.example", "02651 88-7201", None)


@pytest.mark.parametrize(
    ("sentence", "by_third"),
    [("Ansprechpartnerin ist Elke Primm, 06872 609-4471.", True), ("Für Rückfragen stehe ich bereit.", False)],
)
def test_details_given_by_a_third_person(write: Write, sentence: str, by_third: bool) -> None:
    letter = write(f"Wir bekunden Interesse. {sentence}\n\nGruß", signature="Ina Berger", from_addr="ib@o.example")
    assert decide_contact(letter, sentences(letter), OFFICE).by_third is by_third


def test_a_letter_in_an_attachment(write: Write) -> None:
    letter = write(
        "Anbei unser Schreiben.",
        attachment="Stadt Jena\n\nWir bekunden Interesse.\n\nAnsprechpartnerin in unserem Hause ist\n"
        "Dorothea Enke, Referentin\nTelefon 03641 4922-61\ndorothea.enke@jena.example\n\nDr. Volkmar Prüfer",
        from_name="Stadt Jena",
        from_addr="rathaus@jena.example",
    )
    contact = contact_of(letter)
    assert (contact.name, contact.email, contact.phone) == (
        "Dorothea Enke",
        "dorothea.enke@jena.example",
        "03641 4922-61",
    )


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Zentrale 05201 1832-0\nDurchwahl 05201 1832-46", "05201 1832-46"),
        ("Mobil 0151 40227713 | Tel. 0461 85-2967", "0461 85-2967"),
        ("T 02551 69-4217 | F 02551 69-94217", "02551 69-4217"),
        ("Fax: 04361 498-7290", None),
        ("Tel.: (0335) 552-6117", "(0335) 552-6117"),
        ("+49 (0)228 90042-15", "+49 (0)228 90042-15"),
        ("whatsapp me +256 772 904 118", "+256 772 904 118"),
        ("Kakamega\n+254 722 014 883", "+254 722 014 883"),
        ("Tél. : +229 97 41 08 66", "+229 97 41 08 66"),
        ("Director\n876-555-0148", "876-555-0148"),
        ("am 22.02.2022, PLZ 53113, Rechnung 2022-0417", None),
        ("0228 20717-2138", None),
    ],
)
def test_phones(text: str, number: str | None) -> None:
    best = best_phone(find_phones(text), OFFICE.phones)
    assert (best and best.number) == number


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("Merle Hansen-Tüxen", "Merle Hansen-Tüxen"),
        ("Dipl.-Ing. Thoralf Seidel", "Dipl.-Ing. Thoralf Seidel"),
        ("Frau Kathleen Gröbel", "Kathleen Gröbel"),
        ("Frau Müller", "Müller"),
        ("Kodjo Amétépé Agbéko", "Kodjo Amétépé Agbéko"),
        ("Dipl.-Ing. (FH) Ralf Pröll", "Dipl.-Ing. (FH) Ralf Pröll"),
        ("B. Sc. Oliver Rach", "B. Sc. Oliver Rach"),
        ("M.Sc. Lena Ott", "M.Sc. Lena Ott"),
        ("B. Eng. Tim Rau", "B. Eng. Tim Rau"),
        ("Prof. Dr.-Ing. habil. Uwe Lahm", "Prof. Dr.-Ing. habil. Uwe Lahm"),
        ("Lcda. Mireya Grefa Andi", "Lcda. Mireya Grefa Andi"),
        ("Maria !Gaoses", "Maria !Gaoses"),
        ("Fritz Kormann Júnior", "Fritz Kormann Júnior"),
        ("U. Donath", "U. Donath"),
        ("Encargada de Gestión Ambiental", None),
        ("Técnica de Cooperação", None),
        ("Chief Executive", None),
        ("Bureau Europe", None),
        ("République du Bénin", None),
        ("Amt für Kultur", None),
        ("Stadt Jena", None),
        ("Am Markt 7", None),
        ("Persönliche Referentin", None),
    ],
)
def test_what_is_a_name(line: str, name: str | None) -> None:
    found = whole(line)
    assert (found and found.text) == name


@pytest.mark.parametrize(
    ("header", "addr", "name"),
    [
        ("Bergmann, Elke", "elke.bergmann@stadt.example", "Elke Bergmann"),
        ("Okello Denis", "okellodenis.gulu@mail.example", "Okello Denis"),
        ("Ranking Boost", "offers@agency.example", None),
        ("U. Roth, Lohmar", "u.roth@stadt.example", "U. Roth"),
        ("Weißwasser, Hochbau", "hochbau@stadt.example", None),
        ("Bgm. Huber", "franz.huber64@post.example", "Huber"),
        ("Greifswald International", "international@hgw.example", None),
        ("Griesheim, Stadtentwicklung", "stadtentwicklung@stadt.example", None),
    ],
)
def test_the_from_header(header: str, addr: str, name: str | None) -> None:
    found = from_header(header, addr)
    assert (found and found.text) == name


def test_an_empty_letter_names_its_header_only(write: Write) -> None:
    letter = write("", from_name="Rathaus", from_addr="rathaus@stadt.example")
    assert contact_of(letter) == Contact(email="rathaus@stadt.example")


def test_an_extension_on_its_own_line(write: Write) -> None:
    letter = write("Interesse.\n\nGruß", signature="Rolf Abt\nZentrale: 07123 99-0\nDurchwahl: -217")
    assert contact_of(letter).phone == "07123 99-217"


@pytest.mark.parametrize(
    ("text", "addr", "name"),
    [
        ("Wir melden uns an.\nKramer, Bauamtsleiter\n05323 931-600", "bauamt@stadt.example", "Kramer"),
        ("Wir melden uns an.\nStadt Lohmar, Kramer, DW 02246 15-142", "post@stadt.example", "Kramer"),
        ("Stadt Lohmar, zwei Personen. Name: Kramer. Funktion: Bauamt.", "post@stadt.example", "Kramer"),
        ("Rückfragen: Kramer, 02404 50-344, vormittags", "post@stadt.example", "Kramer"),
        ("Verantw. Mitarbeiterin: Koll. Svea Tonn\nWeltregion: offen", "post@stadt.example", "Svea Tonn"),
        ("Wir melden uns an.\n\nIm Auftrag\nGrothaus", "post@stadt.example", "Grothaus"),
        ("Wir melden uns an.\nc. tonn kurdirektor\n038232 815-44", "kur@stadt.example", "C. Tonn"),
        ("bitte eintragen: benedikt tonn, klimastelle", "b.tonn@stadt.example", "Benedikt Tonn"),
        ("Grüß Gott Frau Wagner,\nbitte rausnehmen.\nHias Kramer\n08663 8811-20", "bgm@stadt.example", "Hias Kramer"),
        ("Wir melden uns an.\nReferatsleitung, 05323 931-600", "post@stadt.example", None),
        ("Wir melden uns an.\nDritte Bürgermeisterin\n05323 931-600", "post@stadt.example", None),
    ],
)
def test_a_surname_that_signs_alone(write: Write, text: str, addr: str, name: str | None) -> None:
    assert contact_of(write(text, from_name="Rathaus", from_addr=addr)).name == name


LETTERS = tomllib.loads(Path(__file__).with_name("contact_letters.toml").read_text(encoding="utf-8"))["letter"]


@pytest.mark.parametrize("case", LETTERS, ids=lambda case: case["from"])
def test_many_voices(write: Write, case: dict[str, str]) -> None:
    name, _, addr = case["from"].rpartition("<")
    letter = write(case["body"].strip(), from_name=name.strip('" '), from_addr=addr.rstrip(">"))
    contact = contact_of(letter)
    found = (contact.name, contact.email, contact.phone)
    assert " | ".join(value or "-" for value in found) == case["is"]


def test_the_phone_beside_the_name_in_an_attachment(write: Write) -> None:
    letter = write(
        "Alles steht im Brief.\n\nViele Grüße\nPetra Lindhorst",
        attachment="Stadt Jena\n\nWir bekunden Interesse.\n\nAm besten fragt man Petra Lindhorst, Tel. 03641 49-2118.\n"
        "\nMit freundlichen Grüßen\nKarl Brandt\nOberbürgermeister",
        from_name="Petra Lindhorst",
        from_addr="petra.lindhorst@jena.example",
    )
    found = contact_of(letter)
    assert (found.name, found.phone) == ("Petra Lindhorst", "03641 49-2118")
