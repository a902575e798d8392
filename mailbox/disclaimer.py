"""Text that no sender wrote: banners, phone footers, confidentiality notices, list and gateway footers."""

import re
import tomllib
from collections.abc import Iterator, Sequence
from itertools import pairwise, takewhile
from pathlib import Path

from klimapartner.mailbox.lines import Line
from klimapartner.mailbox.phrases import any_of

_TABLES = tomllib.loads(Path(__file__).with_name("disclaimers.toml").read_text(encoding="utf-8"))
_FOOTER = re.compile(any_of(_TABLES["footer"]["lines"]) + r"$")
_BANNER = re.compile(any_of(_TABLES["banner"]["lines"]))
_BANNER_MORE = re.compile(_TABLES["banner"]["more"])
_NOTICE = re.compile(any_of(_TABLES["notice"]["starts"]))
_LIST_RULE = re.compile(r"_{30,}$")
_FRAME_ROW = re.compile(r"(?:\*{8,}|(?:\* ){8,}\*?|#{8,}|={8,}|~{8,})$")
_ROW = re.compile(r"[-_*#=~+—–] ?(?:[-_*#=~+—–] ?)*$")
_ATTACHED = re.compile(r"(?:<<[^<>]{1,150}>> ?)+$")
_FRAME = " *_-<>[]()|~#\"'„“"


def label_banner(lines: Sequence[Line], labels: list[str]) -> None:
    """Marks the banner of a gateway among the first full lines."""
    at = _next_full(lines, 0)
    while at < min(len(lines), 12) and _is_banner(lines[at]):
        labels[at] = "disclaimer"
        at += 1
        while at < len(lines) and not lines[at].blank and _BANNER_MORE.match(lines[at].key) and at < 8:
            labels[at] = "disclaimer"
            at += 1
        at = _next_full(lines, at)


def _is_banner(line: Line) -> bool:
    return bool(_BANNER.match(line.key)) or bool(_BANNER.match(line.key.strip(_FRAME)))


def _next_full(lines: Sequence[Line], at: int) -> int:
    while at < len(lines) and lines[at].blank:
        at += 1
    return at


def label_frames(lines: Sequence[Line], labels: list[str]) -> None:
    """Marks notices that a gateway put between two rows of signs, rows included, where own text stands before them."""
    for start, end in body_runs(labels):
        rows = [index for index in range(_next_full(lines, start) + 1, end) if _FRAME_ROW.match(lines[index].bare)]
        for first, last in pairwise(rows):
            block = [line.key for line in lines[first + 1 : last] if not line.blank]
            if block and is_notice(" ".join(block[:8])):
                labels[first : last + 1] = ["disclaimer"] * (last + 1 - first)


def label_footers(lines: Sequence[Line], labels: list[str], *, closed: int) -> None:
    """Marks phone footers anywhere, and notices after line `closed` (where the letter ends) to the end of their run."""
    for start, end in body_runs(labels):
        for index in range(start, end):
            if is_footer(lines[index]):
                labels[index] = "disclaimer"
        _label_notices(lines, labels, start, end, closed)


def is_footer(line: Line) -> bool:
    """Whether the whole line is a footer of a phone or mail program, or the place of an attachment in rich text."""
    short = len(line.bare) < 240
    return short and bool(_FOOTER.match(line.key.strip(_FRAME)) or _ATTACHED.match(line.bare))


def label_rows(lines: Sequence[Line], labels: list[str]) -> None:
    """Marks rows of signs that close the sender's text, or follow a notice at its head."""
    for start, end in body_runs(labels):
        full = [index for index in range(start, end) if not lines[index].blank]
        orders = [full, full[::-1]] if full and labels[full[0]] == "disclaimer" else [full[::-1]]
        for order in orders:
            for index in takewhile(lambda at: labels[at] != "body" or _ROW.match(lines[at].bare), order):
                labels[index] = "disclaimer" if labels[index] == "body" else labels[index]


def is_frame(line: Line) -> bool:
    """Whether a line is a row of signs as gateways draw them around their notices."""
    return bool(_FRAME_ROW.match(line.bare))


def is_notice(paragraph: str) -> bool:
    """Whether a case-folded paragraph begins like a confidentiality or privacy notice."""
    return bool(_NOTICE.match(paragraph[:400].lstrip(_FRAME.replace("_", "").replace("-", ""))))


def _label_notices(lines: Sequence[Line], labels: list[str], start: int, end: int, closed: int) -> None:
    """From the first notice on; before the letter is closed a notice is its own paragraph only."""
    lasting = False
    for first, last in paragraphs(lines, start, end):
        text = " ".join(line.key for line in lines[first:last][:8])
        notice = is_notice(text)
        if notice or lasting:
            labels[first:last] = ["disclaimer"] * (last - first)
            lasting = lasting or first >= closed
        else:
            _label_glued(lines, labels, first, last, closed)


def _label_glued(lines: Sequence[Line], labels: list[str], first: int, last: int, closed: int) -> None:
    """A notice that follows the signature without a blank line."""
    for index in range(max(first, closed), last):
        line = lines[index]
        if (len(line.bare) > 50 and is_notice(line.key)) or _LIST_RULE.match(line.key):
            labels[index:last] = ["disclaimer"] * (last - index)
            return


def body_runs(labels: Sequence[str]) -> list[tuple[int, int]]:
    """The stretches of lines that are the sender's own (body, signature or blank)."""
    runs: list[tuple[int, int]] = []
    start: int | None = None
    for index, label in enumerate([*labels, "quote"]):
        own = label in ("body", "signature", "disclaimer")
        if own and start is None:
            start = index
        if not own and start is not None:
            runs.append((start, index))
            start = None
    return runs


def paragraphs(lines: Sequence[Line], start: int, end: int) -> Iterator[tuple[int, int]]:
    """The paragraphs between two lines as (first, behind the last)."""
    first: int | None = None
    for index in range(start, end):
        if lines[index].blank:
            if first is not None:
                yield first, index
            first = None
        elif first is None:
            first = index
    if first is not None:
        yield first, end
