"""A stranger's HTML: layout stays, nothing runs, nothing is loaded, nothing leads away."""

import pytest
from console_desk import Console, texts

from klimapartner.assistant.console.clean_html import clean_html
from klimapartner.mailbox.html_part import html_of
from klimapartner.storage.messages import store_message


@pytest.mark.parametrize(
    ("html", "clean"),
    [
        ("<p>Guten <b>Tag</b></p>", "<p>Guten <b>Tag</b></p>"),
        ("<script>alert(1)</script>Hallo", "Hallo"),
        ("<style>p{background:url(//x.example)}</style>Hallo", "Hallo"),
        ('<img src="https://track.example/1.gif">Hallo', "Hallo"),
        ('<p onclick="x()" style="background:url(//x.example)">Hallo</p>', "<p>Hallo</p>"),
        ('<a href="https://evil.example">Klick</a>', "Klick"),
        ('<a href="javascript:x()">Klick</a>', "Klick"),
        ("<h1>Titel</h1>", "Titel"),
        ("<svg><script>x()</script></svg>Hallo", "Hallo"),
        ('<form action="//x.example"><input name="a">Hallo</form>', "Hallo"),
        ('<iframe src="//x.example"></iframe><object data="//x.example"></object>Hallo', "Hallo"),
        ("<base href='//x.example'><meta http-equiv=refresh content='0;//x.example'>Hallo", "Hallo"),
        ('<td colspan="2" background="//x.example">Hallo</td>', "Hallo"),
        ("<p>offen <b>fett", "<p>offen <b>fett</b></p>"),
    ],
)
def test_only_layout_is_left(html: str, clean: str) -> None:
    assert clean_html(html) == clean


def _mail(html: str) -> bytes:
    return (
        "From: a@b.example\r\nSubject: x\r\nMIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + html
    ).encode()


def test_the_html_of_a_mail_is_found() -> None:
    assert html_of(_mail("<p>Grüße</p>")).strip() == "<p>Grüße</p>"
    assert html_of(b"Subject: x\r\n\r\nnur Text") == ""
    assert html_of(b"") == ""


def test_the_page_shows_it_cleaned(console: Console) -> None:
    raw = _mail("<p id='own'>Grüße</p><script>alert(1)</script><img src=//x.example>")
    with console.session() as session:
        stored, _ = store_message(
            session, mailbox="box", uidvalidity=9, uid=1, raw=raw, message_id="<h@x>", received_at=console.hands.now,
            now=console.hands.now,
        )  # fmt: skip
    reader = console.staff("reader")
    page = reader.get(f"/messages/{stored.id}/layout")
    assert texts(page, ".foreign > *") == ["Grüße"]
    assert texts(page, ".foreign script, .foreign img, #own") == []
    assert texts(reader.get("/messages/1/layout"), ".empty") == ["Diese Nachricht hat keinen HTML-Teil."]
