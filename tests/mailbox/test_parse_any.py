"""The parser never raises and its parts never lie: for any bytes, for spoilt mails, for every mail we have."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from klimapartner.mailbox.addresses import parse_addresses
from klimapartner.mailbox.charset import decode
from klimapartner.mailbox.headers import decode_header, message_ids, parse_date
from klimapartner.mailbox.html_text import html_to_text
from klimapartner.mailbox.message import Message
from klimapartner.mailbox.parameters import parameters
from klimapartner.mailbox.parse import parse_message

SEEDS = (
    b"From: =?utf-8?q?M=C3=BCller?= <a@b.de>\nSubject: =?iso-8859-1?B?R3L832U=?=\n"
    b"Date: Thu, 10 Mar 2022 10:00:00 +0100\n"
    b"MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: text/plain; charset=utf-8;"
    b" format=flowed\nContent-Transfer-Encoding: quoted-printable\n\nGr=C3=BC=C3=9Fe =\naus K=C3=B6ln\n--x\n"
    b"Content-Type: text/html\n\n<table><tr><td>a<td>b</table><blockquote type=cite>c</blockquote>\n--x\n"
    b"Content-Type: message/rfc822\n\nFrom: c@d.de\n\nInnen\n--x\n"
    b"Content-Disposition: attachment; filename*=utf-8''a%C3%A4.txt\n"
    b"Content-Transfer-Encoding: base64\n\nSGFsbG8=\n--x--\n",
    b"From: a@b.de\nContent-Type: multipart/report; report-type=delivery-status; boundary=y\n\n--y\n\nFehler\n--y\n"
    b"Content-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\nAction: failed\n--y\n"
    b"Content-Type: text/calendar\n\n"
    b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:x\nEND:VEVENT\nEND:VCALENDAR\n--y--\n",
)
HTML_TOKENS = (
    *("<table>", "<tr>", "<td>", "</td>", "</tr>", "</table>", "<ul>", "<li>", "</ul>", "<p>", "</p>", "a", "<br>"),
    *("<blockquote type=cite>", "</blockquote>", "<pre>", "</pre>", "<a href=mailto:a@b>", "</a>", "<hr>", "\n"),
    *("<div style=display:none>", "</div>", "<", "&amp;", "<!--", "-->", "<![if x]>", "<title>", "<script>"),
)


def is_sound(message: Message) -> bool:
    """Parts in order, without overlap, inside the text; each attachment part names an attachment and is its text."""
    end = 0
    for part in message.parts:
        if not end <= part.start < part.end <= len(message.text):
            return False
        if part.kind.startswith("attachment:"):
            item = message.attachments[int(part.kind.removeprefix("attachment:"))]
            if message.text[part.start : part.end] != item.text:
                return False
        end = part.end
    return "\r" not in message.text and "\x00" not in message.text and "unreadable" not in message.problems


@st.composite
def spoilt(draw: st.DrawFn) -> bytes:
    """A mail with a few stretches replaced, doubled or cut."""
    raw = bytearray(draw(st.sampled_from(SEEDS)))
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, len(raw)))
        length = draw(st.integers(0, 30))
        new = draw(st.one_of(st.binary(max_size=20), st.just(bytes(raw[start : start + length]) * 2)))
        raw[start : start + length] = new
    return bytes(raw)


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.binary(max_size=300), spoilt()))
def test_any_bytes(raw: bytes) -> None:
    assert is_sound(parse_message(raw))


@settings(max_examples=150, deadline=None)
@given(
    st.text(max_size=200),
    st.sampled_from(["From", "Content-Type", "Content-Disposition", "Subject", "Date", "References"]),
)
def test_any_header(value: str, name: str) -> None:
    assert is_sound(parse_message(f"{name}: {value}\n\nHallo".encode("utf-8", "surrogatepass")))


@settings(max_examples=200, deadline=None)
@given(
    st.text(st.characters(codec="utf-8"), max_size=100),
    st.sampled_from(['"', "<", ">", ",", "@", "=?utf-8?q?", "(", ":", "\\"]),
)
def test_header_functions_take_any_text(text: str, sign: str) -> None:
    raw = text + sign + text
    for address in parse_addresses(raw):
        assert "\n" not in address.name + address.addr and address.addr.count("@") < 3
    assert "\n" not in decode_header(raw)
    assert all(one.startswith("<") and one.endswith(">") for one in message_ids(raw))
    assert (parse_date(raw) or datetime.now(UTC)).tzinfo is not None
    assert all("\n" not in value for value in parameters(f"x;{raw}").values())


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(HTML_TOKENS), max_size=40))
def test_any_html(tokens: list[str]) -> None:
    assert "\r" not in html_to_text("".join(tokens))


@settings(max_examples=150, deadline=None)
@given(
    st.binary(max_size=100),
    st.one_of(st.none(), st.text(max_size=20), st.sampled_from(["utf-7", "idna", "hz", "utf-32", "cp037"])),
)
def test_any_bytes_in_any_charset(data: bytes, label: str | None) -> None:
    assert isinstance(decode(data, label).text, str)


@pytest.mark.parametrize(
    "raw",
    [
        b"\n" + b"-----BEGIN PGP MESSAGE-----\n" * 30_000,
        b"\n" + b"begin 644 a\n" * 100_000 + b"x\nend\n",
        b"Content-Type: text/plain; name=" + b" " * 20_000 + b"x(a\n\nx",
        b"Content-Type: application/pkcs7-mime\n\n" + b"-----BEGIN PKCS7-----" * 50_000,
        b"Content-Type: multipart/alternative; boundary=x\n\n--x\n\n"
        + b"a" * 100_000
        + b"\n--x\nContent-Type: text/html\n\nb",
        b"Content-Type: multipart/mixed; boundary=x\n\n"
        + (b"--x\n\n" + "Уважаемые ".encode("koi8-r") * 20 + b"\n") * 400,
    ],
    ids=["pgp", "uuencode", "blanks", "pem", "word", "charset"],
)
def test_what_once_took_minutes(raw: bytes) -> None:
    assert is_sound(parse_message(raw))


@pytest.mark.shared
def test_every_mail_we_have(shared: Path) -> None:
    files = [path for path in sorted((shared / "mails").rglob("*")) if path.is_file() and path.name != "index.tsv"]
    unsound = [path.name for path in files if not is_sound(parse_message(path.read_bytes()))]
    assert (len(files) > 900, unsound) == (True, [])


@pytest.mark.shared
def test_nothing_is_written_to_standard_error(shared: Path) -> None:
    program = (
        "import pathlib, sys\n"
        "from klimapartner.mailbox.parse import parse_message\n"
        "for path in pathlib.Path(sys.argv[1]).rglob('*'):\n"
        "    path.is_file() and parse_message(path.read_bytes())\n"
    )
    folder = shared / "mails" / "mail-mime-parser"
    done = subprocess.run([sys.executable, "-W", "always", "-c", program, folder], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
