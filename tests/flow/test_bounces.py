"""What comes back is tied to what we sent: the answer, the entry, a task for staff; and is never answered."""

from email.message import EmailMessage

import pytest
from post_office import OFFICE, Post, letter

from klimapartner.storage.history import list_history
from klimapartner.storage.outbox import OutboxMail, list_outbox
from klimapartner.storage.search import list_entries
from klimapartner.storage.tasks import list_tasks

pytestmark = pytest.mark.dovecot

SENDER = "kim.muster@herzogenaurach.example"
INTEREST = """Guten Tag,

die Stadt Herzogenaurach bekundet ihr Interesse an der Teilnahme. Unsere Partnerstadt ist Kaya in Burkina Faso.

Kim Muster
"""

DSN = """Return-Path: <>
From: Mail Delivery System <MAILER-DAEMON@mx.example>
To: {to}
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
Date: Thu, 10 Mar 2022 10:05:00 +0100
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary=x

--x

I'm sorry to have to inform you that your message could not be delivered.

--x
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; {recipient}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {diagnostic}

--x
Content-Type: text/rfc822-headers

{headers}
--x--
"""

QMAIL = """From: MAILER-DAEMON@mx.example
To: {to}
Subject: failure notice
Date: Thu, 10 Mar 2022 10:05:00 +0100

Hi. This is the qmail-send program at mx.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<{recipient}>:
{diagnostic}

--- Below this line is a copy of the message.

{headers}
"""

GMX = """From: GMX Mailer Daemon <mailer-daemon@gmx.example>
To: {to}
Subject: Mail delivery failed: returning message to sender
Date: Thu, 10 Mar 2022 10:05:00 +0100

Diese Nachricht wurde automatisch erzeugt.

Ihre E-Mail konnte nicht zugestellt werden:

{recipient}:
{diagnostic}
"""

EXCHANGE = """From: Microsoft Outlook <postmaster@town.example>
To: {to}
Subject: =?utf-8?q?Unzustellbar=3A_Re=3A_Klimapartnerschaft?=
Date: Thu, 10 Mar 2022 10:05:00 +0100
Content-Type: text/plain; charset=utf-8

Fehler bei der Nachrichtenzustellung an folgende Empfänger oder Gruppen:

{recipient}
Die eingegebene E-Mail-Adresse konnte nicht gefunden werden.

Diagnoseinformationen für Administratoren:
{diagnostic}
"""

UNKNOWN = "550 5.1.1 user unknown"


def answered(post: Post) -> OutboxMail:
    """An acknowledgement that was sent."""
    post.deliver(letter(INTEREST))
    post.work()
    return outbox(post)[0]


def outbox(post: Post) -> list[OutboxMail]:
    with post.workplace() as work, work.database.reading() as session:
        return list_outbox(session)


def bounce(text: str, sent: OutboxMail, *, to: str = OFFICE, headers: str | None = None, **changes: str) -> bytes:
    given = {"recipient": sent.to_addr, "action": "failed", "status": "5.1.1", "diagnostic": UNKNOWN} | changes
    own = f"From: {OFFICE}\nTo: {sent.to_addr}\nMessage-ID: {sent.rfc_message_id}\nSubject: {sent.subject}\n"
    return text.format(to=to, headers=own if headers is None else headers, **given).encode()


def state(post: Post) -> tuple[str, bool, list[tuple[str, str]]]:
    """The answer's state, the entry's flag, and the tasks."""
    with post.workplace() as work, work.database.reading() as session:
        (entry,) = list_entries(session)
        told = [(task.kind, task.text) for task in list_tasks(session)]
        return list_outbox(session)[0].state, entry.undeliverable, told


@pytest.mark.parametrize("text", [DSN, QMAIL], ids=["dsn", "qmail"])
def test_a_bounce_that_names_our_message_id(post: Post, text: str) -> None:
    sent = answered(post)
    post.deliver(bounce(text, sent))
    post.work()
    reason = f"Unzustellbar an {SENDER}: 5.1.1 {UNKNOWN}"
    assert (state(post)[:2], state(post)[2][0][0]) == (("undeliverable", True), "undeliverable")
    assert text is not DSN or state(post)[2] == [("undeliverable", reason)]
    assert len(post.answers) == 1


@pytest.mark.parametrize("text", [GMX, EXCHANGE], ids=["gmx", "exchange"])
def test_a_bounce_in_plain_text_is_tied_by_its_recipient(post: Post, text: str) -> None:
    sent = answered(post)
    post.deliver(bounce(text, sent))
    post.work()
    assert (state(post)[:2], len(post.answers)) == (("undeliverable", True), 1)


def test_a_bounce_without_any_name_is_tied_by_the_address_it_comes_to(post: Post) -> None:
    post.box["envelope"] = "verp"
    sent = answered(post)
    assert post.sink.received[0].sender == sent.envelope_from != OFFICE
    post.deliver(bounce(DSN, sent, to=sent.envelope_from, headers="", recipient="someone.else@relay.example"))
    post.work()
    assert (state(post)[:2], len(post.answers)) == (("undeliverable", True), 1)


def test_a_delay_is_only_noted(post: Post) -> None:
    sent = answered(post)
    post.deliver(bounce(DSN, sent, action="delayed", status="4.4.1", diagnostic="connection timed out"))
    post.work()
    assert state(post) == ("sent", False, [])
    with post.workplace() as work, work.database.reading() as session:
        noted = [(line.action, line.new) for line in list_history(session, "outbox", sent.id)]
    assert noted[-1] == ("delayed", "4.4.1 connection timed out")


@pytest.mark.parametrize(
    "changes",
    [
        {"headers": "Message-ID: <of@somebody.else>\n", "recipient": "other@town.example"},
        {"action": "delivered", "status": "2.0.0"},
    ],
    ids=["another's", "delivered"],
)
def test_a_report_about_something_else_changes_nothing(post: Post, changes: dict[str, str]) -> None:
    sent = answered(post)
    post.deliver(bounce(DSN, sent, **changes))
    post.work()
    assert state(post) == ("sent", False, [])


def test_what_was_never_sent_cannot_come_back(post: Post) -> None:
    post.deliver(letter(INTEREST))
    post.work(release=False)
    post.deliver(bounce(DSN, outbox(post)[0]))
    post.work(release=False)
    assert state(post) == ("queued", False, [])


def test_a_person_who_writes_to_the_bounce_address_is_read_and_not_answered(post: Post) -> None:
    post.box["envelope"] = "verp"
    sent = answered(post)
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = f"Kim Muster <{SENDER}>", sent.envelope_from, "Frage"
    mail["Date"] = "Fri, 11 Mar 2022 10:00:00 +0100"
    mail.set_content("Guten Tag,\n\nist die Interessenbekundung verbindlich?\n\nKim Muster")
    post.deliver(mail)
    _, handled = post.work()
    assert (handled[0].reason, len(post.answers)) == ("an die Adresse für Unzustellbares gerichtet", 1)
