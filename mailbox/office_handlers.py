"""What the elements of office documents mean for a plain page of text."""

from collections.abc import Callable
from typing import Any
from xml.sax.handler import ContentHandler

from klimapartner.mailbox.table_pages import Pages

# Ticked and empty boxes of the fonts Wingdings and Wingdings 2, as Word stores them.
_SYMBOLS = {
    **dict.fromkeys(("F0FE", "F0FD", "F052", "F053", "F078", "F0FC"), "☒"),
    **dict.fromkeys(("F0A8", "F06F", "F071", "F0A3", "F02A"), "☐"),
}
_MAX_BLANKS = 100


class OfficeHandler(ContentHandler):
    """Writes a document's text in reading order; `skip` elements are left out with all they hold."""

    skip: frozenset[str] = frozenset()
    text_elements: frozenset[str] = frozenset()
    paragraphs: frozenset[str] = frozenset({"p", "h"})
    rows: frozenset[str] = frozenset()
    cells: frozenset[str] = frozenset()

    def __init__(self) -> None:
        super().__init__()
        self.pages = Pages()
        self._skipped = 0
        self._in_text = 0

    def startElementNS(self, name: tuple[str | None, str], qname: str | None, attrs: Any) -> None:
        local = name[1]
        if self._skipped or local in self.skip:
            self._skipped += 1
            return
        self._in_text += local in self.text_elements
        if local in self.rows:
            self.pages.open_row()
        elif local in self.cells:
            self.pages.open_cell()
        self.opened(local, {key[1]: str(value) for key, value in attrs.items()} if len(attrs) else {})

    def endElementNS(self, name: tuple[str | None, str], qname: str | None) -> None:
        local = name[1]
        if self._skipped:
            self._skipped -= 1
            return
        self._in_text -= local in self.text_elements
        self.closed(local)
        if local in self.rows:
            self.pages.close_row()
        elif local in self.cells:
            self.pages.close_cell()
        elif local in self.paragraphs:
            self.pages.layout.line_break()

    def characters(self, content: str) -> None:
        if self._in_text and not self._skipped:
            self.pages.layout.write_preformatted(content.replace("\n", " "))

    def opened(self, local: str, attributes: dict[str, str]) -> None:
        """What else an element writes when it begins."""

    def closed(self, local: str) -> None:
        """What else an element writes when it ends."""

    def text(self) -> str:
        """The text of the part."""
        return self.pages.text()


class WordHandler(OfficeHandler):
    """WordprocessingML (ECMA-376, part 1, 17): deleted, hidden and placeholder text is left out."""

    skip = frozenset({"Fallback", "moveFrom", "del", "instrText", "delText"})
    text_elements = frozenset({"t"})
    paragraphs = frozenset({"p"})
    rows = frozenset({"tr"})
    cells = frozenset({"tc"})

    def __init__(self) -> None:
        super().__init__()
        self._hidden_run = False
        self._placeholders: list[bool] = []
        self._ticked: bool | None = None

    def opened(self, local: str, attributes: dict[str, str]) -> None:
        value = attributes.get("val", "1")
        act: Callable[[], None] | None = {
            "tab": lambda: self._write("\t") if "pos" not in attributes else None,
            "br": self.pages.layout.line_break,
            "cr": self.pages.layout.line_break,
            "numPr": lambda: self.pages.layout.bullet("- "),
            "sym": lambda: self._write(_SYMBOLS.get(attributes.get("char", "").upper(), "")),
            "sdt": lambda: self._placeholders.append(False),
            "noBreakHyphen": lambda: self._write("-"),
        }.get(local)
        if act is not None:
            act()
        elif local == "showingPlcHdr" and self._placeholders:
            self._placeholders[-1] = True
        elif local == "vanish":
            self._hidden_run = value not in ("0", "false")
        elif local == "checkBox":
            self._ticked = False
        elif local in ("default", "checked") and self._ticked is not None:
            self._ticked = value not in ("0", "false")

    def closed(self, local: str) -> None:
        if local == "sdt" and self._placeholders:
            self._placeholders.pop()
        elif local in ("r", "pPr"):
            self._hidden_run = False
        elif local == "checkBox":
            self._write("☒ " if self._ticked else "☐ ")
            self._ticked = None

    def _write(self, text: str) -> None:
        if text:
            self.pages.layout.write_preformatted(text)

    def characters(self, content: str) -> None:
        if not self._hidden_run and not any(self._placeholders):
            super().characters(content)


class OpenDocumentHandler(OfficeHandler):
    """OpenDocument text, sheets and slides (ISO/IEC 26300, 5 and 9); of styles.xml only headers and footers."""

    skip = frozenset({"annotation", "tracked-changes", "note-citation", "binary-data", "desc", "title", "ruby-text"})
    text_elements = frozenset({"p", "h"})
    rows = frozenset({"table-row"})
    cells = frozenset({"table-cell"})

    def opened(self, local: str, attributes: dict[str, str]) -> None:
        layout = self.pages.layout
        if local == "s":
            layout.write_preformatted(" " * _count(attributes.get("c", "1")))
        elif local == "tab":
            layout.write_preformatted("\t")
        elif local == "line-break":
            layout.line_break()
        elif local == "list-item":
            layout.bullet("- ")
        elif "current-value" in attributes and attributes.get("name"):
            layout.write_preformatted(f"{attributes['name']}: {attributes['current-value']}")
            layout.block()


class SheetHandler(OfficeHandler):
    """SpreadsheetML (ECMA-376, part 1, 18); `strings` is shared between the parts: first the table, then the sheets."""

    rows = frozenset({"row"})
    paragraphs = frozenset()

    def __init__(self, strings: list[str]) -> None:
        super().__init__()
        self._strings = strings
        self._content: list[str] = []
        self._shared = False

    def opened(self, local: str, attributes: dict[str, str]) -> None:
        if local in ("si", "c"):
            self._content = []
            self._shared = attributes.get("t") == "s"
        self._in_text += local in ("t", "v")

    def closed(self, local: str) -> None:
        self._in_text -= local in ("t", "v")
        content = "".join(self._content)
        if local == "si":
            self._strings.append(content)
        elif local == "c" and content and self.pages.open_cell():
            self.pages.layout.write(self._shared_string(content) if self._shared else content)
            self.pages.close_cell()

    def _shared_string(self, index: str) -> str:
        return self._strings[int(index)] if index.isdigit() and int(index) < len(self._strings) else ""

    def characters(self, content: str) -> None:
        if self._in_text:
            self._content.append(content)


class SlideHandler(OfficeHandler):
    """PresentationML (ECMA-376, part 1, 19 and 21)."""

    skip = frozenset({"Fallback"})
    text_elements = frozenset({"t"})
    paragraphs = frozenset({"p"})
    rows = frozenset({"tr"})
    cells = frozenset({"tc"})

    def opened(self, local: str, attributes: dict[str, str]) -> None:
        if local == "br":
            self.pages.layout.line_break()


def _count(number: str) -> int:
    return min(int(number), _MAX_BLANKS) if number.isdigit() else 1
