"""The block under a letter: who signs, as what, and with which phone."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from klimapartner.intents.letter_lines import Line, closing_end
from klimapartner.intents.name_matching import complete, matches_address, surname
from klimapartner.intents.person_name import Name, is_office_word, search, segments, whole, words
from klimapartner.intents.phone import Phone, find_phones, with_extensions
from klimapartner.intents.role import role_in, role_of

DEPTH = 14  # lines under a closing formula that can belong to its signature
PREFIX = re.compile(
    r"^(?:[-*•_–—\s]+|i\.?\s?a\.?\s+|i\.?\s?v\.?\s+|gez\.?:?\s+|im auftrag\w*:?\s*|in vertretung:?\s*|ppa\.?\s+"
    r"|für .{0,40}:\s*|ihre?\s+"
    r"|eure?\s+|name:\s*|absender(?:in)?:\s*|p\.\s?o\.\s+|signed:?\s+|\(?gez\.?\)?\s+)+",
    re.IGNORECASE,
)
LONGEST = 140  # characters of a line that is no prose
PHONE_NEXT = re.compile(r"\W{0,3}(?:tel\w*\.?:?\s*)?[+(]?0?\d[\d\s()/-]{5,}", re.IGNORECASE)
LONE = re.compile(  # a surname with nothing but a phone: "Schaub, 06898 13-2617", "Rückfr.: Brüssow, 03332 446-783"
    r"\W*(?:[^\W\d_]+\.?:\s*)?[A-ZÀ-ÖØ-Þ][\w'’-]+\s*(?:,|:|/|\||\(|-{1,2}|–|—)?\s*(?:tel\w*\.?:?\s*|dw:?\s*)?[+(]{0,2}0\d",
    re.IGNORECASE,
)
FUNCTION_NEXT = re.compile(r"\s*[(,|/–-]")
PERSON_LABEL = re.compile(
    r"\W*(?:sach)?(?:bearbeit\w*|auskunft\w*|ansprech\w*|kontakt\w*|verfasser\w*|unterzeichne\w*|name|absender\w*"
    r"|ausgef(?:ü|ue)llt (?:von|durch)|verantw\w*\.?(?: mitarbeiter\w*)?|zust(?:ä|ae)ndig\w*|nach diktat"
    r"|es (?:schreibt|schrieb|grüßt)(?: ihnen)?|contact(?: person)?|written by|signed(?: by)?|contacto|contato|nom)"
    r"(?:\s?[/:*]-?in(?:nen)?)?[^\w\n]*:\s*$",
    re.IGNORECASE,
)
SURNAME_LAST = re.compile(r"[A-ZÀ-Þ][a-zß-ÿ-]+(?: [A-ZÀ-Þ][\w.-]*)? [A-ZÀ-Þ'-]{3,}")  # Komlan AGBEKO
SURNAME_FIRST = re.compile(r"[A-ZÀ-Þ'-]{3,} [A-ZÀ-Þ][a-zß-ÿ-]+(?: [A-ZÀ-Þ][a-zß-ÿ-]+)?")
ORDERED = re.compile(r"\W*(?:im auftrag|in vertretung|i\.\s?[av]\.|gez\.)", re.IGNORECASE)
LABELLED = re.compile(r"\W*[^\W\d_]+\.?\s?:\s*$")
BY_ORDER = re.compile(r"\W*(?:i\.?\s?[av]\.?\s|gez\.)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signs a letter; `start` and `end` are the offsets of the name in the letter's text."""

    name: str
    start: int
    end: int
    confidence: float
    role: str | None
    lines: tuple[Line, ...]


def find_signer(lines: Sequence[Line], header: Name | None, addr: str) -> Signer | None:
    """The person under the last closing formula; without one, the person in the last lines.

    `header` and `addr` are what the From header says; they complete abbreviations and settle doubts.
    """
    for block, by_order in _blocks(lines):
        signer = _signer(block, header, addr, by_order=by_order)
        if signer:
            return signer
    return None


def _blocks(lines: Sequence[Line]) -> Iterator[tuple[list[Line], bool]]:
    """Stretches in which a signature can stand, the likeliest first; whether it is signed by order ("Im Auftrag")."""
    for place in range(len(lines) - 1, -1, -1):
        end = closing_end(lines[place].text) if lines[place].zone != "subject" else None
        if end is not None:
            by_order = bool(ORDERED.match(lines[place].text))
            yield [_rest(lines[place], end), *lines[place + 1 : place + 1 + DEPTH]], by_order
    signature = [line for line in lines if line.zone == "signature"]
    if signature:
        yield signature[:DEPTH], False
    yield [line for line in lines if line.zone != "subject"][-8:], False


def _rest(line: Line, end: int) -> Line:
    text = line.text[end:].lstrip(" ,.!:-–")
    return Line(text, line.end - len(text), line.end, line.zone)


def _signer(block: Sequence[Line], header: Name | None, addr: str, *, by_order: bool) -> Signer | None:
    candidates = [
        (score, -n, name, offset)
        for n, line in enumerate(block)
        for score, name, offset in _in_line(line, n, header, addr, around=_around(block, n), by_order=by_order)
    ]
    if not candidates:
        return None
    score, place, name, offset = max(candidates, key=lambda c: (c[0], c[1]))
    if score < 1:
        return None
    line = block[-place]
    start = line.start + offset + name.start
    role = role_of([PREFIX.sub("", below.text) for below in block[-place:]], name.text)
    confidence = min(0.6 + 0.1 * score, 0.97)
    return Signer(
        _cased(complete(name.text, header)),
        start,
        start + name.end - name.start,
        confidence,
        role,
        tuple(block[-place:]),
    )


def _around(block: Sequence[Line], place: int) -> tuple[str, str]:
    """The lines over and under one."""
    over = block[place - 1].text if place else ""
    return over, block[place + 1].text if place + 1 < len(block) else ""


def _in_line(
    line: Line, depth: int, header: Name | None, addr: str, *, around: tuple[str, str], by_order: bool
) -> Iterator[tuple[float, Name, int]]:
    """(score, name, offset in the line) for each piece of a line that can be a signer's name."""
    bare = PREFIX.sub("", line.text)
    shift = len(line.text) - len(bare)
    if len(bare) <= LONGEST:
        ordered = by_order and depth <= 1 and len(bare.split()) <= 3
        signed = ordered or (shift > 0 and bool(BY_ORDER.match(line.text))) or bool(LONE.match(bare))
        found = [
            (
                _score(name, depth, n, header, addr)
                + _calls(line.text, shift + offset, shift + offset + len(piece), name)
                + _stands_by(piece, bare, around),
                name,
                shift + offset,
            )
            for n, (piece, offset) in enumerate(segments(bare))
            if (
                name := _in_piece(
                    piece,
                    header,
                    addr,
                    signed=signed,
                    first=depth < 8 and (n == 0 or bool(LABELLED.match(bare[:offset]))),
                )
                or (_hasty(piece, around[1]) if n == depth == 0 else None)
            )
        ]
        if found:
            yield from found
            return
    tail = max(len(bare) - LONGEST, 0)
    for name in search(bare[tail:]) or [n for n in search(_capitals(bare[tail:])) if len(n.text.split()) == 2]:
        yield _score(name, depth, 1, header, addr), name, shift + tail


def _in_piece(piece: str, header: Name | None, addr: str, *, signed: bool, first: bool) -> Name | None:
    name = whole(piece) or _lower(piece, header, addr) or _short(piece, header)
    return name or (surname(piece, addr, signed=signed) if first else None)


def _calls(line: str, start: int, end: int, name: Name) -> float:
    """Two words right before a phone number or a function, or behind "Bearbeiterin:", are likelier a name."""
    before_phone = len(name.words) == 2 and PHONE_NEXT.match(line, end)
    before_function = FUNCTION_NEXT.match(line, end) and role_in(line[end : end + 60])
    return 0.8 * bool(before_phone or before_function) + 2.0 * bool(PERSON_LABEL.match(line[:start]))


def _stands_by(piece: str, line: str, around: tuple[str, str]) -> float:
    """A line of its own right over a function or a phone, or under a function at the end, is likelier a name."""
    if piece.strip() != line.strip():
        return 0.0
    over, below = around
    if below and (role_in(below) or find_phones(below)):
        return 1.0
    return 0.8 if over and len(over) < 60 and role_in(over) else 0.0


def _capitals(text: str) -> str:
    """A line in small letters with capitals, the same in length."""
    return re.sub(r"\b[^\W\d_]", lambda m: m.group().upper(), text) if text == text.lower() else ""


def _score(name: Name, depth: int, place: int, header: Name | None, addr: str) -> float:
    score = 2.0 if name.known else 0.0
    if matches_address(name, addr):
        score += 2.5
    if header and (shared := _shared(name, header)):
        score += 2.0 + 0.5 * shared
    if SURNAME_LAST.fullmatch(name.text) or SURNAME_FIRST.fullmatch(name.text):
        score += 1.0
    if shouted(name.text):
        score -= 1
    return score + (1.2 if depth <= 1 else 0.6 if depth <= 3 else 0) - 0.5 * place - 0.1 * depth


def shouted(text: str) -> bool:
    return text.isupper()


def _shared(name: Name, header: Name) -> int:
    return len(set(name.words) & {word for word in header.words if len(word) > 2})


def _lower(piece: str, header: Name | None, addr: str) -> Name | None:
    """A name in small letters, where a given name or the header vouches for it."""
    piece = _without_office(piece)
    if piece != piece.lower() or not 2 <= len(piece.split()) <= 4:
        return None
    if re.fullmatch(r"\s*[a-z]\. ?[a-zäöüß]{3,}(?:-[a-zäöüß]+)?\s*", piece) and not is_office_word(piece.split()[-1]):
        return Name(piece.strip(), 0, len(piece), known=True)
    name = whole(" ".join(_capital(word) for word in piece.split()))
    if name is None or not (name.known or matches_address(name, addr) or (header and _shared(name, header))):
        return None
    return Name(piece.strip(), 0, len(piece), known=True)


def _without_office(piece: str) -> str:
    """A name in small letters without "bin der" before it and its office behind it: "maik hennig stadtforst"."""
    tokens = re.sub(r"^(?:ich )?bin (?:der|die|s)? ?", "", piece).split()
    office = len(tokens) == 3 and (is_office_word(tokens[-1]) or role_in(tokens[-1]))
    return " ".join(tokens[:2] if office else tokens)


def _hasty(piece: str, below: str) -> Name | None:
    """Two small words right behind the closing formula, over a function or a phone: "lg mieke vollert"."""
    tokens = piece.split()
    plain = len(tokens) == 2 and all(re.fullmatch(r"[^\W\d_]{3,}(?:-[^\W\d_]+)?", token) for token in tokens)
    if not plain or piece != piece.lower() or any(map(is_office_word, tokens)):
        return None
    known = bool(role_in(below) or find_phones(below))
    return Name(piece.strip(), 0, len(piece), known=True) if known else None


def _capital(word: str) -> str:
    return word if word in words("particles") else "-".join(part[:1].upper() + part[1:] for part in word.split("-"))


def _cased(name: str) -> str:
    return " ".join(_capital(word) for word in name.split()) if name == name.lower() else name


def _short(piece: str, header: Name | None) -> Name | None:
    """A lone given name, surname or initials that the header completes."""
    plain = piece.strip(" .,!-–")
    if header is None or not plain or len(plain.split()) > 3 or not plain[0].isalpha():
        return None
    full = complete(plain if "." in plain else _cased(plain), header)
    return (
        Name(plain, piece.index(plain), piece.index(plain) + len(plain), known=True)
        if full != plain and full == header.text
        else None
    )


def phones_of(lines: Sequence[Line]) -> list[Phone]:
    """All phones of a signature, with offsets into the letter's text; an extension may stand a line further down."""
    found = []
    for line, following in zip(lines, [*(line.text for line in lines[1:]), ""], strict=False):
        here = find_phones(line.text)
        more = with_extensions(f"{line.text}\n{following}", here)
        found += [Phone(p.number, p.kind, line.start + p.start, line.start + p.end) for p in (*here, *more)]
    return found
