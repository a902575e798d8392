"""Raw mails and what the parser makes of them."""

import base64
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from klimapartner.mailbox.limits import Limits
from klimapartner.mailbox.message import Address, Attachment, Message
from klimapartner.mailbox.parse import parse_message

HEAD = b"From: Max Muster <max@bonn.de>\nTo: a@b.de\nSubject: Betreff\nDate: Thu, 10 Mar 2022 10:00:00 +0000\n"
PDF_TYPE = b"Content-Type: application/pdf; name=a.pdf\nContent-Disposition: attachment\n"
LONG_HTML = "<p>" + "Wir möchten als Kommune an der Phase teilnehmen und bitten um Unterlagen. " * 6 + "</p>"


def mail(body: bytes, content_type: bytes = b"text/plain; charset=utf-8", extra: bytes = b"") -> bytes:
    return HEAD + extra + b"Content-Type: " + content_type + b"\n\n" + body


def part(content_type: str, content: str | bytes, headers: str = "") -> bytes:
    content = content.encode() if isinstance(content, str) else content
    return f"Content-Type: {content_type}\n{headers}\n".encode() + content + b"\n"


def multipart(subtype: str, *parts: bytes, boundary: str = "x") -> bytes:
    inner = b"".join(f"--{boundary}\n".encode() + one for one in parts) + f"--{boundary}--\n".encode()
    return mail(inner, f"multipart/{subtype}; boundary={boundary}".encode())


def nested(subtype: str, *parts: bytes, boundary: str) -> bytes:
    return multipart(subtype, *parts, boundary=boundary).removeprefix(HEAD)


def pieces(message: Message) -> list[tuple[str, str]]:
    return [(part.kind, message.text[part.start : part.end]) for part in message.parts]


PLAIN = part("text/plain; charset=utf-8", "Wir sind dabei.")
HTML = part("text/html; charset=utf-8", "<p>Wir sind <b>dabei</b>.</p>")
TEXT_FILE = part("text/plain; charset=utf-8", "Anlage", "Content-Disposition: attachment; filename=a.txt\n")
LOGO = part("image/png", b"\x89PNG", "Content-ID: <logo>\nContent-Disposition: inline; filename=logo.png\n")
INNER = part(
    "message/rfc822", "From: Eva <eva@ulm.de>\nSubject: Fwd\nDate: Wed, 9 Mar 2022 10:00:00 +0000\n\nInteresse."
)


def test_everything_of_a_plain_mail() -> None:
    raw = mail(
        "Guten Tag,\n\nwir möchten teilnehmen.".encode(),
        extra=b"Message-ID: <1@bonn.de>\nIn-Reply-To: <0@bonn.de>\nReferences: <a@b> <0@bonn.de>\nReply-To: r@bonn.de\n"
        b"Cc: c@d.de\nReceived: by x; Thu, 10 Mar 2022 10:00:05 +0000\n",
    )
    assert parse_message(raw) == Message(
        text="Betreff\n\nGuten Tag,\n\nwir möchten teilnehmen.",
        parts=parse_message(raw).parts,
        message_id="<1@bonn.de>",
        from_=Address("Max Muster", "max@bonn.de"),
        reply_to=(Address("", "r@bonn.de"),),
        to=(Address("", "a@b.de"),),
        cc=(Address("", "c@d.de"),),
        subject="Betreff",
        date=datetime(2022, 3, 10, 10, tzinfo=UTC),
        received=datetime(2022, 3, 10, 10, 0, 5, tzinfo=UTC),
        in_reply_to=("<0@bonn.de>",),
        references=("<a@b>", "<0@bonn.de>"),
        headers=parse_message(raw).headers,
        content_type="text/plain",
    )
    assert pieces(parse_message(raw)) == [("subject", "Betreff"), ("body", "Guten Tag,\n\nwir möchten teilnehmen.")]
    assert parse_message(raw).headers[:2] == (("From", "Max Muster <max@bonn.de>"), ("To", "a@b.de"))


@pytest.mark.parametrize(
    ("raw", "body"),
    [
        (mail(b"K\xf6ln", b"text/plain; charset=iso-8859-1"), "Köln"),
        (mail(b"K\xf6ln", b"text/plain"), "Köln"),
        (mail(b"\x84Ja\x93", b"text/plain; charset=iso-8859-1"), "„Ja“"),
        (mail("Köln".encode(), b"text/plain; charset=gibtsnicht"), "Köln"),
        (mail("Köln".encode(), b'text/plain; charset="utf-8\x00"'), "Köln"),
        (mail(b"a\x00b\r\nc"), "ab\nc"),
        (mail(b"\n\n  \nHallo\n\n"), "Hallo"),
        (mail(b"eine \nZeile", b"text/plain; format=flowed"), "eine Zeile"),
        (mail(b"Wort \nteil", b"text/plain; format=flowed; delsp=yes"), "Wortteil"),
        (mail(b"<html><p>eins</p><p>zwei</p></html>", b"text/plain"), "eins\n\nzwei"),
        (mail(b"<p>eins</p><p>zwei</p>", b"text/html"), "eins\n\nzwei"),
        (mail(b"<b>Zwei</b> & <i>drei</i>", b"kaputt"), "Zwei & drei"),
        (mail(b"SGFsbG8=", b"text/plain", b"Content-Transfer-Encoding: base64\n"), "Hallo"),
        (mail(b"x", b"text/plain; name*"), "x"),
        (mail(b"x", b"text/plain; name*=iso-2022-jp''%1B$B%41"), "x"),
        (multipart("alternative", PLAIN, HTML), "Wir sind dabei."),
        (multipart("alternative", part("text/plain", ""), HTML), "Wir sind dabei."),
        (multipart("alternative", part("text/plain", "Bitte in HTML ansehen."), part("text/html", "<p>a b</p>")),
         "Bitte in HTML ansehen."),
        (multipart("alternative", part("text/plain", "f?r Stra?e"), part("text/html; charset=utf-8", "für Straße")),
         "für Straße"),
        (multipart("alternative", part("text/plain", "Ist das so? Ja."), part("text/html", "Ist das so? Nein.")),
         "Ist das so? Ja."),
        (multipart("mixed", PLAIN, HTML), "Wir sind dabei."),
        (multipart("mixed", PLAIN, part("text/plain", "Zweiter Teil.")), "Wir sind dabei.\n\nZweiter Teil."),
        (multipart("mixed", part("text/plain", "Hallo", "Content-Disposition: attachment\n")), "Hallo"),
        (multipart("signed", PLAIN, part("application/pgp-signature", "x", "Content-Disposition: attachment\n")),
         "Wir sind dabei."),
        (mail(b"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nHallo\n- -- \nMax\n"
              b"-----BEGIN PGP SIGNATURE-----\n\nx\n-----END PGP SIGNATURE-----\n"), "Hallo\n-- \nMax"),
        (mail(b"--q\nContent-Type: text/plain\n\neins\n--q\n\nzwei\n--q--\n", b"multipart/mixed"), "eins\n\nzwei"),
        (mail(b"--q\n\neins\n--q--\n", b"multipart/mixed; boundary=falsch"), "eins"),
        (mail(b"\xe4\xf6\xfc Vorspann\n--x\n\nHallo\n--x--\n", b"multipart/mixed; boundary=x"), "Hallo"),
        (mail(b"--x\n\nHallo\n", b"multipart/mixed; boundary=x"), "Hallo"),
        (b"\n\n" + mail(b"Hallo"), "Hallo"),
        (b"From max@bonn.de Thu Mar 10 10:00:00 2022\n" + mail(b"Hallo"), "Hallo"),
    ],
)  # fmt: skip
def test_body(raw: bytes, body: str) -> None:
    assert parse_message(raw).text == f"Betreff\n\n{body}"


def test_a_plain_part_that_is_a_stub_gives_way_to_the_html_part() -> None:
    stub = part("text/plain", "Ihr Programm zeigt kein HTML an.")
    message = parse_message(multipart("alternative", stub, part("text/html; charset=utf-8", LONG_HTML)))
    assert message.text.startswith("Betreff\n\nWir möchten als Kommune")


def test_parts_of_an_answer_with_attachments() -> None:
    message = parse_message(multipart("mixed", PLAIN, TEXT_FILE, LOGO))
    assert pieces(message) == [("subject", "Betreff"), ("body", "Wir sind dabei."), ("attachment:0", "Anlage")]
    assert message.text == "Betreff\n\nWir sind dabei.\n\nAnlage"
    assert message.attachments == (
        Attachment("a.txt", "text/plain", 6, "Anlage"),
        Attachment("logo.png", "image/png", 4, problem="no_text", inline=True),
    )


def test_apple_mail_puts_files_into_the_html_version() -> None:
    rich = nested("mixed", HTML, TEXT_FILE, part("text/html", "<p>Ende</p>"), boundary="y")
    message = parse_message(multipart("alternative", PLAIN, rich))
    assert pieces(message) == [("subject", "Betreff"), ("body", "Wir sind dabei."), ("attachment:0", "Anlage")]


def test_a_mail_without_subject_begins_with_its_body() -> None:
    message = parse_message(b"From: a@b.de\n\nHallo zusammen, wir sind dabei.")
    assert pieces(message) == [("body", "Hallo zusammen, wir sind dabei.")]


def test_a_message_in_the_message_is_passed_on() -> None:
    text = "Von: Eva <eva@ulm.de>\nDatum: Wed, 9 Mar 2022 10:00:00 +0000\nBetreff: Fwd\n\nInteresse."
    assert pieces(parse_message(multipart("mixed", PLAIN, INNER)))[2] == ("forward", text)


@pytest.mark.parametrize(
    "headers",
    ["message/rfc822", "application/octet-stream; name=mail.eml", "text/plain; name=m.eml"],
)
def test_an_encoded_message_in_the_message_is_passed_on(headers: str) -> None:
    inner = base64.b64encode("From: Eva <eva@ulm.de>\nSubject: Fwd\n\nGrüße".encode()).decode()
    coded = part(headers, inner, "Content-Transfer-Encoding: base64\nContent-Disposition: attachment\n")
    assert pieces(parse_message(multipart("mixed", PLAIN, coded)))[2] == (
        "forward",
        "Von: Eva <eva@ulm.de>\nBetreff: Fwd\n\nGrüße",
    )


def test_what_a_report_returns_is_an_attachment() -> None:
    status = part(
        "message/delivery-status", "Reporting-MTA: dns; x\n\nFinal-Recipient: rfc822; a@b.de\nAction: failed\n"
    )
    message = parse_message(multipart("report; report-type=delivery-status", PLAIN, status, INNER))
    assert [(item.content_type, item.text.splitlines()[0]) for item in message.attachments] == [
        ("message/delivery-status", "Reporting-MTA: dns; x"),
        ("message/rfc822", "From: Eva <eva@ulm.de>"),
    ]
    assert "Action: failed" in message.attachments[0].text


def test_uuencoded_files_leave_the_body() -> None:
    message = parse_message(mail(b"Hallo\nbegin 644 a.txt\n&06YL86=E\n`\nend\n"))
    assert pieces(message) == [("subject", "Betreff"), ("body", "Hallo"), ("attachment:0", "Anlage")]


@pytest.mark.parametrize(
    ("raw", "problems"),
    [
        (mail(b"Hallo"), ()),
        (mail(b"K\xf6ln", b"text/plain; charset=utf-8"), ("bad_charset",)),
        (mail(b"SGFs!bG8=", b"text/plain", b"Content-Transfer-Encoding: base64\n"), ("damaged_encoding",)),
        (mail(b"--q\n\neins\n--q--\n", b"multipart/mixed"), ("missing_boundary",)),
        (mail(b"-----BEGIN PGP MESSAGE-----\n\nx\n-----END PGP MESSAGE-----\n"), ("encrypted",)),
        (multipart("encrypted", part("application/pgp-encrypted", "Version: 1"), part("application/octet-stream", "x")),
         ("encrypted",)),
        (mail(b"a" * 5_000_000), ("truncated",)),
        (mail(b"<p>" + b"a" * 5_000_000, b"text/html"), ("truncated",)),
        (mail(b"\n" * 900_000), ("too_large",)),
    ],
)  # fmt: skip
def test_problems_of_a_mail(raw: bytes, problems: tuple[str, ...]) -> None:
    assert parse_message(raw).problems == problems


def many_levels(levels: int, kind: bytes = b"multipart/mixed") -> bytes:
    heads = (b'Content-Type: %s; boundary="b%d"\n\n--b%d\n' % (kind, level, level) for level in range(levels))
    return b"".join(heads) + b"\nTief unten"


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (HEAD + many_levels(700), "too_deep"),
        (HEAD + b"Content-Type: message/rfc822\n\n" * 700, "too_deep"),
        (mail(b"--x\n\na\n" * 5000, b"multipart/mixed; boundary=x"), "too_many_parts"),
    ],
)
def test_too_much_structure(raw: bytes, problem: str) -> None:
    message = parse_message(raw)
    assert (message.from_.addr, message.problems[0]) == ("max@bonn.de", problem)


def test_what_stands_before_the_depth_is_read() -> None:
    message = parse_message(multipart("mixed", PLAIN, many_levels(700)))
    assert pieces(message) == [("subject", "Betreff"), ("body", "Wir sind dabei.")]


def test_of_a_mail_that_is_too_large_the_headers_are_read() -> None:
    message = parse_message(mail(b"a\n" * 1000), limits=replace(Limits(), message_bytes=1000))
    assert (message.text, message.problems) == ("Betreff", ("too_large",))


@pytest.mark.parametrize(
    ("header", "name", "addr", "subject"),
    [
        (b'From: "\nDate: Thu, 10 Mar 9999999999 10:00:00 +0100\n', "", "", ""),
        (b'From: "a@b.de" <c@d.de>\nSubject: x\nSubject: y\n', "a@b.de", "c@d.de", "x"),
        (b"From: =?utf-8?q?a=0D=0ABcc=3A_x=40y=2Ede?= <c@d.de>\nSubject: a\n =?utf-8?q?=0Ab?=\n",
         "a Bcc: x@y.de", "c@d.de", "a b"),
        (b"From: M\xfcller <c@d.de>\nSubject: Gr\xc3\xbc\xc3\x9fe\n", "Müller", "c@d.de", "Grüße"),
    ],
)  # fmt: skip
def test_hostile_headers(header: bytes, name: str, addr: str, subject: str) -> None:
    message = parse_message(header + b"\nHallo")
    assert (message.from_.name, message.from_.addr, message.subject, message.date) == (name, addr, subject, None)


@pytest.mark.parametrize(
    "raw", [b"", b"\x00" * 1000, b"\n", b":", b"From", b"\xff\xfe" * 100, b"Content-Type: multipart/mixed\n\n"]
)
def test_almost_nothing(raw: bytes) -> None:
    assert parse_message(raw).from_ == Address()
