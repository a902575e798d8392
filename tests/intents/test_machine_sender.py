"""The kind of a sender by name and address, and what a text is like as a whole."""

import pytest

from klimapartner.intents.machine_features import features
from klimapartner.intents.machine_sender import sender_kind
from klimapartner.intents.reading import Letter, Part


@pytest.mark.parametrize(
    ("name", "addr", "kind"),
    [
        ("Petra Sommer", "sommer@stadt.example", "person"),
        ("Kübler, Jan", "jan.kuebler@kreis.example", "person"),
        ("Dr. Wiebke Thomsen", "thomsen@kreis.example", "person"),
        ("Blaue Welle", "x1@y.example", "unknown"),
        ("Stadt Melle", "info@melle.example", "office"),
        ("Mairie de Colmar", "contact@colmar.example", "office"),
        ("Ticketsystem", "hilfe@rz.example", "service"),
        ("Boletín municipal", "boletin@red.example", "service"),
        ("Trello", "hello@board.example", "brand"),
    ],
)
def test_the_kind_of_a_sender(name: str, addr: str, kind: str) -> None:
    assert sender_kind(name, addr) == kind


def signs(name: str, addr: str, body: str) -> list[str]:
    """The signs of the whole text, pairs and crosses left out."""
    letter = Letter(body, (Part("body", 0, len(body)),), name, addr)
    return [sign for sign in features(letter) if sign[:2] in ("A!", "O!") and "+" not in sign]


@pytest.mark.parametrize(
    ("name", "body", "found"),
    [
        (
            "Ute Ahr",
            "Bin bis 4. April im Urlaub, Vertretung im Amt.",
            ["A!absent", "A!nobody", "A!off_matter", "A!present"],
        ),
        ("Amt", "Ihre Mail ist eingegangen.", ["A!nobody", "A!off_matter", "A!receipt"]),
        (
            "Ute Ahr",
            "Hallo Frau Lenz, wer hilft mir? Ute Ahr",
            ["A!off_matter", "A!talks", "O!greets_name", "O!inline_name"],
        ),
    ],
)  # fmt: skip
def test_what_a_text_is_like(name: str, body: str, found: list[str]) -> None:
    assert signs(name, "a@b.example", body) == found
