"""HTML of mails to plain text with its layout: paragraphs, lists, tables, quotes; hidden text and scripts dropped.

The parser streams events (no tree, no recursion), so depth and size cost nothing but time in proportion.
"""

import re
from dataclasses import dataclass

from lxml import etree  # type: ignore[import-untyped]

from klimapartner.mailbox.charset import decode
from klimapartner.mailbox.cleaning import clean_text
from klimapartner.mailbox.html_style import Style, is_cited, style_of
from klimapartner.mailbox.table_pages import Pages
from klimapartner.mailbox.text_layout import Layout

_DROPPED = {
    "script",
    "style",
    "head",
    "title",
    "template",
    "object",
    "applet",
    "iframe",
    "svg",
    "math",
    "xml",
    "select",
}
_PARAGRAPHS = {
    "p",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "dl",
    "ul",
    "ol",
    "table",
    "blockquote",
    "pre",
    "form",
    "fieldset",
}
_BLOCKS = _PARAGRAPHS | {
    *("div", "section", "article", "header", "footer", "main", "nav", "aside", "address", "center", "dt", "dd", "li"),
    *("caption", "legend", "figure", "figcaption", "body", "html", "details", "summary"),
}
_CELLS = {"td", "th"}
_META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE)
_DATA_URL = re.compile(rb"data:[\w/+.-]{1,100}(?:;[\w=-]{1,60})*;base64,[A-Za-z0-9+/=%\s]*")
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]{0,300}\?>")
_SHOWN_CONDITION = re.compile(r"<!\[(?:if[^>\]]{0,100}|endif)\]>", re.IGNORECASE)


def html_bytes_to_text(data: bytes, charset: str | None, *, max_bytes: int) -> str:
    """The text of an HTML part of at most `max_bytes`, pictures inside it not counted.

    Without a charset in the mail its own meta element is believed.
    """
    meta = _META_CHARSET.search(data[:4_000])
    label = charset or (meta[1].decode("ascii") if meta else None)
    return html_to_text(decode(without_pictures(data)[:max_bytes], label).text)


def without_pictures(data: bytes) -> bytes:
    """HTML without the pictures written into it (data URLs, RFC 2397): they are most of a large mail."""
    return _DATA_URL.sub(b"", data) if b";base64," in data else data


def html_to_text(html: str) -> str:
    """The visible text of HTML, cleaned; "" for HTML without text. Never raises on broken HTML."""
    html = _SHOWN_CONDITION.sub("", _XML_DECLARATION.sub("", clean_text(html)))
    if "<" not in html and "&" not in html:
        return html.strip()
    target = _Target()
    parser = etree.HTMLParser(target=target, encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True)
    try:
        parser.feed(html.encode("utf-8", "replace"))
        parser.close()
    except (etree.LxmlError, ValueError, AssertionError):
        pass  # what came before the fault has been written
    return clean_text(target.pages.text())


@dataclass(slots=True)
class _Open:
    """An open element: its style, whether it opened a quote or a cell with a page of its own, what follows a link."""

    tag: str
    style: Style
    cited: bool = False
    in_row: bool = False
    after: str = ""


class _Target:
    """Takes the parser's events (lxml's target interface) and writes the visible ones."""

    def __init__(self) -> None:
        self.pages = Pages()
        self._open: list[_Open] = []
        self._counters: list[int | None] = []

    @property
    def layout(self) -> Layout:
        return self.pages.layout

    @property
    def _style(self) -> Style:
        return self._open[-1].style if self._open else Style()

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        style = style_of(tag, attributes, self._style) if tag not in _DROPPED else Style(hidden=True)
        opened = _Open(tag, style)
        self._open.append(opened)
        if style.hidden:
            return
        if tag == "blockquote" and is_cited(attributes):
            opened.cited = True
            self.layout.paragraph()
            self.layout.quote(+1)
            return
        if tag == "a":
            opened.after = _address_of(attributes.get("href", ""))
            self.layout.mark()
        self._place(tag, attributes)

    def _place(self, tag: str, attributes: dict[str, str]) -> None:
        layout = self.layout
        if tag in ("ul", "ol"):
            layout.block() if self._counters else layout.paragraph()
            self._counters.append(0 if tag == "ol" else None)
        elif tag == "li":
            layout.bullet(self._next_bullet())
        elif tag in _BLOCKS:
            layout.paragraph() if tag in _PARAGRAPHS else layout.block()
        elif tag == "tr":
            self.pages.open_row()
        elif tag in _CELLS:
            self._open[-1].in_row = self.pages.open_cell()
        elif tag == "br":
            layout.line_break()
        elif tag == "hr":
            layout.rule()
        elif tag == "input" and attributes.get("type", "text") in ("text", "email", "tel"):
            layout.write(attributes.get("value", ""))

    def _next_bullet(self) -> str:
        indent = "  " * min(8, max(0, len(self._counters) - 1))
        counter = self._counters[-1] if self._counters else None
        if counter is None:
            return f"{indent}- "
        self._counters[-1] = counter + 1
        return f"{indent}{counter + 1}. "

    def end(self, tag: str) -> None:
        if not self._open:
            return
        opened = self._open.pop()
        if opened.style.hidden:
            return
        if opened.after and opened.after not in self.layout.since_mark():
            self.layout.write(f" <{opened.after}>")
        self._close(tag, opened)

    def _close(self, tag: str, opened: _Open) -> None:
        if tag in ("ul", "ol") and self._counters:
            self._counters.pop()
        if opened.in_row:
            self.pages.close_cell()
        elif tag == "tr":
            self.pages.close_row()
        elif tag in _PARAGRAPHS and not self._counters:
            self.layout.paragraph()
        elif tag in _BLOCKS or tag in _CELLS:
            self.layout.block()
        if opened.cited:
            self.layout.quote(-1)

    def data(self, text: str) -> None:
        style = self._style
        if style.visible and style.preformatted:
            self.layout.write_preformatted(text)
        elif style.visible:
            self.layout.write(text)

    def close(self) -> None:
        return None


def _address_of(href: str) -> str:
    """The mail address or phone number behind a link, "" for other links."""
    scheme, _, rest = href.strip().partition(":")
    if scheme.lower() not in ("mailto", "tel") or len(rest) > 200:
        return ""
    return rest.partition("?")[0].replace("%40", "@").strip("/ ")
