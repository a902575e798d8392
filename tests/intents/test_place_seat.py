"""Towns that a letter names only once: taken for granted by their clerks, told of by others."""

import pytest

from klimapartner.intents.municipality import decide_municipality
from klimapartner.intents.reading import Letter, Part
from klimapartner.intents.sentences import sentences


def keys(text: str, name: str, addr: str, subject: str = "") -> list[str | None]:
    """The key of the body that a letter speaks for, and of those in company with it."""
    whole = f"{subject}\n{text}"
    parts = (Part("subject", 0, len(subject)), Part("body", len(subject) + 1, len(whole)))
    letter = Letter(whole, parts, name, addr)
    decision = decide_municipality(letter, sentences(letter))
    return [decision.municipality and decision.municipality.ags, *(body.ags for body in decision.co)]


@pytest.mark.parametrize(
    ("text", "name", "addr", "expected"),
    [
        ("Das wird leider nichts mit uns in Lohmar.", "Kim Roth", "kim@post.example", "05382028"),
        ("Das muss ich erst unserem Gemeinderat in Aholming erklären.", "K. Roth", "k@post.example", "09271111"),
        ("Ich sitze in der Kämmerei in Lohmar und rechne.", "Kim Roth", "kim@post.example", "05382028"),
        ("Unser Fragebogen aus Lohmar ging am Montag raus.", "Kim Roth", "kim@post.example", "05382028"),
        ("Man hat mir in Lohmar alles mit Ausland gegeben.", "Kim Roth", "k.roth@lohmar-mail.example", "05382028"),
        ("Man hat mir in Lohmar alles mit Ausland gegeben.", "Kim Roth", "kim@post.example", None),
        ("Ich wohne in Lohmar. Gilt das auch für uns?", "Kim Roth", "kim@lohmar-mail.example", None),
        ("Ich schreibe namens und im Auftrag der Stadt Lohmar.", "Kim Roth", "kim@verein.example", "05382028"),
        ("Ich darf sagen, dass Lohmar sich mit seinen Freunden dort bewirbt.", "Roth", "x@p.example", "05382028"),
        ("Kurz und knapp: macht ohne uns weiter.", "Roth, Lohmar", "roth@x-stadt.example", "05382028"),
        ("Lohmar macht nicht mit.", "Roth", "roth@x-stadt.example", "05382028"),
        ("Gruß, Jule Breidenbach", "Jule Breidenbach", "jule.breidenbach@x.example", None),
        ("Lohmars Nachbarn hier, mir Pfarrkirchner grüßen.", "Roth", "roth@x.example", "09277138"),
        ("Wir als Verein fragen, ob das geht.", "Roth", "roth@haus-lohmar.example", None),
        ("Mein Betrieb ist die Stadt Lohmar, die hat aber nichts damit zu tun.", "Ben", "ben@lohmar.example", None),
    ],
)
def test_named_once(text: str, name: str, addr: str, expected: str | None) -> None:
    assert keys(text, name, addr)[0] == expected


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        (
            "Der Landkreis Coesfeld hat Interesse. Die Stadt Coesfeld bleibt davon unberührt.\nMarkt 1, 48653 Coesfeld",
            "Kreis Coesfeld",
            "05558",
        ),
        ("Wir haben Interesse.\nBahnhofstraße 24, 02826 Görlitz", "Büro der Landrätin, Görlitz", "14626"),
        ("Die Gemeinde Pfronten macht mit. Der Landkreis Ostallgäu hat uns abgesagt.", "Huber", "09777159"),
        ("Der Landkreis Cham fragt, ob die kreisangehörigen Städte Roding und Waldmünchen dürfen.", "Fischl", "09372"),
    ],
)
def test_bystanders_are_not_the_writer(text: str, name: str, expected: str) -> None:
    assert keys(text, name, "post@amt.example") == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Kandi cherche une ville allemande, Lohmar par exemple, pour travailler sur les déchets.", "05382028"),
        ("We seek a German partner city. If Stralsund is still free, we would be glad.", "13073088"),
        ("We look for a German partner town, preferably Stralsund.", "13073088"),
        ("We seek a German partner city. A volunteer from Stralsund told us of you.", None),
        ("Buscamos una ciudad alemana como socia. Un ingeniero de Bremen trabajó aquí.", None),
        ("We seek a German partner city. No, Stralsund is not our partner.", None),
        ("Nous cherchons une ville allemande, la commune peine à collecter ses ordures.", None),
    ],
)
def test_german_towns_in_an_offer(text: str, expected: str | None) -> None:
    assert keys(f"{text}\n+229 23 63 00 71", "Mairie", "mairie@kandi.example")[0] == expected
