"""Headers of real mails to text, ids and times: RFC 2047 and RFC 5322 as they are written, not as they should be."""

import binascii
import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_tz

from klimapartner.mailbox.charset import decode, western_codec
from klimapartner.mailbox.cleaning import clean_line

_WORD = re.compile(r"=\?([^?=\s]{1,60})\?([bBqQ])\?((?:[^?]|\?(?!=)){0,4000}?)\?=", re.DOTALL)
_FOLD = re.compile(r"\r?\n(?=[ \t])|[\r\n]+")
_ID = re.compile(r"<([^<>\s]{1,990})>")
_ZONE_OF_ISO = re.compile(r"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d")
_EARLIEST, _LATEST = 1970, 2200


def decode_header(raw: str) -> str:
    """The text of a header value on one line; `raw` as compat32 gives it, with undecodable bytes as surrogates."""
    raw = _FOLD.sub("", raw)
    if "=?" not in raw:
        return clean_line(_raw_text(raw))
    return clean_line("".join(_runs(raw)))


def raw_bytes(raw: str) -> bytes:
    """The bytes of a header value that compat32 decoded as ASCII with surrogates for the rest."""
    return raw.encode("utf-8", "surrogateescape") if not _lone(raw) else raw.encode("utf-8", "surrogatepass")


def _lone(raw: str) -> bool:
    return any("\ud800" <= char <= "\udfff" and not "\udc80" <= char <= "\udcff" for char in raw)


def _text(data: bytes, charset: str | None) -> str:
    return decode(data, charset, last_resort=western_codec).text


def _raw_text(raw: str) -> str:
    return raw if raw.isascii() else _text(raw_bytes(raw), None)


def _runs(raw: str) -> list[str]:
    """The pieces of a value: stretches of encoded words of one charset are joined as bytes before they are decoded.

    RFC 2047, 5 (3) forbids to split a character over two words; many programs do it all the same.
    """
    out: list[str] = []
    held, held_charset, last = b"", "", 0
    for match in _WORD.finditer(raw):
        between = raw[last : match.start()]
        charset = match[1].partition("*")[0].lower()
        adjacent = last > 0 and not between.strip()
        if held and not (adjacent and charset == held_charset):
            out.append(_text(held, held_charset))
            held = b""
        if not adjacent:
            out.append(_raw_text(between))
        held, held_charset, last = held + _word_bytes(match[2], match[3]), charset, match.end()
    out.extend((_text(held, held_charset), _raw_text(raw[last:])))
    return out


def _word_bytes(encoding: str, payload: str) -> bytes:
    data = raw_bytes(payload)
    if encoding in "qQ":
        return binascii.a2b_qp(data.replace(b" ", b"_"), header=True)
    data = re.sub(rb"[^A-Za-z0-9+/]", b"", data)
    data = data[: len(data) - 1] if len(data) % 4 == 1 else data
    return binascii.a2b_base64(data + b"=" * (-len(data) % 4))


def percent_decoded(value: str, charset: str) -> str:
    """The text of an extended parameter value of RFC 2231, 4 ("utf-8''%C3%A4")."""
    data = re.sub(rb"%([0-9A-Fa-f]{2})", lambda match: bytes.fromhex(match[1].decode()), raw_bytes(value))
    return _text(data, charset)


def message_ids(raw: str) -> tuple[str, ...]:
    """The message ids of a header, each in angle brackets as in RFC 5322, 3.6.4; a bare id gets its brackets."""
    unfolded = _raw_text(_FOLD.sub("", raw))
    found = tuple(dict.fromkeys(f"<{clean_line(match[1])}>" for match in _ID.finditer(unfolded)))
    if found:
        return found
    bare = [word.strip("<>,;") for word in clean_line(unfolded).split() if "@" in word]
    return tuple(f"<{word}>" for word in bare if word and len(word) <= 990)


def parse_date(raw: str) -> datetime | None:
    """The time of a Date header with its zone (UTC where none is given), None where it is missing or out of range."""
    text = decode_header(raw)
    try:
        if _ZONE_OF_ISO.match(text):
            return _in_range(_with_zone(datetime.fromisoformat(text)))
        parts = parsedate_tz(text)
        if parts is None:
            return None
        offset = parts[9] or 0
        zone = timezone(timedelta(seconds=offset)) if abs(offset) < 86_400 else UTC
        return _in_range(datetime(*parts[:5], min(parts[5], 59), tzinfo=zone))
    except (ValueError, OverflowError, TypeError, IndexError, AttributeError):
        return None


def received_time(values: tuple[str, ...]) -> datetime | None:
    """The time of the topmost Received header that has one; `values` are raw, in order of the headers."""
    times = (parse_date(value.rpartition(";")[2]) for value in values)
    return next((time for time in times if time is not None), None)


def _with_zone(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _in_range(moment: datetime) -> datetime | None:
    return moment if _EARLIEST <= moment.year <= _LATEST else None
