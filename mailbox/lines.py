"""A text cut into lines that know their offsets and their depth of `>` quoting."""

import re
from dataclasses import dataclass, replace
from itertools import pairwise

LOOK = 400
"""Code points of a line that the rules look at; what marks a line stands at its beginning."""

_BLANKS = dict.fromkeys(map(ord, "\u00a0\u2007\u202f\u200b\u200c\u200d\u2060\ufeff\u00ad\t\r\v\f\x00"), " ")
_PREFIX = re.compile(r" {0,3}((?:> ?)*)")
_SPACES = re.compile(r" {2,}")
_INNER_MARK = re.compile(
    r"(?<=[^\s\-_>])[ ]{0,3}(?=-{4,10} ?"
    r"(?:Urspr.ngliche|Original|Message d.origine|Mensaje original|Mensagem original))"
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line: `text[start:end]` without its line end.

    `depth` counts the quote marks before it, `bare` is its beginning without them and with single blanks, `key` is
    that case-folded.
    """

    start: int
    end: int
    depth: int
    bare: str
    key: str

    @property
    def blank(self) -> bool:
        return not self.bare


def cut_lines(text: str) -> list[Line]:
    """The lines of a text, in order; a mark of an answered mail inside a line (lost line ends) begins a new one."""
    lines: list[Line] = []
    start = 0
    for raw in text.split("\n"):
        lines.extend(_line(raw[a:b], start + a) for a, b in pairwise(_cuts(raw)))
        start += len(raw) + 1
    return [_unquoted(line, before) for before, line in zip([None, *lines], lines, strict=False)]


def _unquoted(line: Line, before: Line | None) -> Line:
    """A ">" that closes the address of the line before is no quote mark."""
    torn = before and line.depth == before.depth + 1 and len(line.key) < 30 and line.key.endswith(":")
    if torn and before and before.bare.rfind("<") > before.bare.rfind(">"):
        return replace(line, depth=before.depth, bare=">" + line.bare, key=">" + line.key)
    return line


def _cuts(raw: str) -> list[int]:
    inner = [match.end() for match in _INNER_MARK.finditer(raw)] if "----" in raw else []
    return [0, *inner, len(raw)]


def _line(raw: str, start: int) -> Line:
    flat = raw.translate(_BLANKS)
    mark = _PREFIX.match(flat)
    depth = mark.group(1).count(">") if mark else 0
    rest = flat[mark.end() if mark else 0 :].strip()[:LOOK]
    bare = _SPACES.sub(" ", rest)
    return Line(start, start + len(raw), depth, bare, bare.casefold())
