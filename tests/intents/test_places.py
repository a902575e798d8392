"""Names of German bodies are found in all their spellings, and nowhere else."""

import unicodedata

import pytest

from klimapartner.intents.places import find_mentions


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Halle (Saale)", "15002000"),
        ("Halle/Saale", "15002000"),
        ("Halle/S.", "15002000"),
        ("Halle an der Saale", "15002000"),
        ("Frankfurt (O.)", "12053000"),
        ("Frankfurt a.M.", "06412000"),
        ("Frankfurt a. Main", "06412000"),
        ("Neustadt/Wstr.", "07316000"),
        ("Neustadt a.d. Weinstraße", "07316000"),
        ("Rothenburg o.d.T.", "09571193"),
        ("Rothenburg o. d. Tauber", "09571193"),
        ("Neumarkt in der Oberpfalz", "09373147"),
        ("Landau an der Isar", "09279122"),
        ("Murnau a. Staffelsee", "09180124"),
        ("Mülheim/Ruhr", "05117000"),
        ("Sankt Ingbert", "10045117"),
        ("St. Ingbert", "10045117"),
        ("Bad Homburg v.d.H.", "06434001"),
        ("Freiburg i. Br.", "08311000"),
        ("Friburgo de Brisgovia", "08311000"),
        ("Aix-la-Chapelle", "05334002"),
        ("Hannoversch Münden", "03159017"),
        ("Cottbus", "12052000"),
        ("KÖNIGS WUSTERHAUSEN", "12061260"),
        ("Koenigs Wusterhausen", "12061260"),
        (unicodedata.normalize("NFD", "Königs Wusterhausen"), "12061260"),
        ("Ludwigs-\nburg", "08118048"),
        ("Schmalkaldens", "16066063"),
        ("Rhein-Kreis Neuss", "05162"),
        ("Ostalbkreises", "08136"),
        ("Oberbergischen Kreises", "05374"),
        ("StädteRegion Aachen", "05334"),
        ("Berlin-Lichtenberg", "11000000-lichtenberg"),
    ],
)
def test_spellings(text: str, key: str) -> None:
    (mention,) = find_mentions(f"Wir in {text} machen mit")
    towns = [body.key for body in mention.bodies if body.is_town]
    assert (towns or [body.key for body in mention.bodies]) == [key]


def test_adjective() -> None:
    (mention,) = find_mentions("Die Würzburger Verwaltung baut darauf.")
    assert (mention.text, mention.is_adjective, [b.key for b in mention.bodies]) == ("Würzburger", True, ["09663000"])


def test_all_bearers_of_a_name() -> None:
    (mention,) = find_mentions("Wir in Hagen")
    assert {body.key for body in mention.bodies} == {"05914000", "03352060", "01060031", "03459020"}


@pytest.mark.parametrize(
    "text",
    ["Eine-Welt-Laden", "info@hagen.de", "www.stadt-hagen.de", "Hagenower", "Halle S", "Volkshagen", "Frankfurts5"],
)
def test_no_name(text: str) -> None:
    assert [m.text for m in find_mentions(text) if m.name in ("welt", "hagen", "halle s", "hagenow", "frankfurt")] == []


def test_offsets() -> None:
    text = "Grüße aus dem Mu\u0308nsterland, Gemeinde Großbardorf (Rhön)"
    assert [text[m.start : m.end] for m in find_mentions(text)] == ["Großbardorf"]
