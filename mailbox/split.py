"""A mail's text told apart: what the sender wrote, what was quoted, passed on, signed and appended."""

import re
from collections.abc import Sequence

from klimapartner.mailbox.disclaimer import body_runs, is_footer, label_banner, label_footers, label_frames, label_rows
from klimapartner.mailbox.lines import Line, cut_lines
from klimapartner.mailbox.message import Part
from klimapartner.mailbox.own_text import label_own_text
from klimapartner.mailbox.quotes import Labels, is_forward, label_quotes
from klimapartner.mailbox.signature import postscript, signature_start

_LITTLE = 2
_POINTING = re.compile(
    r"\b(?:unten|s\. ?u\.|untenstehend\w*|nachfolgend\w*|nachstehend\w*|folgend\w*|below|ci-dessous|ci-après|abajo|"
    r"siguiente|abaixo|a seguir|z\. ?k\.|zur kenntnis|fyi|zur info\w*|pour information|para su conocimiento)\b"
)
_LETTERS = re.compile(r"[^\W\d_]{2,}")
_SALUTATION = re.compile(
    r"(?:hallo|guten|sehr geehrte|liebe|lieber|moin|hi\b|hello|dear|"
    r"bonjour|hola|estimad|bom dia|boa tarde|prezad|servus|grüß gott).{0,60}[,!:]?$"
)


def split_body(text: str, subject: str = "", own: tuple[str, ...] = (), sender: str = "") -> list[Part]:
    """The parts of a body: kinds body, quote, forward, signature, disclaimer; every character but blanks is in one.

    `subject` tells a forward from a reply. `own` (our addresses and names, and sentences of what we send out) tells
    what we wrote ourselves, which is always a quote. `sender` (the display name of From) helps to find the signature.
    Offsets are relative to `text`.
    """
    lines = cut_lines(text)
    quotes = label_quotes(lines, own=own, forwards=is_forward(subject))
    labels = quotes.kinds
    label_own_text(text, lines, quotes, own)
    label_banner(lines, labels)
    label_frames(lines, labels)
    _label_below_footer(lines, quotes, "forward" if is_forward(subject) else "quote")
    _keep_whole(lines, quotes)
    closed = _label_signatures(lines, labels, sender)
    label_footers(lines, labels, closed=closed)
    label_rows(lines, labels)
    return _parts(text, lines, labels)


def _label_below_footer(lines: Sequence[Line], quotes: Labels, kind: str) -> None:
    """A second letter below the footer of a phone is the answered one: some phones quote it without any mark."""
    for start, end in body_runs(quotes.kinds):
        footer = next((index for index in range(start, end) if is_footer(lines[index])), end)
        below = next((index for index in range(footer + 1, end) if not lines[index].blank), end)
        written = sum(_words(line) for line in lines[start:footer])
        if written > _LITTLE and below < end and _SALUTATION.match(lines[below].key):
            quotes.kinds[below:end] = [kind] * (end - below)


def _keep_whole(lines: Sequence[Line], quotes: Labels) -> None:
    """Where the cut leaves little or nothing, what is not our own text counts: as passed on, or as the sender's."""
    own_lines = [line for line, kind in zip(lines, quotes.kinds, strict=True) if kind in ("body", "forward")]
    words = sum(_words(line) for line in own_lines)
    pointing = words < 15 and any(_POINTING.search(line.key) for line in own_lines)
    if words > _LITTLE and not pointing:
        return
    for index, kind in enumerate(quotes.kinds):
        if kind == "quote" and not quotes.ours[index]:
            quotes.kinds[index] = "forward" if quotes.signed[index] else "body"


def _words(line: Line) -> int:
    return 0 if _SALUTATION.match(line.key) else len(_LETTERS.findall(line.bare))


def _label_signatures(lines: Sequence[Line], labels: list[str], sender: str) -> int:
    """Labels the signature of each stretch of own text; says behind which line the last letter is closed."""
    closed = len(lines)
    runs = [run for run in body_runs(labels) if any(not line.blank for line in lines[run[0] : run[1]])]
    for start, end in runs:
        letter = _before_notice(lines, labels, start, end)
        begin = signature_start(lines, start, letter, sender)
        if begin >= letter:
            continue
        labels[begin:end] = ["signature" if label == "body" else label for label in labels[begin:end]]
        for first, last in postscript(lines, begin, end):
            labels[first:last] = ["body"] * (last - first)
        closed = min(closed, begin)
    return closed


def _before_notice(lines: Sequence[Line], labels: Sequence[str], start: int, end: int) -> int:
    """Where the first notice below words of the sender begins."""
    first = next((at for at in range(start, end) if labels[at] == "body" and not lines[at].blank), end)
    return next((at for at in range(first, end) if labels[at] == "disclaimer"), end)


def _parts(text: str, lines: Sequence[Line], labels: Sequence[str]) -> list[Part]:
    parts: list[Part] = []
    for line, label in zip(lines, labels, strict=True):
        start, end = _trimmed(text, line)
        if start == end:
            continue
        if parts and parts[-1].kind == label:
            parts[-1] = Part(label, parts[-1].start, end)
        else:
            parts.append(Part(label, start, end))
    return parts


def _trimmed(text: str, line: Line) -> tuple[int, int]:
    raw = text[line.start : line.end]
    left = len(raw) - len(raw.lstrip())
    return line.start + left, line.start + max(left, len(raw.rstrip()))
