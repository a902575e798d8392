"""Rules and text together: which of them gives way."""

import pytest

from klimapartner.assistant.machine_verdict import joined
from klimapartner.intents.reading import Reading
from klimapartner.mailbox.identity import OwnIdentity
from klimapartner.mailbox.parse import parse_message
from klimapartner.mailbox.triage import triage

OWN = OwnIdentity(addresses=("klima@office.example",), message_id_domains=())
ABSENT = "Ich bin bis 4. April im Urlaub. In dringenden Fällen hilft Frau Lenz weiter."
FORM = "Über das Formular gesendet:\nName: H. Stolz\nNachricht: Was kostet es?"


@pytest.mark.parametrize(
    ("sender", "subject", "body", "likelihood", "intents", "automated"),
    [
        ("a@b.example", "Klima", "Text", 0.71, ("interest",), True),
        ("a@b.example", "Klima", "Text", 0.69, ("interest",), False),
        ("a@b.example", "Klima", "Text", 0.56, ("other",), True),
        ("a@b.example", "Klima", "Text", 0.54, ("other",), False),
        ("a@b.example", "Im Urlaub", ABSENT, 0.2, ("other",), True),
        ("a@b.example", "Im Urlaub", ABSENT, 0.05, ("other",), False),
        ("noreply@b.example", "Formular", FORM, 0.9, ("other",), False),
        ("a@b.example", "Formular", FORM, 0.9, ("other",), False),
        ("noreply@b.example", "Klima", "Text", 0.9, ("other",), True),
    ],
)
def test_rules_and_text(
    sender: str, subject: str, body: str, likelihood: float, intents: tuple[str, ...], automated: bool
) -> None:
    head = f"From: {sender}\r\nSubject: {subject}\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
    message = parse_message(f"{head}{body}\r\n".encode())
    reading = Reading(language="de", intents=intents)  # type: ignore[arg-type]
    verdict = triage(message, own=OWN)
    assert joined(verdict, likelihood=likelihood, reading=reading, message=message, own=OWN).automated == automated
