"""Calendar parts (iCalendar, RFC 5545) and contact cards (vCard, RFC 6350) as lines a person can read."""

import re

_LABELS = {
    "SUMMARY": "Termin",
    "DTSTART": "Beginn",
    "DTEND": "Ende",
    "LOCATION": "Ort",
    "ORGANIZER": "Veranstalter",
    "DESCRIPTION": "Beschreibung",
    "COMMENT": "Kommentar",
    "FN": "Name",
    "ORG": "Organisation",
    "TITLE": "Funktion",
    "EMAIL": "E-Mail",
    "TEL": "Telefon",
    "URL": "Internet",
}
_COMPONENTS = {"VEVENT", "VTODO", "VCARD", "VCALENDAR"}
_LINE = re.compile(r'^([A-Za-z0-9.-]{1,60})((?:;(?:"[^"]*"|[^":])*)?):(.*)$')
_TIME = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)\d\dZ?)?")
_METHOD = re.compile(r"^METHOD:\s*([A-Za-z-]{1,20})\s*$", re.MULTILINE | re.IGNORECASE)


def calendar_text(source: str) -> str:
    """The readable lines of an iCalendar or vCard object (`source` with "\\n" line ends)."""
    unfolded = re.sub(r"\n[ \t]", "", source)
    lines, component = [], ""
    for line in unfolded.split("\n"):
        match = _LINE.match(line)
        if match is None:
            continue
        name, value = match[1].upper().rpartition(".")[2], match[3].strip()
        if name in ("BEGIN", "END"):
            component = value.upper() if name == "BEGIN" else "VCALENDAR"
        elif name in _LABELS and component in _COMPONENTS and value:
            lines.append(f"{_LABELS[name]}: {_readable(name, match[2], value)}")
    return "\n".join(lines)


def calendar_method(source: str) -> str:
    """The method of an iCalendar object (RFC 5546: REQUEST, REPLY, CANCEL, ...), "" where there is none."""
    match = _METHOD.search(source)
    return match[1].upper() if match else ""


def _readable(name: str, options: str, value: str) -> str:
    if name in ("DTSTART", "DTEND"):
        return _TIME.sub(_time, value)
    if name == "ORGANIZER":
        common = re.search(r"CN=\"?([^\";:]+)", options, re.IGNORECASE)
        return f"{common[1] if common else ''} <{value[7:] if value.lower().startswith('mailto:') else value}>".strip()
    unescaped = re.sub(r"\\([nN,;\\])", lambda match: "\n" if match[1] in "nN" else match[1], value)
    return unescaped.replace(";", " ").strip() if name == "ORG" else unescaped


def _time(match: re.Match[str]) -> str:
    day = f"{match[3]}.{match[2]}.{match[1]}"
    return f"{day} {match[4]}:{match[5]} Uhr" if match[4] else day
