"""Where the words of another begin: header blocks, attribution lines, rules and forward marks."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from klimapartner.mailbox.lines import Line
from klimapartner.mailbox.phrases import TABLES, any_of, literal

_LABELS = TABLES["labels"]
_LABEL = re.compile(
    r"[*_]{0,2}(?:"
    + "|".join(f"(?P<{kind}>{literal(words)})" for kind, words in _LABELS.items())
    + r")[*_]{0,2} ?:[*_]{0,2}(?: |$|[^/\s])"
)
_LABEL_INSIDE = re.compile(
    r"(?<=[ *>\]])[*_]{0,2}(?:" + literal(w for k in _LABELS for w in _LABELS[k]) + r")[*_]{0,2} ?:[ *]"
)
_RULE = re.compile(r"(?:[_\-=*]{3,}|[—–]{2,}) ?$")
_MARKED = r"(?:[-_=*~]{2,20}|[—–]{1,20}) ?"
_ORIGINAL = re.compile(rf"{_MARKED}{any_of(TABLES['original']['words'])} ?:? ?[-_=*—–~]")
_FORWARDED = re.compile(
    rf"(?:{_MARKED}{any_of(TABLES['forwarded']['words'])} ?:? ?[-_=*—–~]|{any_of(TABLES['forwarded']['lines'])}$)"
)
_ABOVE = re.compile(rf"[-#=*_ ~]{{0,20}}{any_of(TABLES['reply_above']['words'])}")

_VERB = literal(TABLES["wrote"]["verbs"])
_STARTS = re.compile(rf"[\W_]{{0,6}}{literal(TABLES['wrote']['starts'])}\b")
_QUOTING = re.compile(rf"{literal(TABLES['wrote']['quoting'])} .{{1,200}}: ?$")
_ENDS_WROTE = re.compile(rf"\b{_VERB}(?: ?:| -{{2,}}|)$")
_WROTE = re.compile(rf"(?<!\w){_VERB}(?!\w)")
_DATED = re.compile(
    r"\b(?:19|20)\d\d\b|\b\d{1,2}[:.h]\d\d\b|\d{1,2}[./\-]\d{1,2}[./\-]\d{2,4}|<[^>]{0,80}@|\[mailto:|\(?\S{1,60}@\S{1,60}"
)
_DATE_THEN_SENDER = re.compile(
    r"(?:\d{1,4}[-./]\d{1,2}[-./]\d{1,4}|\d{1,2}:\d\d(?: ?[ap]m)?|\w{2,10}\.?, \d{1,2}).{0,60}[\s,\"]"
    r"<[^>@]{1,80}@[^>]{1,80}>(?:<mailto:[^>]{1,90}>)?>? ?:$"
)
_DAY_FIRST = re.compile(r"\w{2,12}\.?,? \d{1,2}\.? \w{3,12}\.? (?:19|20)\d\d\b")
_GMAIL_DATE = re.compile(
    r"20\d\d(?:-\d\d-\d\d \d{1,2}:\d\d gmt[+-]\d{1,2}(?::\d\d)? [^:]{3,80}:?|"
    r"/\d{1,2}/\d{1,2} [^:<]{2,60}<[^>:]{1,80}@[^>:]{1,80}>)$"
)
_MAX_HEADER_LINES = 14
_MAX_WRAPPED = 4


@dataclass(frozen=True, slots=True)
class Mark:
    """Lines `first` to `last` (inclusive) that say: here another speaks. `sender` is whom they name, case-folded.

    `kind` is block (header lines or a rule), forward (a mark of forwarding), attribution ("X wrote:") or above
    ("please reply above this line").
    """

    kind: str
    first: int
    last: int
    sender: str = ""


def find_mark(lines: Sequence[Line], at: int) -> Mark | None:
    """The mark that begins at this line, if one does."""
    line = lines[at]
    if line.blank:
        return None
    if _ABOVE.match(line.key):
        return Mark("above", at, at)
    return _ruled(lines, at) or _headers(lines, at, 3) or _attribution(lines, at)


def _ruled(lines: Sequence[Line], at: int) -> Mark | None:
    """A rule or a worded rule, with the header lines that follow it."""
    key = lines[at].key
    forward, original = _FORWARDED.match(key), _ORIGINAL.match(key)
    if not (forward or original or _RULE.match(key)):
        return None
    block = _headers(lines, _next_full(lines, at + 1), 2)
    last, sender = (block.last, block.sender) if block else (at, key)
    if forward:
        return Mark("forward", at, last, sender)
    return Mark("block", at, last, sender) if original or block else None


def _next_full(lines: Sequence[Line], at: int) -> int:
    for index in range(at, min(at + 3, len(lines))):
        if not lines[index].blank:
            return index
    return len(lines)


def _headers(lines: Sequence[Line], at: int, least: int) -> Mark | None:
    """A run of reply headers with at least so many different labels, a sender or a date of sending among them."""
    if at >= len(lines) or not _opens(lines[at].key):
        return None
    found: dict[str, str] = {}
    last, label, gap = at, "", 0
    for index in range(at, min(at + _MAX_HEADER_LINES, len(lines))):
        line = lines[index]
        match = None if line.blank else _LABEL.match(line.key)
        if match:
            label, last, gap = match.lastgroup or "", index, 0
            found.setdefault(label, line.key)
            _inside(line.key, found)
        elif label == "from" and gap == 0 and not line.blank and len(found) < 3:
            found["from"] += " " + line.key
            gap += 1
        else:
            gap += 1
        if gap > 2:
            break
    last = _wrapped_end(lines, last, label)
    return Mark("block", at, last, found.get("from", "")) if _complete(found, least) else None


def _opens(key: str) -> bool:
    match = _LABEL.match(key)
    return match is not None and match.lastgroup in ("from", "sent", "subject")


def _inside(key: str, found: dict[str, str]) -> None:
    """Headers that a conversion has run together on one line."""
    for match in _LABEL_INSIDE.finditer(key):
        inner = _LABEL.match(key[match.start() :])
        if inner and inner.lastgroup:
            found.setdefault(inner.lastgroup, key[match.start() :])


def _wrapped_end(lines: Sequence[Line], last: int, label: str) -> int:
    """A long list of recipients or a subject goes on in the next line."""
    following = last + 1
    if label == "to" and following < len(lines) and "@" in lines[following].key and len(lines[last].key) > 60:
        return following
    return last


def _complete(found: dict[str, str], least: int) -> bool:
    kinds = set(found)
    spoken = "from" in kinds and bool(kinds & {"sent", "subject", "to"})
    return len(kinds) >= least and (spoken or {"sent", "to", "subject"} <= kinds)


def _attribution(lines: Sequence[Line], at: int) -> Mark | None:
    """ "Am 9.2.2022 um 11:20 schrieb X <x@y>:", also wrapped over a few lines."""
    if not _may_attribute(lines[at].key):
        return None
    joined = ""
    for index in range(at, min(at + _MAX_WRAPPED, len(lines))):
        line = lines[index]
        if line.blank or line.depth != lines[at].depth:
            return None
        joined = f"{joined} {line.key}".strip()
        if len(joined) > 360:
            return None
        if _attributes(joined, quoted=_quote_follows(lines, index)):
            return Mark("attribution", at, index, joined)
        if joined.endswith((".", "!", "?")) and not _WROTE.search(joined):
            return None
    return None


def _may_attribute(key: str) -> bool:
    return bool(
        _STARTS.match(key)
        or _WROTE.search(key)
        or key.endswith(":")
        or "@" in key
        or _DATED.match(key)
        or _DAY_FIRST.match(key)
    )


def _attributes(joined: str, *, quoted: bool) -> bool:
    if _QUOTING.match(joined) and ("@" in joined or quoted):
        return True
    if _DATE_THEN_SENDER.search(joined) or _GMAIL_DATE.match(joined):
        return True
    if not joined.endswith((":", "-")) and not _ENDS_WROTE.search(joined):
        return False
    if not _WROTE.search(joined):
        return False
    return bool(_DATED.search(joined)) or quoted


def _quote_follows(lines: Sequence[Line], at: int) -> bool:
    following = _next_full(lines, at + 1)
    return following < len(lines) and lines[following].depth > lines[at].depth
