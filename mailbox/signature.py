"""Where the letter ends and the signature begins."""

import re
from collections.abc import Sequence

from klimapartner.mailbox.disclaimer import is_footer, is_frame, is_notice, paragraphs
from klimapartner.mailbox.lines import Line
from klimapartner.mailbox.phrases import TABLES, any_of

_CLOSING = re.compile(any_of(TABLES["closing"]["patterns"]))
_ONLY_CLOSING = re.compile(any_of(TABLES["closing"]["alone"]) + r"[,.! ]*$")
_BY_ORDER = re.compile(r"(?:i\. ?[av]\.|gez\.|p\. ?o\.) ?\w")
_OFFICE = re.compile(any_of(TABLES["closing"]["offices"]))
_WEAK = re.compile(any_of(TABLES["closing"]["weak"]))
_POSTSCRIPT = re.compile(any_of(TABLES["closing"]["postscript"]))
_DELIMITER = re.compile(r"(?:-{2,3}|[—–]{1,3}|_{2,40}|—{3,20})$")
_CONTACT = re.compile(
    r"\+\d{2}[\d ()/\-]{5,}|\b0\d{2,5}[ /)\-–.]{0,3}\d{2,}|\(0\d+\)|\S@\S+\.\w|\bwww\.|https?://|\b\d{5} [A-ZÄÖÜ]\w|"
    r"\b(?:tel|fon|phone|telefon|mobil|fax|tél|móvil|telefone)\b",
    re.IGNORECASE,
)
_DASHED_NAME = re.compile(r"[-–—]{1,2}[A-ZÀ-Þ][^\W\d_]+(?: [A-ZÀ-Þ][\w.]*){0,2}$")
_SENTENCE = re.compile(r"\w{2,}[.!?]$")
_ABBREVIATED = re.compile(r"(?:str|e\.v|a\.d|st|b\.sc|m\.a|m\.sc|phil|nat|pol|tel|ing|inc|ltd)\.$", re.IGNORECASE)
_NAME_LINE = re.compile(
    r"(?:(?:i\. ?[avAV]\.|gez\.|Ihre?) ?)?(?:[A-ZÀ-Þ][\w'’.\-]*|von|van|de|da|do|dos|der|zu|el|la|y|e|und|and|i\.|a\.)"
    r"(?: (?:[A-ZÀ-Þ][\w'’.\-]*|von|van|de|da|do|dos|der|zu|el|la|y|e|und|and)){0,5}(?:$| ?[,|/·(\-–] ?)"
)

_SMILEYS = re.compile(r"(?: ?(?:[:;]-?[)D]|[\u2190-\u2bff\ufe0f\U0001f000-\U0001faff]))+$")
# A line of a form typed by hand ("Wunschregion: Lateinamerika", "4. Partnerkommune: entfällt"), unless its label is one
# of a signature.
_FIELD = re.compile(
    r"(?:\(?\d{1,2}[.):]{0,2} +|[a-z]\) +|[-–•*] +)?(?P<label>[^\W\d_][\w /.()&-]{2,48}?)(?: ?:| ?\.{4,}|\?) +\S"
)
_SIGNED_FIELD = re.compile(
    r"(?:tel|fon|phone|mobil|handy|fax|e-?mail|mail|web|www|internet|home|adress|anschrift|ansprech|kontakt|contact|durchwahl"
    r"|zimmer|raum|b[üu]ro|sprech|[öo]ffnung|zeichen|az\b|bearbeit|amt|fach|abteilung|sachgebiet|referat|dienst|post|haus"
    r"|besuch|sitz|hausanschrift|ust|steuer|konto|bank|iban|register|vertret|gesch[äa]ft|vorstand|vorsitz)",
    re.IGNORECASE,
)
FEWEST_FIELDS = 2
CLOSING_LENGTH = 90
MAX_LINES = 30
MAX_LINE = 110


def signature_start(lines: Sequence[Line], start: int, end: int, sender: str = "") -> int:
    """The first line of the signature in `lines[start:end]`, `end` where there is none.

    The closing formula belongs to the letter. `sender` is the display name of From: a last paragraph that begins with
    it is a signature also without a closing formula.
    """
    delimited = _delimited(lines, start, end)
    end_of_letter = end if delimited is None else delimited
    closing = _closing(lines, start, end_of_letter)
    if closing is not None:
        return closing
    begin = _dashed_name(lines, start, end_of_letter)
    if delimited is None or _only_notices(lines, delimited + 1, end):
        begin = min(begin, _unclosed(lines, start, end_of_letter, sender))
    return begin


def _only_notices(lines: Sequence[Line], start: int, end: int) -> bool:
    return all(is_frame(lines[block[0]]) or _only_notice(lines, block) for block in paragraphs(lines, start, end))


def _dashed_name(lines: Sequence[Line], start: int, end: int) -> int:
    """A last paragraph that is a dash and a name ("—Ryan"), and no item of a list."""
    blocks = [block for block in paragraphs(lines, start, end) if not _only_notice(lines, block)]
    if len(blocks) < 2:
        return end
    (above, before), (first, last) = blocks[-2:]
    listed = any(line.bare[:1] in "-–—" or line.bare.endswith(":") for line in lines[above:before])
    return first if last == first + 1 and not listed and _DASHED_NAME.match(lines[first].bare) else end


def _delimited(lines: Sequence[Line], start: int, end: int) -> int | None:
    """The last "-- " line with little after it (RFC 3676, 4.3)."""
    for index in range(end - 1, max(start, end - MAX_LINES) - 1, -1):
        if _DELIMITER.match(lines[index].bare) and (index > start or start > 0):
            return index if _short(lines, index + 1, end) else None
    return None


def _short(lines: Sequence[Line], start: int, end: int) -> bool:
    return sum(line.end - line.start for line in lines[start:end]) < 2500


def _closing(lines: Sequence[Line], start: int, end: int) -> int | None:
    """Behind the first closing line after which only signature follows; the first line of all is a salutation."""
    full = [index for index in range(start, end) if not lines[index].blank]
    for index in full[1:][-MAX_LINES:]:
        key = _SMILEYS.sub("", lines[index].key)
        if len(key) > CLOSING_LENGTH or not (_CLOSING.match(key) or _WEAK.match(key)):
            continue
        after = [at for at in full if at > index]
        if after and _signs(lines, after, weak=not _CLOSING.match(key)):
            return _past_closings(lines, after)
    return None


def _past_closings(lines: Sequence[Line], after: Sequence[int]) -> int | None:
    """Closings of several lines ("Mit freundlichen Grüßen / i. A.") stay whole."""
    return next((index for index in after if not _ONLY_CLOSING.match(lines[index].key)), None)


def _signs(lines: Sequence[Line], after: Sequence[int], *, weak: bool) -> bool:
    """Whether what follows a closing looks like a signature: short lines, no sentences but a postscript or a notice."""
    prose = 0
    for first, last in paragraphs(lines, after[0], after[-1] + 1):
        block = lines[first:last]
        if is_frame(block[0]) or is_notice(" ".join(line.key for line in block[:8])) or _POSTSCRIPT.match(block[0].key):
            return True
        prose += sum(_is_prose(line) for line in block)
    return prose == 0 if weak else prose <= 2


def _is_prose(line: Line) -> bool:
    if is_footer(line) or (len(line.bare) < MAX_LINE and _CONTACT.search(line.bare)):
        return False
    long = len(line.bare) > MAX_LINE
    return long or (
        bool(_SENTENCE.search(line.bare)) and not _ABBREVIATED.search(line.bare) and line.bare.count(" ") >= 3
    )


def _unclosed(lines: Sequence[Line], start: int, end: int, sender: str) -> int:
    """A last paragraph of short lines that begins with a name and holds a sign of an office."""
    blocks = [b for b in paragraphs(lines, start, end) if not _only_notice(lines, b)]
    if not blocks:
        return end
    first, last = blocks[-1]
    after = next((at + 1 for at in range(last - 1, first - 1, -1) if _continues(lines, at, last)), first)
    after = max(after, _past_form(lines, first, last))
    begin = next((at for at in range(after, last) if _names(lines[at], sender)), None)
    if begin is None:
        begin = _small_name(lines, after, last)
    if begin is None or last - begin > MAX_LINES or (len(blocks) == 1 and begin == first):
        return end
    return begin if _proves(lines, begin, last, sender) else end


def _past_form(lines: Sequence[Line], first: int, last: int) -> int:
    """The line after the last field of a form in a paragraph; its first line where it holds no form."""
    fields = [at for at in range(first, last) if _is_field(lines[at])]
    return fields[-1] + 1 if len(fields) >= FEWEST_FIELDS else first


def _is_field(line: Line) -> bool:
    field = _FIELD.match(line.bare)
    return field is not None and not _SIGNED_FIELD.search(field["label"])


def _proves(lines: Sequence[Line], begin: int, last: int, sender: str) -> bool:
    """A way to be reached, the sender's own name, a signing by order, or an office held."""
    line, block = lines[begin], lines[begin:last]
    named = _shares(line.key, sender) or bool(_BY_ORDER.match(line.key))
    held = len(block) <= 4 and all(len(x.bare) < 60 for x in block) and any(_OFFICE.search(x.key) for x in block)
    return named or held or any(_CONTACT.search(x.bare) for x in block)


def _small_name(lines: Sequence[Line], after: int, last: int) -> int | None:
    """A name in small letters ("w. meier, buergermeister") right before a telephone number."""
    for at in range(max(after, last - 4), last):
        words = lines[at].key.split(",")[0].split()
        short = len(words) <= 3 and len(lines[at].bare) < 50 and not any(char.isdigit() for char in lines[at].bare)
        if short and at + 1 < last and any(_CONTACT.search(line.bare) for line in lines[at + 1 : last]):
            return at
    return None


def _names(line: Line, sender: str) -> bool:
    return line.depth == 0 and bool(_shares(line.key, sender) or _NAME_LINE.match(line.bare))


def _continues(lines: Sequence[Line], at: int, last: int) -> bool:
    """Whether a line is prose or runs on into the next one."""
    line = lines[at]
    if _is_prose(line):
        return True
    return at + 1 < last and len(line.bare) > 45 and lines[at + 1].bare[:1].islower()


def _only_notice(lines: Sequence[Line], block: tuple[int, int]) -> bool:
    part = lines[block[0] : block[1]]
    return is_notice(" ".join(line.key for line in part[:8])) or all(is_footer(line) for line in part)


def _shares(key: str, sender: str) -> bool:
    """Whether a line of at most some words holds a name of the sender, "ü" and "ue" being the same."""
    words = {word for word in _NAMES.findall(_spelled(sender)) if word not in _COMMON}
    return len(key) < 120 and bool(words & set(_NAMES.findall(_spelled(key))))


def _spelled(text: str) -> str:
    return text.casefold().translate(_UMLAUTS)


_NAMES = re.compile(r"\w{3,}")
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
_COMMON = frozenset(TABLES["closing"]["no_names"])


def postscript(lines: Sequence[Line], start: int, end: int) -> list[tuple[int, int]]:
    """Paragraphs behind the closing that the sender wrote all the same."""
    return [(a, b) for a, b in paragraphs(lines, start, end) if _POSTSCRIPT.match(lines[a].key)]
