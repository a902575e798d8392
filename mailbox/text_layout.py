"""A page of plain text under construction: lines, paragraphs, quote marks, rows of a table, as HTML needs them."""

import re

_SPACE = re.compile(r"[ \t\n\r\f]+")
_RULE = "_" * 32
_LONGEST_CELL = 120
_DEEPEST_QUOTE = 20


class Layout:
    """Takes text and breaks in reading order; `text` gives the page."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._line: list[str] = []
        self._depth = 0
        self._blank_due = False
        self._bullet_alone = False
        self._mark = (0, 0)

    def write(self, text: str) -> None:
        """Text whose white space is one blank (CSS 2, 16.6.1)."""
        text = _SPACE.sub(" ", text)
        if not self._line or self._line[-1].endswith((" ", "\t")):
            text = text.lstrip(" ")
        if text:
            self._put(text)

    def write_preformatted(self, text: str) -> None:
        """Text whose line breaks and blanks are kept."""
        first, *rest = text.split("\n")
        if first:
            self._put(first)
        for line in rest:
            self.line_break()
            if line:
                self._put(line)

    def _put(self, text: str) -> None:
        if not self._line:
            self._end_paragraph()
        self._bullet_alone = False
        self._line.append(text)

    def _end_paragraph(self) -> None:
        if self._blank_due and self._lines and self._lines[-1].strip("> "):
            self._lines.append(self._prefix().rstrip())
        self._blank_due = False

    def _prefix(self) -> str:
        return "> " * min(self._depth, _DEEPEST_QUOTE)

    def _flush(self) -> None:
        self._lines.append((self._prefix() + "".join(self._line)).rstrip())
        self._line.clear()
        self._bullet_alone = False

    def line_break(self) -> None:
        """Ends the line, empty or not."""
        if not self._line:
            self._end_paragraph()
        self._flush()

    def block(self) -> None:
        """Ends the line if anything but a bullet stands on it."""
        if self._line and not self._bullet_alone:
            self._flush()

    def paragraph(self) -> None:
        """Ends the line and asks for an empty line before what follows."""
        self.block()
        self._blank_due = not self._bullet_alone

    def bullet(self, sign: str) -> None:
        """Begins an item of a list."""
        self.block()
        self._put(sign)
        self._bullet_alone = True

    def rule(self) -> None:
        """A horizontal line, as mail programs write it in text."""
        self.block()
        self._put(_RULE)
        self.block()

    def row(self, cells: list[str]) -> None:
        """A row of a table: short cells side by side, parted by tabs; else one after the other."""
        cells = [cell for cell in cells if cell.strip()]
        if not cells:
            return
        self.block()
        self._end_paragraph()
        beside = all("\n" not in cell and len(cell) <= _LONGEST_CELL for cell in cells)
        lines = ["\t".join(cells)] if beside else "\n".join(cells).split("\n")
        prefix = self._prefix()
        self._lines.extend((prefix + line).rstrip() for line in lines)

    def quote(self, step: int) -> None:
        """Opens (+1) or closes (-1) a quoted passage."""
        if self._line:
            self._flush()
        if step > 0:
            self._end_paragraph()
        self._depth = max(0, self._depth + step)

    def mark(self) -> None:
        """Remembers this place for `since_mark`."""
        self._mark = (len(self._lines), len(self._line))

    def since_mark(self) -> str:
        """What was written since the mark."""
        lines, pieces = self._mark
        if lines == len(self._lines):
            return "".join(self._line[pieces:])
        return "\n".join([*self._lines[lines:], "".join(self._line)])

    def text(self) -> str:
        """The page, without empty lines at its ends and never more than one in a row."""
        if self._line:
            self._flush()
        return re.sub(r"\n{3,}", "\n\n", "\n".join(self._lines)).strip("\n")
