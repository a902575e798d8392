"""Bounces with and without a report: who, why, which mail, for good or not."""

import csv
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from klimapartner.mailbox.bounce import Bounce, read_bounce
from klimapartner.mailbox.parse import parse_message

REPORT = b"""From: MAILER-DAEMON@mx.example
To: klima@office.example
Subject: Undelivered Mail Returned to Sender
Message-ID: <bounce@mx.example>
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b

This is the mail system at host mx.example.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Original-Recipient: rfc822;rathaus@stadt.example
Final-Recipient: rfc822; archive@intern.stadt.example
Action: %s
Status: %s
Diagnostic-Code: smtp; 550 5.1.1
    <rathaus@stadt.example>: User unknown
--b
Content-Type: text/rfc822-headers

From: klima@office.example
Message-ID: <kp.1@office.example>
--b--
"""

Case = dict[str, Any]


def bounce_of(raw: bytes) -> Bounce | None:
    return read_bounce(parse_message(raw), raw)


def test_a_report() -> None:
    assert bounce_of(REPORT % (b"failed", b"5.1.1")) == Bounce(
        recipient="rathaus@stadt.example",
        status="5.1.1",
        permanent=True,
        diagnostic="550 5.1.1 <rathaus@stadt.example>: User unknown",
        original_message_id="<kp.1@office.example>",
        recipients=("rathaus@stadt.example",),
        message_ids=("<kp.1@office.example>",),
    )


def test_a_delay_is_not_for_good() -> None:
    bounce = bounce_of(REPORT % (b"delayed", b"4.4.1"))
    assert bounce and (bounce.permanent, bounce.status) == (False, "4.4.1")


def test_a_mail_that_arrived_is_no_bounce() -> None:
    assert bounce_of(REPORT % (b"delivered", b"2.0.0")) is None


DAEMON = {"from_name": "Mail Delivery System", "from_addr": "mailer-daemon@mx.example", "subject": "failure notice"}
TEXTS = tomllib.loads(Path(__file__).with_name("bounce_texts.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("server", TEXTS)
def test_bounces_in_words(server: str, mail_of: Callable[[Case], bytes]) -> None:
    text = TEXTS[server]
    bounce = bounce_of(mail_of(DAEMON | {"body": text["body"]}))
    assert bounce
    assert (bounce.recipient, bounce.status) == (text["recipient"], text["status"])
    assert (bounce.permanent, bounce.original_message_id) == (text["permanent"], text["message_id"])


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("Interesse", "Unsere Mail an info@amt.example konnte nicht zugestellt werden: 550 5.1.1. Was nun?"),
        ("Out of Office: Re: x", "I am away; mails to me are undeliverable. For urgent matters: boss@x.example"),
        ("Frage", "Wohin schicken wir das? rathaus@stadt.example"),
    ],
)
def test_persons_write_no_bounces(subject: str, body: str, mail_of: Callable[[Case], bytes]) -> None:
    assert bounce_of(mail_of({"from_addr": "max@bonn.example", "subject": subject, "body": body})) is None


def test_the_mail_that_is_answered_is_named_where_nothing_was_sent_back(mail_of: Callable[[Case], bytes]) -> None:
    headers = {"In-Reply-To": "<kp.1@office.example>", "X-Failed-Recipients": "a@x.example, b@x.example"}
    bounce = bounce_of(mail_of(DAEMON | {"body": "Sorry.", "headers": headers}))
    assert bounce and (bounce.recipients, bounce.original_message_id) == (
        ("a@x.example", "b@x.example"),
        "<kp.1@office.example>",
    )


@pytest.mark.shared
def test_real_bounces_name_their_recipient(shared: Path) -> None:
    """The floor of what is reached on the bounce files of ten projects (136 in November 2026)."""
    with (shared / "mails" / "index.tsv").open(encoding="utf-8") as table:
        files = [row["file"] for row in csv.DictReader(table, delimiter="\t") if row["kind"].startswith("bounce")]
    found = [bounce_of((shared / "mails" / file).read_bytes()) for file in files]
    named = sum(bool(bounce and bounce.recipient) for bounce in found)
    tied = sum(bool(bounce and bounce.original_message_id) for bounce in found)
    assert named >= 0.9 * len(files)
    assert tied >= 0.73 * len(files)
