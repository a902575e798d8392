"""A calendar file of one event (RFC 5545)."""

from datetime import date, datetime, timedelta

from klimapartner.assistant.dialogue.contract import Document

MEDIA_TYPE = "text/calendar; charset=utf-8; method=PUBLISH"
_LINE = 75  # octets, RFC 5545, 3.1
_ESCAPES = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", "\r": None})


def all_day_event(
    *, uid: str, first: date, last: date, summary: str, description: str, url: str, now: datetime
) -> bytes:
    """An event of whole days, `last` included."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//klimapartner//chat//DE",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        f"UID:{_text(uid)}",
        f"DTSTAMP:{now:%Y%m%dT%H%M%S}Z",
        f"DTSTART;VALUE=DATE:{first:%Y%m%d}",
        # The end is the first day after it (RFC 5545, 3.6.1).
        f"DTEND;VALUE=DATE:{last + timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{_text(summary)}",
        f"DESCRIPTION:{_text(description)}",
        *([f"URL:{url}"] if url else []),
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join(f"{_folded(line)}\r\n" for line in lines).encode()


def calendar_file(name: str, content: bytes) -> Document:
    """The event as a file to send."""
    return Document(name, MEDIA_TYPE, content)


def _text(value: str) -> str:
    return value.translate(_ESCAPES)


def _folded(line: str) -> str:
    """Lines of at most 75 octets; no character is cut in two."""
    pieces, room = [""], _LINE
    for char in line:
        size = len(char.encode())
        if size > room:
            pieces.append("")
            room = _LINE - 1
        pieces[-1] += char
        room -= size
    return "\r\n ".join(pieces)
