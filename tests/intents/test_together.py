"""Who acts together with the sender, and which towns are only named."""

import pytest

from klimapartner.intents.municipality import decide_municipality
from klimapartner.intents.reading import Letter, Part
from klimapartner.intents.sentences import sentences

COMPANY = [
    ("Die Stadt Bocholt möchte teilnehmen, und zwar im Schulterschluss mit Borken.", ["Borken"]),
    (
        "Die Stadt Bocholt bekundet ihr Interesse. Auch im Namen der Stadt Borken und der Gemeinde Reken.",
        ["Borken", "Reken"],
    ),
    ("Die Stadt Bocholt bewirbt sich. Zu dritt mit Borken und Rhede treten wir an.", ["Borken", "Rhede"]),
    ("Die Stadt Bocholt macht mit. Federführend für sich und die Stadt Borken tritt Bocholt auf.", ["Borken"]),
    (
        "Die Stadt Bocholt macht mit. Auch für Borken darf ich sprechen, Rhede hingegen meldet sich eigenständig.",
        ["Borken"],
    ),
    ("Nachtrag der Stadt Bocholt: Borken ist seit gestern mit im Boot.", ["Borken"]),
    ("Kommune: Stadt Bocholt\nMit dabei: Borken, Rhede\nNicht dabei: Reken", ["Borken", "Rhede"]),
    ("wir von der Stadt Bocholt wollen mitmachen\nBocholt + Borken = ein Antrag", ["Borken"]),
    (
        "Die Stadt Bocholt will teilnehmen. Der Kollege in Borken gab mir die Hand. Ich schreibe für uns beide.",
        ["Borken"],
    ),
    (
        "Die Stadt Bocholt will teilnehmen. Bocholt tritt nicht allein an: Borken, gleich nebenan, ist dabei.",
        ["Borken"],
    ),
    ("Die Stadt Bocholt will teilnehmen. Borken, unsere Nachbarin im Osten, möchte mit hinein.", ["Borken"]),
    ("The city of Bocholt would like to take part, jointly with our neighbours in Borken.", ["Borken"]),
    ("La ville de Bocholt souhaite participer, ensemble avec la ville de Borken.", ["Borken"]),
    ("La ciudad de Bocholt desea participar junto con la ciudad de Borken.", ["Borken"]),
    ("Namens der verbundenen Kommunen Bocholt und Borken zeige ich deren Interesse an.", ["Borken"]),
    ("Meldung für 2 Städte: Bocholt (70.000 EW, federführend) und Borken (42.000 EW).", ["Borken"]),
    (
        "Die Stadt Bocholt bekundet gemeinsam mit ihren Nachbargemeinden Borken und Rhede Interesse.",
        ["Borken", "Rhede"],
    ),
    ("Die Stadt Bocholt nimmt teil. Hinzu kommt die Gemeinde Reken als Mitwirkende.", ["Reken"]),
    ("Die Stadt Bocholt nimmt teil. Wir hatten Borken und Rhede gefragt; Rhede hat zugesagt.", ["Rhede"]),
    ("Antragsteller: Stadt Bocholt\nMitwirkende Städte: Borken und Rhede\nNicht beteiligt: Reken", ["Borken", "Rhede"]),
    ("Nachtrag der Stadt Bocholt: Dafür kommt nun die Gemeinde Reken dazu.", ["Reken"]),
    ("Die Stadt Bocholt macht mit, unter Einschluss der Gemeinde Reken.", ["Reken"]),
    ("Bocholt wants in, and we are bringing Borken along.", ["Borken"]),
    ("Die Stadt Bocholt nimmt teil. Da hätte Borken noch mit dazugehört.", ["Borken"]),
    ("The city of Bocholt and the city of Borken act together in this.", ["Borken"]),
]
ALONE = [
    "Die Stadt Bocholt möchte teilnehmen. Die Stadt Borken hatten wir gefragt, die wollten nicht.",
    "Die Stadt Bocholt möchte teilnehmen. Borken ist raus.",
    "Die Stadt Bocholt möchte teilnehmen, Borken macht sein eigenes Ding.",
    "Die Stadt Bocholt möchte teilnehmen. Auf der Konferenz in Borken haben wir davon gehört.",
    "Die Stadt Bocholt möchte teilnehmen, ohne die Stadt Borken.",
    "Die Stadt Bocholt möchte teilnehmen. Borken überlegt noch.",
    "Die Stadt Bocholt möchte teilnehmen. Borken und Rhede wissen davon, machen aber nicht mit.",
    "Die Stadt Bocholt möchte teilnehmen. Die Zeitung verwechselt uns mit Borken.",
    "Die Stadt Bocholt möchte teilnehmen. Soweit dort die Stadt Bocholt und die Stadt Borken stehen, ist das falsch.",
    "Die Stadt Bocholt möchte teilnehmen. Der Kreis Borken ist informiert, gehört aber nicht dazu.",
    "Die Stadt Bocholt möchte teilnehmen. Die Gemeinde Reken beteiligt sich an einem anderen Programm.",
    "Teilnehmende Stadt: Bocholt (die Städte Borken und Rhede bleiben unberührt)",
    "The city of Bocholt would like to take part. Our partners in Borken and Rhede know about this.",
    "Die Stadt Bocholt möchte teilnehmen. Nicht mit dabei: Borken.",
    "Die Stadt Bocholt möchte teilnehmen. Die Stadt Borken weiß davon, tritt aber nicht selbst an.",
    "Die Stadt Bocholt möchte teilnehmen. Könnten wir auch gemeinsam mit Borken antreten?",
]


def joined(text: str) -> list[str]:
    """The names of the bodies that a letter of this text has in company."""
    letter = Letter(text, (Part("body", 0, len(text)),), "Stadt Bocholt", "rathaus@bocholt.example")
    return [body.name for body in decide_municipality(letter, sentences(letter)).co]


@pytest.mark.parametrize(("text", "expected"), COMPANY)
def test_company(text: str, expected: list[str]) -> None:
    assert joined(text) == expected


def test_members_join_their_association_only_where_that_is_said() -> None:
    def co(text: str) -> list[str]:
        letter = Letter(text, (Part("body", 0, len(text)),), "VG Rhein-Selz", "rathaus@rhein-selz.example")
        return [body.name for body in decide_municipality(letter, sentences(letter)).co]

    said = "Die Verbandsgemeinde Rhein-Selz bewirbt sich zusammen mit der ihr angehörenden Stadt Oppenheim."
    assert co(said) == ["Oppenheim"]
    assert co("Die Verbandsgemeinde Rhein-Selz (Sitz Oppenheim, viel Wein) will mitmachen.") == []


@pytest.mark.parametrize("text", ALONE)
def test_alone(text: str) -> None:
    assert joined(text) == []
