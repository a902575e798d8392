"""Outgoing mail: a text (and a calendar file) for one recipient, marked as automatic where it is (RFC 3834)."""

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from datetime import datetime
from email.utils import format_datetime
from typing import Literal

from klimapartner.mailbox.cleaning import clean_line, clean_text
from klimapartner.mailbox.header_writer import address_header, ascii_domain, id_header, text_header
from klimapartner.mailbox.identity import LOOP_HEADER
from klimapartner.mailbox.message import Address
from klimapartner.mailbox.phrases import TABLES, literal

_PREFIXES = (*TABLES["subject_prefix"]["reply"], *TABLES["subject_prefix"]["forward"])
_PREFIX = re.compile(
    rf"\s*{literal(_PREFIXES)}\s?(?:\[\d{{1,3}}\]|\(\d{{1,3}}\)|\^\d{{1,3}})?\s?[:：]\s*", re.IGNORECASE
)
_RESERVED = frozenset(
    (
        "from", "sender", "to", "cc", "bcc", "reply-to", "subject", "date", "message-id", "return-path", "received",
        "resent-to", "resent-from", "resent-cc", "resent-bcc", "mime-version", "content-type", "content-language",
        "content-transfer-encoding", "auto-submitted", "x-auto-response-suppress", LOOP_HEADER.lower(),
    )
)  # fmt: skip
_IDS = ("in-reply-to", "references")
_MOST_SUBJECT = 200
_VERP_MARK = "bounce-"
_VERP_TOKEN = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,22}[a-z0-9])?")

_TEXT = "Content-Type: text/plain; charset=utf-8\r\n"
_CALENDAR = (
    "Content-Type: text/calendar; charset=utf-8; method=PUBLISH; name=termin.ics\r\n"
    "Content-Disposition: attachment; filename=termin.ics\r\nContent-Transfer-Encoding: base64\r\n\r\n"
)

AutoSubmitted = Literal["auto-replied", "auto-generated", "no"]


def compose(
    *,
    from_: Address,
    to: Address,
    subject: str,
    body_text: str,
    message_id: str,
    date: datetime,
    language: str = "de",
    headers: Mapping[str, str] | None = None,
    auto_submitted: AutoSubmitted = "auto-replied",
    calendar: str = "",
) -> bytes:
    """A complete mail with CRLF line ends, no line over 998 bytes.

    `date` needs a time zone. `headers` may hold In-Reply-To, References and headers of our own; whatever would address
    or describe the mail otherwise is left out. `auto_submitted` is "no" for what a person wrote. `calendar` is an
    iCalendar text that goes along as a file. Raises UnusableAddress where From or To cannot be written.
    """
    ours = (
        address_header("From", from_),
        address_header("To", to),
        text_header("Subject", subject),
        text_header("Date", format_datetime(date)),
        id_header("Message-ID", message_id),
        *(_extra(name, value) for name, value in (headers or {}).items()),
        "MIME-Version: 1.0\r\n",
    )
    more = (text_header("Content-Language", language), *_automatic(auto_submitted))
    if calendar:
        return _with_calendar((*ours, *more), body_text, calendar, message_id)
    encoding, body = encoded_body(body_text)
    told = (*ours, _TEXT, *more, f"Content-Transfer-Encoding: {encoding}\r\n\r\n")
    return "".join(told).encode() + body


def _with_calendar(headers: tuple[str, ...], body_text: str, calendar: str, message_id: str) -> bytes:
    """Text and calendar file as multipart/mixed (RFC 2046, 5.1.3; RFC 6047, 2.4)."""
    # Both parts are encoded: no line of theirs can begin with "--kp_".
    boundary = "kp_" + hashlib.sha256(message_id.encode()).hexdigest()[:24]
    encoding, body = encoded_body(body_text)
    lines = clean_text(calendar).replace("\n", "\r\n").encode()
    file = base64.encodebytes(lines).replace(b"\n", b"\r\n")
    mark = f"--{boundary}\r\n".encode()
    text = f"{_TEXT}Content-Transfer-Encoding: {encoding}\r\n\r\n".encode() + body
    whole = "".join((*headers, f'Content-Type: multipart/mixed; boundary="{boundary}"\r\n\r\n')).encode()
    return b"".join((whole, mark, text, b"\r\n", mark, _CALENDAR.encode(), file, f"--{boundary}--\r\n".encode()))


def _extra(name: str, value: str) -> str:
    lowered = name.lower()
    if lowered in _RESERVED:
        return ""
    return id_header(name, value) if lowered in _IDS else text_header(name, value)


def _automatic(auto_submitted: AutoSubmitted) -> tuple[str, ...]:
    if auto_submitted == "no":
        return ()
    return (f"Auto-Submitted: {auto_submitted}\r\n", "X-Auto-Response-Suppress: All\r\n", f"{LOOP_HEADER}: 1\r\n")


def encoded_body(text: str) -> tuple[str, bytes]:
    """A body in UTF-8 as quoted-printable, as base64 where little of it is ASCII; with the name of the encoding."""
    data = (clean_text(text).rstrip("\n") + "\n").encode()
    if sum(byte > 127 for byte in data) * 4 > len(data):
        return "base64", base64.encodebytes(data.replace(b"\n", b"\r\n")).replace(b"\n", b"\r\n")
    return "quoted-printable", binascii.b2a_qp(data, istext=True).replace(b"\n", b"\r\n")


def reply_subject(subject: str) -> str:
    """ "Re: " and the subject without the prefixes that programs of all languages have piled up before it."""
    rest = clean_line(subject)[:1_000]
    while (match := _PREFIX.match(rest)) is not None:
        rest = rest[match.end() :]
    rest = rest if len(rest) <= _MOST_SUBJECT else rest[: _MOST_SUBJECT - 1] + "…"
    return f"Re: {rest}".strip()


def new_message_id(domain: str, token: str) -> str:
    """A Message-ID in angle brackets; the same token gives the same one, so that a retry is the same mail."""
    digest = hashlib.sha256(token.encode()).hexdigest()[:32]
    return f"<kp.{digest}@{ascii_domain(domain) or 'localhost'}>"


def verp_token(token: str) -> str:
    """A token as it stands in an envelope sender: in lower case, at most 24 characters, else its digest."""
    lowered = token.lower()
    return lowered if _VERP_TOKEN.fullmatch(lowered) else "h" + hashlib.sha256(token.encode()).hexdigest()[:23]


def verp_address(mailbox_address: str, token: str) -> str:
    """The envelope sender that tells which mail a bounce is about: local+bounce-token@domain (RFC 5233 subaddress)."""
    local, _, domain = mailbox_address.rpartition("@")
    room = 64 - len(f"+{_VERP_MARK}{verp_token(token)}")
    return f"{local.partition('+')[0][:room]}+{_VERP_MARK}{verp_token(token)}@{domain}"


def read_verp(address: str, mailbox_address: str) -> str | None:
    """The token (as by verp_token) in an address that verp_address made for this mailbox, else None."""
    local, _, domain = address.strip().lower().rpartition("@")
    base, _, tag = local.partition("+")
    expected, _, own_domain = mailbox_address.lower().rpartition("@")
    if domain != own_domain or base != expected.partition("+")[0] or not tag.startswith(_VERP_MARK):
        return None
    token = tag.removeprefix(_VERP_MARK)
    return token if _VERP_TOKEN.fullmatch(token) else None
