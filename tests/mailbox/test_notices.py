"""Notices by their wording alone, one message a kind and language; persons who use such words ask or pass on."""

import pytest

from klimapartner.mailbox.identity import OwnIdentity
from klimapartner.mailbox.notices import notices
from klimapartner.mailbox.parse import parse_message

OWN = OwnIdentity(addresses=("klima@office.example",), message_id_domains=())


def kinds(subject: str, body: str) -> list[str]:
    head = f"From: a@b.example\r\nSubject: {subject}\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
    return [hit.rule for hit in notices(parse_message(f"{head}{body}\r\n".encode()), own=OWN)]


@pytest.mark.parametrize(
    ("subject", "body", "kind"),
    [
        ("Klima", "Bis 3. Mai bin ich nicht im Büro. Bis dahin hilft Frau Lenz weiter.", "away_notice"),
        ("Re: Project", "I'm away until 4 June. In my absence, write to Paul.", "away_notice"),
        ("Re: Projet", "En congés, de retour le 2 mai.", "away_notice"),
        ("Re: Proyecto", "Estoy de vacaciones hasta el 7 de julio.", "away_notice"),
        ("Re: Projeto", "Encontro-me de férias até 8 de agosto.", "away_notice"),
        ("Brückentag", "Am Freitag bleibt das Rathaus geschlossen.", "closed_notice"),
        ("Fermeture annuelle", "Réouverture le 22 août.", "closed_notice"),
        ("Eingang", "Ihr Schreiben wurde unter der Nummer 77/22 erfasst.", "registered_notice"),
        ("Case 5512", "Your request has been assigned.", "registered_notice"),
        ("Caso 812", "El caso 812 fue cerrado.", "registered_notice"),
        ("Zufriedenheit", "Unsere Umfrage dauert drei Minuten. Hier starten.", "survey_notice"),
        ("Sondage", "Ce sondage prend deux minutes.", "survey_notice"),
        ("Weekly", "Ten offers for town halls. Opt out", "offers_notice"),
        ("Reunión", "Marta Ruiz ha aceptado esta invitación.", "service_notice"),
        ("Konferenz", "Einwahl: 0228 1234", "service_notice"),
    ],
)
def test_a_notice_is_known_by_its_wording(subject: str, body: str, kind: str) -> None:
    assert kinds(subject, body) == [kind]


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("Frage", "Ich bin bis 3. Mai nicht im Büro. Können Sie mir die Unterlagen danach schicken?"),
        ("Interesse", "Nach der Elternzeit zurück: Wir möchten teilnehmen."),
        ("WG: Abwesend", "Ich bin bis 3. Mai nicht im Büro."),
        ("Partner", "Die Stadt bekundet Interesse an einer Partnerschaft mit Benin."),
    ],
)
def test_who_asks_wishes_or_passes_on_sends_no_notice(subject: str, body: str) -> None:
    assert kinds(subject, body) == []
