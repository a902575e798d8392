"""Outgoing mail: what stands in it, and that nothing of a stranger's becomes a header."""

import email
import quopri
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from klimapartner.mailbox.compose import compose, new_message_id, read_verp, reply_subject, verp_address, verp_token
from klimapartner.mailbox.header_writer import UnusableAddress, header_address
from klimapartner.mailbox.message import Address
from klimapartner.mailbox.parse import parse_message

OFFICE = Address("Kommunale Klimapartnerschaften", "klima@office.example")
MAX = Address("Max Muster", "max@bonn.example")


def answer(to: Address = MAX, subject: str = "Re: Interesse", body: str = "Danke.\n", **headers: str) -> bytes:
    return compose(
        from_=OFFICE, to=to, subject=subject, body_text=body, message_id="<kp.1@office.example>",
        date=datetime(2022, 3, 10, 9, tzinfo=UTC),
        headers={name.replace("_", "-"): value for name, value in headers.items()},
    )  # fmt: skip


def read(raw: bytes) -> EmailMessage:
    return email.message_from_bytes(raw, policy=default)


def test_an_answer() -> None:
    assert answer(In_Reply_To="<a@bonn.example>", References="<0@bonn.example> <a@bonn.example>") == (
        b'From: "Kommunale Klimapartnerschaften" <klima@office.example>\r\n'
        b'To: "Max Muster" <max@bonn.example>\r\n'
        b"Subject: Re: Interesse\r\n"
        b"Date: Thu, 10 Mar 2022 09:00:00 +0000\r\n"
        b"Message-ID: <kp.1@office.example>\r\n"
        b"In-Reply-To: <a@bonn.example>\r\n"
        b"References: <0@bonn.example> <a@bonn.example>\r\n"
        b"MIME-Version: 1.0\r\n"
        b"Content-Type: text/plain; charset=utf-8\r\n"
        b"Content-Language: de\r\n"
        b"Auto-Submitted: auto-replied\r\n"
        b"X-Auto-Response-Suppress: All\r\n"
        b"X-Klimapartner-Loop: 1\r\n"
        b"Content-Transfer-Encoding: quoted-printable\r\n"
        b"\r\n"
        b"Danke.\r\n"
    )


@pytest.mark.parametrize(
    "hostile",
    [
        "x\r\nBcc: evil@x.example",
        "x\nBcc: evil@x.example",
        "x\rBcc: evil@x.example",
        "x\x00\nBcc: evil@x.example",
        "x\x85Bcc: evil@x.example",
        "x\u2028Bcc: evil@x.example",
        "x\u2029\r\n\r\nBcc: evil@x.example",
        "=?utf-8?q?x=0D=0ABcc:_evil=40x.example?=",
        "a, evil@x.example, b",
        'a" <evil@x.example>, "b',
        "a <evil@x.example> (b",
    ],
)
def test_no_value_becomes_a_header_or_a_recipient(hostile: str) -> None:
    raw = answer(Address(hostile, "max@bonn.example"), hostile, In_Reply_To=hostile, References=hostile, X_Note=hostile)
    message = read(raw)
    names = [name for name in message if name not in ("In-Reply-To", "References")]
    assert names == [
        "From", "To", "Subject", "Date", "Message-ID", "X-Note", "MIME-Version", "Content-Type", "Content-Language",
        "Auto-Submitted", "X-Auto-Response-Suppress", "X-Klimapartner-Loop", "Content-Transfer-Encoding",
    ]  # fmt: skip
    assert [address.addr for address in parse_message(raw).to] == ["max@bonn.example"]
    assert not {char for char in message["Subject"] if char in "\r\n\x00\x85\u2028\u2029"}


@pytest.mark.parametrize("name", ["Bcc", "To", "resent-to", "Content-Type", "Auto-Submitted", "DATE"])
def test_extra_headers_address_and_describe_nothing(name: str) -> None:
    assert answer(**{name: "evil@x.example"}) == answer()


@given(st.text(max_size=300), st.text(max_size=300), st.text(max_size=300))
def test_any_text_makes_a_mail_that_can_be_sent(name: str, subject: str, body: str) -> None:
    raw = answer(Address(name, "max@bonn.example"), subject, body)
    lines = raw.split(b"\r\n")
    assert max(map(len, lines)) <= 998
    assert b"\n" not in b"".join(lines) and b"\r" not in b"".join(lines)
    assert [address.addr for address in parse_message(raw).to] == ["max@bonn.example"]


def test_a_subject_comes_back_as_written() -> None:
    subject = "Re: Zusammenarbeit mit Łódź, São Paulo und Ouagadougou – Grüße, dazu eine sehr lange Zeile in Überlänge"
    assert read(answer(subject=subject))["Subject"] == subject


@pytest.mark.parametrize(
    "body", ["Grüße\n", "Длинный текст\n" * 50, "x" * 3_000 + "\n", "a  \n.\nFrom x\n", "-- \nSKEW\n"]
)
def test_a_body_comes_back_as_written(body: str) -> None:
    assert read(answer(body=body)).get_content().replace("\r\n", "\n") == body


def test_a_mostly_plain_body_stays_readable() -> None:
    body = answer(body="Guten Tag Frau Müller\n").partition(b"\r\n\r\n")[2]
    assert (body, quopri.decodestring(body)) == (
        b"Guten Tag Frau M=C3=BCller\r\n",
        "Guten Tag Frau Müller\r\n".encode(),
    )


@pytest.mark.parametrize(
    ("addr", "written"),
    [
        ("max@bonn.example", "max@bonn.example"),
        ("max@Büro.example", "max@xn--bro-hoa.example"),
        ("jürgen@büro.example", "jürgen@xn--bro-hoa.example"),
        ('"max muster"@bonn.example', '"max muster"@bonn.example'),
        ("max@[192.0.2.1]", "max@[192.0.2.1]"),
    ],
)
def test_addresses_are_written(addr: str, written: str) -> None:
    assert header_address(addr) == written


@pytest.mark.parametrize(
    "addr",
    [
        "", "max", "@bonn.example", "max@", "a b@bonn.example", "a,b@bonn.example", "a@b@c", "a\r\nb@c.de", "a@b..de",
        "a@-b.de",
     "<a@b.de>", "a@b.de>", "a@b.de, c@d.de", "a\u200b@b.de", f"{'a' * 65}@b.de", ".a@b.de"
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused(addr: str) -> None:
    with pytest.raises(UnusableAddress):
        answer(Address("Max", addr))


@pytest.mark.parametrize(
    ("subject", "reply"),
    [
        ("Interesse", "Re: Interesse"),
        ("Re: AW: WG: Fwd: Interesse", "Re: Interesse"),
        ("AW:AW: Re[2]: Interesse", "Re: Interesse"),
        ("RE : Interesse", "Re: Interesse"),
        ("TR: RES: Interesse", "Re: Interesse"),
        ("Regionen: welche?", "Re: Regionen: welche?"),
        ("[KP9-AB12] Frage", "Re: [KP9-AB12] Frage"),
        ("", "Re:"),
        ("Re: \r\n Bcc: x@y.example", "Re: Bcc: x@y.example"),
        ("Re: " * 20 + "Ende", "Re: Ende"),
        ("x" * 500, "Re: " + "x" * 199 + "…"),
    ],
)
def test_reply_subjects(subject: str, reply: str) -> None:
    assert reply_subject(subject) == reply


def test_the_same_token_gives_the_same_message_id() -> None:
    assert new_message_id("a.example", "17.interest") == new_message_id("a.example", "17.interest")
    assert new_message_id("a.example", "17.interest") != new_message_id("a.example", "17.question")


@pytest.mark.parametrize("token", ["17", "kp9-ab12.17.x", "KP9-AB12.1234567.workshop_registration", "ä", "", "a b\r\n"])
def test_a_bounce_address_gives_its_token_back(token: str) -> None:
    address = verp_address("klima+box@office.example", token)
    assert header_address(address) == address
    assert read_verp(address.upper(), "klima@office.example") == verp_token(token)


@pytest.mark.parametrize(
    "address",
    ["klima@office.example", "klima+bounce-@office.example", "klima+x@office.example", "other+bounce-17@office.example",
     "klima+bounce-17@other.example", "klima+bounce-a b@office.example", ""],
)  # fmt: skip
def test_other_addresses_hold_no_token(address: str) -> None:
    assert read_verp(address, "klima@office.example") is None


def test_what_a_person_wrote_is_not_marked_as_automatic() -> None:
    raw = compose(
        from_=OFFICE, to=MAX, subject="Re: x", body_text="Hallo", message_id="<1@office.example>",
        date=datetime(2022, 3, 10, tzinfo=UTC), auto_submitted="no",
    )  # fmt: skip
    assert (read(raw)["Auto-Submitted"], read(raw)["X-Auto-Response-Suppress"]) == (None, None)


def test_a_calendar_file_goes_along() -> None:
    calendar = "BEGIN:VCALENDAR\r\nSUMMARY:Größe\r\nEND:VCALENDAR\r\n"
    raw = compose(
        from_=OFFICE, to=MAX, subject="Einladung", body_text="Guten Tag.\n", message_id="<kp.1@office.example>",
        date=datetime(2022, 3, 10, 9, tzinfo=UTC), calendar=calendar, auto_submitted="no",
    )  # fmt: skip
    text, file = list(read(raw).iter_parts())
    assert isinstance(text, EmailMessage)
    assert isinstance(file, EmailMessage)
    assert (text.get_content(), file.get_content_type(), file.get_filename()) == (
        "Guten Tag.\r\n", "text/calendar", "termin.ics",
    )  # fmt: skip
    assert file.get_content() == calendar
    assert max(map(len, raw.split(b"\r\n"))) <= 998
