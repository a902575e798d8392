"""A sheet as texts: Excel (ECMA-376) or CSV, however it is separated and encoded, within limits of size."""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any, Literal
from xml.etree.ElementTree import ParseError

import openpyxl  # type: ignore[import-untyped]
from defusedxml.common import DefusedXmlException
from openpyxl.utils.exceptions import InvalidFileException  # type: ignore[import-untyped]

from klimapartner.assistant.errors import AssistantError

MOST_ROWS = 5_000
MOST_COLUMNS = 60
_LONGEST_CELL = 5_000
_MOST_INFLATED = 60_000_000
_MOST_PARTS = 500
_SEPARATORS = ";\t,|"
_ZEROS = re.compile(r"0{2,}")
# What our own CSV puts before a cell that is no formula and no number.
_OUR_MARK = re.compile(r"'(?=[=+\-@0-9＝＋－＠])")
Problem = Literal["empty", "old_excel", "unreadable", "too_large", "too_many_rows"]


class SheetError(AssistantError):
    """A file is no sheet that can be read; `problem` says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self.problem: Problem = problem


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows that are not empty, each with its number in the file (from 1); all rows have the same length."""

    rows: tuple[tuple[int, tuple[str, ...]], ...]


def read_sheet(content: bytes) -> Sheet:
    """The first sheet of a workbook, or the table of a text file.

    Raises:
        SheetError: it is none, it is larger than is allowed, or there is nothing in it.
    """
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise SheetError("old_excel")
    lines = _of_excel(content) if content.startswith(b"PK\x03\x04") else _of_text(content)
    found = [(number, cells) for number, cells in enumerate(islice(lines, MOST_ROWS * 2), 1) if any(cells)]
    if not found:
        raise SheetError("empty")
    if len(found) > MOST_ROWS:
        raise SheetError("too_many_rows")
    width = max(max(i for i, cell in enumerate(cells, 1) if cell) for _, cells in found)
    return Sheet(tuple((number, (cells + ("",) * width)[:width]) for number, cells in found))


def _of_excel(content: bytes) -> Iterator[tuple[str, ...]]:
    try:
        _check_archive(content)
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        sheet = book.worksheets[0]
        # The file says how large it is, and need not be right.
        sheet.reset_dimensions()
        for row in sheet.iter_rows(max_col=MOST_COLUMNS):
            yield tuple(_text(cell) for cell in row)
    except SheetError:
        raise
    except (
        zipfile.BadZipFile, InvalidFileException, DefusedXmlException, ParseError, KeyError, ValueError, TypeError,
        IndexError, AttributeError, EOFError, OSError, NotImplementedError, SyntaxError, RecursionError, OverflowError,
    ) as error:  # fmt: skip
        raise SheetError("unreadable") from error


def _check_archive(content: bytes) -> None:
    """Python's zipfile never inflates a part beyond the size that its header says, so the headers can be added up."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = archive.infolist()
    if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > _MOST_INFLATED:
        raise SheetError("too_large")
    if any(part.flag_bits & 1 for part in parts):
        raise SheetError("unreadable")


def _text(cell: Any) -> str:
    value = cell.value
    if value is None or cell.data_type == "e":
        return ""
    if isinstance(value, bool):
        return "ja" if value else "nein"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="minutes")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | float):
        return _digits(value, str(cell.number_format or ""))
    return _clean(str(value))


def _digits(value: float, form: str) -> str:
    """A number as it is shown: a key or a telephone number may have its zeros by the format 00000000."""
    if isinstance(value, float) and not value.is_integer():
        return str(value)
    return str(int(value)).zfill(len(form)) if _ZEROS.fullmatch(form) else str(int(value))


def _of_text(content: bytes) -> Iterator[tuple[str, ...]]:
    text = _decoded(content)
    if "\0" in text:
        raise SheetError("unreadable")
    first = next((line for line in text.splitlines() if line.strip()), "")
    separator = max(_SEPARATORS, key=first.count)
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
            yield tuple(_OUR_MARK.sub("", _clean(cell), count=1) if cell[:1] == "'" else _clean(cell) for cell in
                        row[:MOST_COLUMNS])  # fmt: skip
    except csv.Error as error:
        raise SheetError("unreadable") from error


def _decoded(content: bytes) -> str:
    """UTF-8, UTF-16 with its mark, or what Windows writes in Germany."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _clean(text: str) -> str:
    lines: Iterable[str] = (" ".join(line.split()) for line in text[:_LONGEST_CELL].splitlines())
    return "\n".join(line for line in lines if line)
