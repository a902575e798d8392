"""What stands in a cell, as the register keeps it; what cannot be understood is an error, never a guess."""

import re
import tomllib
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale

from klimapartner.assistant.console.entry_view import CHOICES
from klimapartner.assistant.console.labels import label
from klimapartner.assistant.errors import AssistantError
from klimapartner.assistant.languages import LANGUAGES
from klimapartner.storage.columns import Json
from klimapartner.storage.names import normalise_name
from klimapartner.storage.states import ENTRY_STATUSES

_MAIL = re.compile(r"[^@\s,;<>]{1,64}@[^@\s,;<>.]+(?:\.[^@\s,;<>.]+)+")
_PHONE = re.compile(r"[\d\s()/+.\-–]*\d[\d\s()/+.\-–]*(?:(?:Durchwahl|App\.?|ext\.?)\s*\d+)?", re.IGNORECASE)
_DATES = ("%d.%m.%Y %H:%M", "%d.%m.%Y", "%d.%m.%y", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d", "%d/%m/%Y")
_BETWEEN = re.compile(r"[,;\n]")
_LINES = re.compile(r"[;\n]")
_LONGEST = 500


class Misunderstood(AssistantError):
    """A cell holds nothing that its field takes; `field` and `text` say what."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(field)
        self.field, self.text = field, text


def value_of(field: str, cell: str) -> Json:
    """The value of a field in a cell, None for nothing.

    Raises:
        Misunderstood: the cell holds something else.
    """
    if normalise_name(cell) in _words()["empty"]:
        return None
    return _PARSERS.get(field, _one_line)(field, cell)


def moment(cell: str, zone: ZoneInfo) -> datetime | None:
    """A date, with or without a time, by the office's clock. Raises Misunderstood."""
    if normalise_name(cell) in _words()["empty"]:
        return None
    for form in _DATES:
        try:
            return datetime.strptime(cell, form).replace(tzinfo=zone)
        except ValueError:
            continue
    raise Misunderstood("received", cell)


def _one_line(_: str, cell: str) -> str:
    return " ".join(cell.split())[:_LONGEST]


def _choice(field: str, cell: str) -> str:
    found = _known(field).get(normalise_name(cell))
    if found is None:
        raise Misunderstood(field, cell)
    return found


def _choices(field: str, cell: str) -> list[str]:
    """The whole cell may be one word with a comma in it; else it is parted."""
    if whole := _known(field).get(normalise_name(cell)):
        return [whole]
    return list(dict.fromkeys(_choice(field, part) for part in _BETWEEN.split(cell) if part.strip()))


def _mail(field: str, cell: str) -> str:
    text = cell.removeprefix("mailto:").strip()
    if not _MAIL.fullmatch(text):
        raise Misunderstood(field, cell)
    return text


def _phone(field: str, cell: str) -> str:
    text = " ".join(cell.split())
    if not _PHONE.fullmatch(text) or not 4 <= sum(sign.isdigit() for sign in text) <= 25:
        raise Misunderstood(field, cell)
    return text


def _key(field: str, cell: str) -> str:
    """An official key of five or eight digits; a zero in front that a spreadsheet dropped is put back."""
    digits = "".join(cell.split())
    if not (digits.isascii() and digits.isdigit()) or len(digits) not in (4, 5, 7, 8):
        raise Misunderstood(field, cell)
    return digits.zfill(5 if len(digits) < 6 else 8)


def _country(field: str, cell: str) -> str:
    found = _countries().get(normalise_name(cell))
    if found is None:
        raise Misunderstood(field, cell)
    return found


def _names(_: str, cell: str) -> list[str]:
    return [part.strip()[:_LONGEST] for part in _BETWEEN.split(cell) if part.strip()]


def _remarks(_: str, cell: str) -> list[str]:
    return [part.strip() for part in _LINES.split(cell) if part.strip()]


_PARSERS: Mapping[str, Callable[[str, str], Json]] = {
    "world_region": _choice, "partnership_status": _choice, "status": _choice, "needs": _choices, "topics": _choices,
    "contact.email": _mail, "contact.phone": _phone, "ags": _key, "partner_country": _country,
    "co_municipalities": _names, "remarks": _remarks,
}  # fmt: skip


@lru_cache
def _words() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads(Path(__file__).with_name("values.toml").read_text(encoding="utf-8"))


@lru_cache
def _known(field: str) -> dict[str, str]:
    """The value of every word by which a field's values are known: own words, labels, and the values themselves."""
    values = ENTRY_STATUSES if field == "status" else CHOICES[field]
    said = {normalise_name(word): value for value in values for word in _words()[field].get(value, ())}
    labels = {normalise_name(label(field, value, one)): value for value in values for one in ("de", "en")}
    return said | labels | {normalise_name(value): value for value in values}


@lru_cache
def _countries() -> dict[str, str]:
    """Every country's code (ISO 3166-1 alpha-2) by its names in our languages, by CLDR."""
    found: dict[str, str] = {}
    for language in LANGUAGES:
        for code, name in Locale(language).territories.items():
            if len(code) == 2 and code.isalpha():
                found.setdefault(normalise_name(name), code)
                found.setdefault(normalise_name(code), code)
    return found
