"""Headers of outgoing mail, written so that no value can become another header or recipient (RFC 5322, 2047)."""

import base64
import re
from collections.abc import Iterable, Iterator

import idna

from klimapartner.mailbox.cleaning import clean_line
from klimapartner.mailbox.errors import MailboxError
from klimapartner.mailbox.message import Address

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\-\u0080-\U0010ffff]+"
_LOCAL = re.compile(rf"(?:{_ATOM}(?:\.{_ATOM})*|\"(?:[^\"\\\x00-\x1f\x7f]|\\[\x20-\x7e])+\")")
_HOST = re.compile(
    r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*|\[[0-9a-f.:ipv]{3,60}\]"
)
_ID = re.compile(r"<[\x21-\x3b\x3d\x3f-\x7e]{1,250}>")
_PLAIN = re.compile(r"[\x20-\x7e]*")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,60}")
_CHUNK = 42  # bytes; with base64 and "=?utf-8?B?…?=" under the 75 of RFC 2047, 2
_LINE = 76
_MAX_REFERENCES = 20


class UnusableAddress(MailboxError):
    """The address cannot stand in a header or an SMTP command; nothing can be sent to it."""


def folded(name: str, words: Iterable[str]) -> str:
    """A header line of words, folded at blanks (no line over 76 characters unless one word is longer)."""
    lines = [f"{name}:"]
    for word in words:
        if len(lines[-1]) + 1 + len(word) > _LINE and lines[-1] != f"{name}:":
            lines.append("")
        lines[-1] += f" {word}"
    return "\r\n".join(lines) + "\r\n"


def text_header(name: str, value: str, *, most: int = 250) -> str:
    """An unstructured header; line ends and invisible characters are gone, what is not ASCII is encoded."""
    if not _NAME.fullmatch(name):
        raise ValueError(f"not a header name: {name[:60]!r}")
    cleaned = clean_line(value)[:most]
    return folded(name, cleaned.split(" ") if _is_plain(cleaned) else encoded_words(cleaned))


def address_header(name: str, address: Address) -> str:
    """A header with one mailbox. Raises UnusableAddress."""
    display = clean_line(address.name)[:120].strip()
    angle = f"<{header_address(address.addr)}>"
    return folded(name, [*_phrase(display), angle]) if display else folded(name, [angle])


def header_address(addr: str) -> str:
    """An address as it stands in headers: the domain in its ASCII form (RFC 5891), the local part as it is (RFC 6532).

    Raises UnusableAddress.
    """
    local, _, domain = addr.strip().rpartition("@")
    host = ascii_domain(domain)
    if (
        not _LOCAL.fullmatch(local)
        or not _HOST.fullmatch(host)
        or len(local.encode()) > 64
        or clean_line(local) != local
    ):
        raise UnusableAddress(f"Die Adresse ist nicht brauchbar: {clean_line(addr)[:80]!r}")
    return f"{local}@{host}"


def ascii_domain(domain: str) -> str:
    """A domain in lower case and ASCII; "" where it has none."""
    if domain.isascii():
        return domain.lower().rstrip(".")
    try:
        return idna.encode(domain, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        return ""


def id_header(name: str, values: str) -> str:
    """In-Reply-To or References: only what is a Message-ID, the first and the last twenty; "" where there is none."""
    ids = list(dict.fromkeys(_ID.findall(values)))
    kept = [*ids[:1], *ids[1:][-_MAX_REFERENCES:]]
    return folded(name, kept) if kept else ""


def encoded_words(text: str) -> Iterator[str]:
    """Encoded words in UTF-8 and base64, cut between characters."""
    chunk = ""
    for char in text:
        if len((chunk + char).encode()) > _CHUNK:
            yield _encoded(chunk)
            chunk = ""
        chunk += char
    if chunk:
        yield _encoded(chunk)


def _encoded(chunk: str) -> str:
    return f"=?utf-8?B?{base64.b64encode(chunk.encode()).decode('ascii')}?="


def _is_plain(text: str) -> bool:
    """ASCII without anything that a reader would decode as an encoded word, and without overlong words."""
    return bool(_PLAIN.fullmatch(text)) and "=?" not in text and all(len(word) < 400 for word in text.split(" "))


def _phrase(display: str) -> list[str]:
    """A display name: quoted, so that a comma or bracket in it separates nothing."""
    if not _is_plain(display):
        return list(encoded_words(display))
    escaped = display.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'.split(" ")
