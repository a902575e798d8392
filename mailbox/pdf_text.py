"""The text of a PDF: its pages, its form fields, and the notes that people type on top of it."""

import io
from collections.abc import Iterator
from itertools import islice
from typing import Any

from pypdf import PageObject, PasswordType, PdfReader
from pypdf.errors import DependencyError, LimitReachedError

from klimapartner.mailbox.document_text import DocumentText
from klimapartner.mailbox.limits import Limits

_YES = {"yes", "on", "1", "ja", "true", "oui", "sí", "si", "sim", "x"}
_NO = {"off", "no", "nein", "false", ""}


def pdf_text(data: bytes, limits: Limits) -> DocumentText:
    """The text of a PDF. Raises what pypdf raises on broken files: run it in the worker."""
    reader = PdfReader(io.BytesIO(data), strict=False)
    if not _is_open(reader):
        return DocumentText(problem="encrypted")
    try:
        pages, total = _pages(reader, limits)
        lines = [*_fields(reader), *_notes(reader, limits)]
    except DependencyError:
        return DocumentText(problem="encrypted")
    except LimitReachedError:
        return DocumentText(problem="bomb")
    text = "\n\n".join(part for part in ("\n\n".join(pages).strip(), "\n".join(lines)) if part)
    if not text.strip():
        return DocumentText(problem="no_text")
    return DocumentText(text, "too_large" if total > limits.document_pages else None)


def _is_open(reader: PdfReader) -> bool:
    """Whether the file can be read without a password (many are locked against printing only)."""
    if not reader.is_encrypted:
        return True
    try:
        return reader.decrypt("") != PasswordType.NOT_DECRYPTED
    except DependencyError:
        return False


def _pages(reader: PdfReader, limits: Limits) -> tuple[list[str], int]:
    out, failed, length = [], 0, 0
    pages = reader.pages
    for page in islice(pages, limits.document_pages):
        try:
            out.append(page.extract_text())
        except (DependencyError, LimitReachedError, MemoryError):
            raise
        except Exception:  # one broken page does not take the others with it
            failed += 1
            continue
        length += len(out[-1])
        if length > limits.document_chars:
            break
    if failed and not out:
        raise ValueError("no page can be read")
    return [text.strip() for text in out if text.strip()], len(pages)


def _fields(reader: PdfReader) -> Iterator[str]:
    """The filled form fields as "label: value"."""
    for name, field in (reader.get_fields() or {}).items():
        value = _value(field.get("/V"))
        kind = field.get("/FT")
        if not value or kind == "/Sig":
            continue
        label = str(field.get("/TU") or field.get("/T") or name).strip().rstrip(":")
        yield f"{label}: {'ja' if kind == '/Btn' and value.lower() in _YES else value}"


def _value(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return ", ".join(filter(None, (_value(item) for item in value)))
    text = str(value if value is not None else "").strip()
    text = text.removeprefix("/")
    return "" if text.lower() in _NO else text


def _notes(reader: PdfReader, limits: Limits) -> Iterator[str]:
    """Text typed onto the pages (annotations of the type FreeText)."""
    for page in islice(reader.pages, limits.document_pages):
        for annotation in _annotations(page):
            if annotation.get("/Subtype") == "/FreeText" and annotation.get("/Contents"):
                yield str(annotation["/Contents"])


def _annotations(page: PageObject) -> list[Any]:
    try:
        return [entry.get_object() for entry in page.get("/Annots") or []]
    except (AttributeError, TypeError, KeyError):
        return []
