"""The register as a table for Excel: values only, so that no cell is a formula and no number loses its zeros."""

from collections.abc import Iterable
from pathlib import Path

import xlsxwriter

from klimapartner.storage.search import Entry

COLUMNS = (
    "Zeichen", "Kommune", "AGS", "Bezirk", "Weltregion", "Partner", "Land", "Stand der Partnerschaft", "Status",
    "Zu spät", "Unzustellbar", "Unsicher", "Kontakt", "Funktion", "E-Mail", "Telefon", "Gemeinsam mit", "Bedarf",
    "Themen", "Bemerkungen", "Eingang",
)  # fmt: skip
_FIELDS_AFTER_FLAGS = (
    "contact.name", "contact.role", "contact.email", "contact.phone", "co_municipalities", "needs", "topics", "remarks",
)  # fmt: skip


def row_of(entry: Entry) -> tuple[str, ...]:
    """An entry as the texts of its columns."""
    flags = tuple("ja" if value else "" for value in (entry.late, entry.undeliverable, entry.uncertain))
    return (
        entry.reference,
        entry.body_name or "",
        entry.ags or "",
        entry.sub_body or "",
        _text(entry.value("world_region")),
        entry.partner_name or "",
        entry.partner_country or "",
        _text(entry.value("partnership_status")),
        entry.status,
        *flags,
        *(_text(entry.value(field)) for field in _FIELDS_AFTER_FLAGS),
        entry.received_at.isoformat(timespec="minutes") if entry.received_at else "",
    )


def _text(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)


def write_xlsx(entries: Iterable[Entry], path: Path) -> int:
    """Write the entries to an XLSX file; returns how many there are."""
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    count = 0
    with xlsxwriter.Workbook(str(path), options) as book:
        sheet, bold = book.add_worksheet("Register"), book.add_format({"bold": True})
        sheet.write_row(0, 0, COLUMNS, bold)
        for count, entry in enumerate(entries, 1):
            for column, value in enumerate(row_of(entry)):
                sheet.write_string(count, column, value)
        sheet.autofilter(0, 0, count, len(COLUMNS) - 1)
        sheet.freeze_panes(1, 1)
        sheet.autofit()
    return count
