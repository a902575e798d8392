"""The register as CSV for a German Excel, in which no cell can become a formula, and as JSON with the evidence."""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any
from zoneinfo import ZoneInfo

from klimapartner.assistant.export import COLUMNS, received, row_of
from klimapartner.storage.search import Entry

# OWASP, CSV Injection: what a spreadsheet takes for a formula, at the start of a cell and where one could begin.
_FORMULA = re.compile(r"(^[\s;\"']*|[;\"']\s*)(?=[=+\-@＝＋－＠])")
_BREAKS = re.compile(r"[\t\r\n\v\f\x85\u2028\u2029]+")
# Excel makes numbers of these, and the zeros are gone.
_DIGITS = re.compile(r"0\d+|\d{12,}")


def csv_cell(text: str) -> str:
    """A value in quotes. An apostrophe is put before what a spreadsheet would calculate or take for a number."""
    safe = _FORMULA.sub(r"\1'", _BREAKS.sub(" ", text.replace("\0", "")).strip())
    if _DIGITS.fullmatch(safe):
        safe = f"'{safe}"
    return '"' + safe.replace('"', '""') + '"'


def csv_lines(entries: Iterable[Entry], zone: ZoneInfo) -> Iterator[str]:
    """The lines of the file: semicolons, line ends and mark (BOM) as Excel expects them."""
    yield "\ufeff" + ";".join(map(csv_cell, COLUMNS)) + "\r\n"
    for entry in entries:
        cells = (*row_of(entry), received(entry, zone).strftime("%d.%m.%Y %H:%M"))
        yield ";".join(map(csv_cell, cells)) + "\r\n"


def json_lines(entries: Iterable[Entry]) -> Iterator[str]:
    """A JSON array, an entry a line."""
    before = "[\n"
    for entry in entries:
        yield before + json.dumps(entry_json(entry), ensure_ascii=False)
        before = ",\n"
    yield "[]\n" if before == "[\n" else "\n]\n"


def entry_json(entry: Entry) -> dict[str, Any]:
    """All of an entry: its columns, and each field with value, provenance, confidence and evidence."""
    plain = {
        name: getattr(entry, name)
        for name in ("id", "reference", "call", "ags", "sub_body", "status", "late", "undeliverable", "uncertain",
                     "assigned_to", "version")
    }  # fmt: skip
    moments = {name: getattr(entry, name).isoformat() for name in ("received_at", "created_at", "updated_at")}
    who = {"municipality": entry.body_name, "partner": {"name": entry.partner_name, "country": entry.partner_country}}
    return plain | who | moments | {"fields": {name: _field(field) for name, field in entry.fields.items()}}


def _field(field: Any) -> dict[str, Any]:
    return {
        "value": field.value,
        "provenance": field.provenance,
        "confidence": field.confidence,
        "evidence": list(field.evidence),
        "updated_at": field.updated_at.isoformat(),
    }
