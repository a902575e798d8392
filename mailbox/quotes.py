"""Each line of a text labelled body, quote or forward."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from klimapartner.mailbox.lines import Line
from klimapartner.mailbox.phrases import TABLES, literal
from klimapartner.mailbox.quote_marks import Mark, find_mark

_SUBJECT_KIND = re.compile(
    rf"[\s\[(]*(?:(?P<forward>{literal(TABLES['subject_prefix']['forward'])})|"
    rf"(?P<reply>{literal(TABLES['subject_prefix']['reply'])}))(?:\[\d{{1,3}}\]|\(\d{{1,3}}\))?\s?[:：]"
)
_LONG_LINE = 55
_ENDINGS = (".", "!", "?", ":", ";")


def is_forward(subject: str) -> bool:
    """Whether the outermost prefix of a subject says that a mail is passed on (WG:, Fwd:, TR:, RV:, ENC:)."""
    match = _SUBJECT_KIND.match(subject[:200].casefold())
    return match is not None and match.lastgroup == "forward"


def names_own(sender: str, own: tuple[str, ...]) -> bool:
    """Whether a sender line names one of our addresses or names."""
    return any(re.search(rf"(?<!\w){re.escape(word.casefold())}(?!\w)", sender) for word in own if word.strip())


@dataclass(frozen=True, slots=True)
class Labels:
    """A label a line; whether its words are our own; whether a mark says who wrote them."""

    kinds: list[str]
    ours: list[bool]
    signed: list[bool]


class _Labeller:
    """Walks down the lines; `lasting` is whose words the rest of the mail is, until a mark says otherwise."""

    def __init__(self, lines: Sequence[Line], own: tuple[str, ...], *, forwards: bool) -> None:
        self.lines, self.own, self.forwards = lines, own, forwards
        self.labels = [""] * len(lines)
        self.ours = [False] * len(lines)
        self.signed = [False] * len(lines)
        self.lasting, self.base, self.lasting_ours, self.lasting_signed = "body", 0, False, False

    def run(self) -> None:
        at = 0
        while at < len(self.lines):
            line = self.lines[at]
            if line.depth < self.base and not line.blank:
                self.lasting, self.base, self.lasting_ours, self.lasting_signed = "body", 0, False, False
            mark = find_mark(self.lines, at) if line.depth <= self.base else None
            if mark:
                at = self._enter(mark)
            elif line.depth > self.base:
                at = self._quoted_run(at, Mark("run", at, at - 1))
            else:
                self._label(at, at + 1, self.lasting, ours=self.lasting_ours)
                at += 1

    def _label(self, start: int, end: int, label: str, *, ours: bool) -> None:
        for index in range(start, end):
            self.labels[index], self.ours[index], self.signed[index] = label, ours, self.lasting_signed

    def _enter(self, mark: Mark) -> int:
        after = mark.last + 1
        quoted = self._next_depth(after) > self.base
        if quoted and mark.kind in ("attribution", "block"):
            return self._quoted_run(mark.first, mark)
        ours = names_own(mark.sender, self.own)
        label = self._whose(mark, ours=ours)
        self.lasting, self.lasting_ours, self.lasting_signed = label, ours, bool(mark.sender)
        self._label(mark.first, after, label, ours=ours)
        if quoted:
            self.base += 1
        return after

    def _whose(self, mark: Mark, *, ours: bool) -> str:
        if ours or self.lasting == "quote":
            return "quote"
        passed_on = self.lasting == "forward" or mark.kind == "forward"
        by_subject = self.forwards and mark.kind in ("block", "attribution", "run")
        return "forward" if passed_on or by_subject else "quote"

    def _next_depth(self, at: int) -> int:
        for index in range(at, min(at + 3, len(self.lines))):
            if not self.lines[index].blank:
                return self.lines[index].depth
        return 0

    def _quoted_run(self, start: int, mark: Mark) -> int:
        """A stretch of lines with `>`, its attribution before it, and what the wrapping of lines broke off."""
        end = mark.last + 1
        while end < len(self.lines) and (self._quoted(end) or self._torn(end) or self._gap(end)):
            end += 1
        inner = mark if mark.sender else self._inner_mark(start, end) or mark
        ours = names_own(inner.sender, self.own)
        self._label(start, end, self._whose(inner, ours=ours), ours=ours)
        if inner.sender:
            self.signed[start:end] = [True] * (end - start)
        return end

    def _quoted(self, at: int) -> bool:
        return self.lines[at].depth > self.base

    def _gap(self, at: int) -> bool:
        """Blank lines between quoted ones."""
        line = self.lines[at]
        return line.blank and self._next_depth(at + 1) > self.base

    def _torn(self, at: int) -> bool:
        """The end of a long quoted line that a mail program wrapped without quoting it again."""
        if at + 1 >= len(self.lines) or at == 0:
            return False
        before, line, after = self.lines[at - 1], self.lines[at], self.lines[at + 1]
        open_end = before.depth > self.base and len(before.bare) >= _LONG_LINE and not before.bare.endswith(_ENDINGS)
        small = line.bare[:1].islower() or not before.bare.endswith(",")
        return open_end and small and not line.blank and len(line.bare) < _LONG_LINE and after.depth == before.depth

    def _inner_mark(self, start: int, end: int) -> Mark | None:
        """The mark among the first quoted lines that says who wrote them."""
        return next((mark for at in range(start, min(start + 3, end)) if (mark := find_mark(self.lines, at))), None)


def label_quotes(lines: Sequence[Line], *, own: tuple[str, ...] = (), forwards: bool = False) -> Labels:
    """Labels for the lines of a mail; what we wrote ourselves (`own`) comes back to us and is always a quote."""
    labeller = _Labeller(lines, own, forwards=forwards)
    labeller.run()
    return Labels(labeller.labels, labeller.ours, labeller.signed)
