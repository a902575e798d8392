"""The voter on machine or person: texts that nobody trained it on, letters that it leaves alone, what it sees."""

import json

import pytest

from klimapartner.intents.machine import MODEL, SURE, UNSAID, VERY_SURE, machine_likelihood
from klimapartner.intents.machine_features import features
from klimapartner.intents.reading import Letter, Part


def letter(name: str, addr: str, subject: str, body: str) -> Letter:
    parts = (Part("subject", 0, len(subject)), Part("body", len(subject) + 1, len(subject) + 1 + len(body)))
    return Letter(f"{subject}\n{body}", parts, name, addr)


MACHINES = [
    letter("Ticketsystem", "hilfe@it-dienst.example", "Vorgang 88-1204 angelegt",
           "Ihr Anliegen wurde unter der Nummer 88-1204 aufgenommen. Sie erhalten Nachricht, wenn es bearbeitet ist."),
    letter("Quarantäne", "mailfilter@rz-west.example", "2 Nachrichten zurückgehalten",
           "Folgende Nachrichten wurden zurückgehalten:\n\n1. info@x.example - Spam\n\nFreigeben | Löschen"),
    letter("Notifications", "updates@board.example", "3 cards are due this week",
           "The following cards are due:\n\nSend factsheet\nBook room\n\nView board. Turn off reminders."),
    letter("Boletín municipal", "boletin@ciudad-red.example", "Boletín n.º 8: agua y bosques",
           "En esta edición:\n- Nuevo parque\n- Agenda de abril\n\nPara no recibirlo, cancele su suscripción."),
]  # fmt: skip
PERSONS = [
    letter("Karla Fendt", "fendt@stadt-lohr.example", "Interesse",
           "Guten Tag,\n\nunsere Stadt möchte teilnehmen. Bis wann geht das?\n\nViele Grüße\nKarla Fendt"),
    letter("Jost Behrens", "behrens@kreis-plön.example", "AW: Automatische Antwort",
           "Hallo Frau Timm, wer vertritt Sie? Ich brauche den Zugangslink noch heute.\n\nGruß\nJost Behrens"),
    letter("Odile Sarr", "osarr@mbour.example", "Absente lundi",
           "Bonjour Madame, je serai absente lundi, pouvez-vous m'appeler mardi ?\n\nOdile Sarr"),
    letter("Stadt Wedel", "info@wedel-rathaus.example", "Interessenbekundung",
           "Die Stadt Wedel bekundet Interesse an einer Partnerschaft. Um Bestätigung wird gebeten.\n\nI. A. Lüth"),
]  # fmt: skip


@pytest.mark.parametrize("machine", MACHINES, ids=lambda case: case.from_name)
def test_machines(machine: Letter) -> None:
    assert machine_likelihood(machine) > SURE


@pytest.mark.parametrize("person", PERSONS, ids=lambda case: case.from_name)
def test_persons(person: Letter) -> None:
    assert machine_likelihood(person) < SURE


@pytest.mark.parametrize(
    "silent",
    [
        letter("", "scan@rathaus.example", "Scan_20220329", ""),
        letter("Ute Ahr", "ahr@x.example", "WG: Ihr Ticket 4711", "Ihr Ticket 4711 wurde geschlossen."),
    ],
    ids=["no text", "passed on"],
)
def test_letters_that_are_left_undecided(silent: Letter) -> None:
    assert machine_likelihood(silent) == UNSAID


def test_a_long_word_is_read_at_once() -> None:
    assert machine_likelihood(letter("A" * 5_000, "a@b.example", "A" * 5_000, "A" * 100_000 + "!")) < VERY_SURE


def test_features_come_sorted_each_once() -> None:
    found = features(MACHINES[0])
    assert found == sorted(set(found))


def test_the_model_tells_how_it_was_measured() -> None:
    meta = json.loads((MODEL / "meta.json").read_text(encoding="utf-8"))
    assert set(meta["performance"]["held_out"]["m1"]) == {"mails", "machines", "found", "false_alarms"}
