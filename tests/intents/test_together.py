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
]
ALONE = [
    "Die Stadt Bocholt möchte teilnehmen. Die Stadt Borken hatten wir gefragt, die wollten nicht.",
    "Die Stadt Bocholt möchte teilnehmen. Borken ist raus.",
    "Die Stadt Bocholt möchte teilnehmen, Borken macht sein eigenes Ding.",
    "Die Stadt Bocholt möchte teilnehmen. Auf der Konferenz in Borken haben wir davon gehört.",
    "Die Stadt Bocholt möchte teilnehmen, ohne die Stadt Borken.",
    "Die Stadt Bocholt möchte teilnehmen. Borken überlegt noch.",
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


@pytest.mark.parametrize("text", ALONE)
def test_alone(text: str) -> None:
    assert joined(text) == []
