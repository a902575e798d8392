"""The text of zipped office documents: Word, Excel and PowerPoint (ECMA-376), OpenDocument (ISO/IEC 26300).

The XML is streamed through a parser that refuses entities; each part may inflate to a limit only.
"""

import io
import zipfile
from collections.abc import Callable
from xml.sax.handler import feature_namespaces
from xml.sax.xmlreader import InputSource

from defusedxml.sax import make_parser

from klimapartner.mailbox.document_text import DocumentText
from klimapartner.mailbox.limits import Limits
from klimapartner.mailbox.office_handlers import (
    OfficeHandler,
    OpenDocumentHandler,
    SheetHandler,
    SlideHandler,
    WordHandler,
)


class _Bomb(Exception):
    """A part inflates to more than is allowed."""


def office_text(data: bytes, limits: Limits) -> DocumentText:
    """The text of a zipped document. Raises what zipfile and the XML parser raise: run it in the worker."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = archive.namelist()
        if any(info.flag_bits & 1 for info in archive.infolist()):
            return DocumentText(problem="encrypted")
        plan = _plan(names)
        if not plan:
            return DocumentText(problem="unsupported")
        try:
            texts = _texts(archive, plan, limits)
        except _Bomb:
            return DocumentText(problem="bomb")
    text = "\n\n".join(dict.fromkeys(text for text in texts if text.strip()))
    return DocumentText(text, None if text else "no_text")


def _plan(names: list[str]) -> list[tuple[str, Callable[[], OfficeHandler]]]:
    """The parts to read in reading order, each with its handler; [] for an archive that is no document."""
    if "word/document.xml" in names:
        order = ("word/header", "word/document.xml", "word/footnotes.xml", "word/endnotes.xml", "word/footer")
        found = [name for start in order for name in sorted(names) if name.startswith(start) and name.endswith(".xml")]
        return [(name, WordHandler) for name in found]
    if "content.xml" in names:
        return [(name, OpenDocumentHandler) for name in ("styles.xml", "content.xml") if name in names]
    if "xl/workbook.xml" in names:
        strings: list[str] = []
        found = sorted((name for name in names if name.startswith("xl/worksheets/sheet")), key=_number)
        shared = ["xl/sharedStrings.xml"] if "xl/sharedStrings.xml" in names else []
        return [(name, lambda: SheetHandler(strings)) for name in (*shared, *found)]
    slides = (name for name in names if name.startswith("ppt/slides/slide") and name.endswith(".xml"))
    return [(name, SlideHandler) for name in sorted(slides, key=_number)]


def _number(name: str) -> int:
    return int("".join(char for char in name if char.isdigit()) or 0)


def _texts(archive: zipfile.ZipFile, plan: list[tuple[str, Callable[[], OfficeHandler]]], limits: Limits) -> list[str]:
    budget, texts = limits.inflated_bytes, []
    for name, make_handler in plan:
        with archive.open(name) as part:
            xml = part.read(budget + 1)
        budget -= len(xml)
        if budget < 0:
            raise _Bomb
        texts.append(_parse(xml, make_handler()))
    return texts


def _parse(xml: bytes, handler: OfficeHandler) -> str:
    parser = make_parser()
    parser.setFeature(feature_namespaces, True)
    parser.setContentHandler(handler)
    source = InputSource()
    source.setByteStream(io.BytesIO(xml))
    parser.parse(source)
    return handler.text()
