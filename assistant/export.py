"""The register as a table for Excel: values only, so that no cell is a formula and no number loses its zeros."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import BinaryIO
from zoneinfo import ZoneInfo

import xlsxwriter

from klimapartner.assistant.console.labels import label
from klimapartner.storage.search import Entry

COLUMNS = (
    "Zeichen", "Kommune", "AGS", "Bezirk", "Weltregion", "Partner", "Land", "Stand der Partnerschaft", "Status",
    "Zu spät", "Unzustellbar", "Unsicher", "Kontakt", "Funktion", "E-Mail", "Telefon", "Gemeinsam mit", "Bedarf",
    "Themen", "Bemerkungen", "Zuständig", "Eingang",
)  # fmt: skip
_WIDTHS = (14, 26, 11, 16, 18, 22, 16, 20, 14, 9, 12, 10, 22, 22, 28, 20, 26, 22, 26, 30, 16, 17)
_FIELDS_AFTER_FLAGS = (
    "contact.name", "contact.role", "contact.email", "contact.phone", "co_municipalities", "needs", "topics", "remarks",
)  # fmt: skip
_LABELLED = frozenset({"world_region", "partnership_status", "needs", "topics"})
_LONGEST_CELL = 32_767


def row_of(entry: Entry) -> tuple[str, ...]:
    """An entry as the texts of its columns, in German words; without the last one, which is a date."""
    flags = tuple("ja" if value else "" for value in (entry.late, entry.undeliverable, entry.uncertain))
    return (
        entry.reference,
        entry.body_name,
        entry.ags or "",
        entry.sub_body,
        _words(entry, "world_region"),
        entry.partner_name,
        label("country", entry.partner_country, "de") if entry.partner_country else "",
        _words(entry, "partnership_status"),
        label("status", entry.status, "de"),
        *flags,
        *(_words(entry, field) for field in _FIELDS_AFTER_FLAGS),
        entry.assigned_to or "",
    )


def received(entry: Entry, zone: ZoneInfo) -> datetime:
    """When the entry came in, by the office's clock; without a zone, as a table has it."""
    return entry.received_at.astimezone(zone).replace(tzinfo=None, second=0, microsecond=0)


def _words(entry: Entry, field: str) -> str:
    value = entry.value(field)
    values = value if isinstance(value, list) else [] if value in (None, "") else [value]
    return ", ".join(label(field, str(one), "de") if field in _LABELLED else str(one) for one in values)


def write_xlsx(entries: Iterable[Entry], to: Path | BinaryIO, zone: ZoneInfo) -> int:
    """Write the entries to an XLSX file, a row at a time; returns how many there are."""
    options = {
        "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "constant_memory": True,
    }  # fmt: skip
    count, last = 0, len(COLUMNS) - 1
    with xlsxwriter.Workbook(str(to) if isinstance(to, Path) else to, options) as book:
        sheet, bold = book.add_worksheet("Register"), book.add_format({"bold": True})
        as_text, as_time = book.add_format({"num_format": "@"}), book.add_format({"num_format": "dd.mm.yyyy hh:mm"})
        for column, width in enumerate(_WIDTHS):
            sheet.set_column(column, column, width)
        sheet.write_row(0, 0, COLUMNS, bold)
        for count, entry in enumerate(entries, 1):
            for column, value in enumerate(row_of(entry)):
                sheet.write_string(count, column, value[:_LONGEST_CELL], as_text)
            sheet.write_datetime(count, last, received(entry, zone), as_time)
        sheet.autofilter(0, 0, count, last)
        sheet.freeze_panes(1, 2)
    return count
