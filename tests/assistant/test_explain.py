"""Why a mail is read as it is: every piece of evidence marked, nothing of the sender's text lost or run."""

import html
import re

import pytest

from klimapartner.assistant.commands.parse import reading_tools
from klimapartner.assistant.explain import discarded, marked_text, page, reasons
from klimapartner.assistant.mail_reading import MailReading, read_mail
from klimapartner.assistant.settings import Settings

MAIL = """From: Kim Muster <kim@neuenkirchen.example>
Subject: Interesse <script>alert(1)</script>
Date: Thu, 10 Mar 2022 10:00:00 +0100
Content-Type: text/plain; charset=utf-8

Guten Tag,

die Gemeinde Neuenkirchen bekundet Interesse. Unsere Partnerstadt ist Kaya in Burkina Faso.

Kim Muster
"""


@pytest.fixture(scope="module")
def mail() -> MailReading:
    reader, identity, call = reading_tools(Settings())
    return read_mail(MAIL.encode(), reader=reader, identity=identity, call=call)


def test_the_marked_text_is_the_text(mail: MailReading) -> None:
    assert marked_text(mail).plain == mail.text


def test_every_piece_of_evidence_has_a_line(mail: MailReading) -> None:
    rows = list(reasons(mail))
    assert len(rows) == len(mail.reading.evidence)
    assert ("partner.country", "BF") in {(field, value) for field, value, *_ in rows}


def test_an_ambiguous_name_shows_its_candidates(mail: MailReading) -> None:
    keys = {key for _, key, *_ in discarded(mail)}
    assert mail.reading.municipality is None
    assert len(keys) > 1
    assert {name for name, *_ in discarded(mail)} == {"Neuenkirchen"}


def test_the_page_shows_the_whole_text_and_runs_nothing(mail: MailReading) -> None:
    shown = page(mail, "mail.eml")
    body = re.search(r"<pre>(.*?)</pre>", shown, re.DOTALL)
    assert body
    without_labels = re.sub(r"<sub>.*?</sub>", "", body[1])
    assert html.unescape(re.sub(r"<[^>]+>", "", without_labels)) == mail.text
    assert "<script" not in shown
