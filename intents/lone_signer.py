"""A signer whom only a surname names: "Krebs, Bauamtsleiter", "Rückfragen: Gier, 02404 50-344", "Name: Pasemann".

Looked for last, where neither a closing formula nor the From header gives a person.
"""

import re
from collections.abc import Iterator, Sequence

from klimapartner.intents.cues import fold
from klimapartner.intents.letter_lines import Line
from klimapartner.intents.name_matching import is_town, local_words
from klimapartner.intents.person_name import CAPITAL, INITIAL, is_given, is_office_word, whole
from klimapartner.intents.phone import find_phones
from klimapartner.intents.places import find_mentions
from klimapartner.intents.role import role_in

LAST = 4  # lines at the end in which a surname can sign
SHORTEST = 3
LABEL = re.compile(
    r"(?:^|[\s\W])(?:name|r(?:ü|ue)ckfr(?:agen|\.)?(?: an)?|ausgef(?:ü|ue)llt (?:von|durch)|ansprech\w+"
    r"|kontakt(?:person)?"
    r"|(?:sach)?bearbeiter(?:in)?|auskunft(?: erteilt)?|verantw\w*\.?(?: mitarbeiter(?:in)?)?|zust(?:ä|ae)ndig(?: ist)?"
    r"|wer antwortet|anruf(?: bei)?|es schreibt|nach diktat|teilnehmer(?:in)?|anmeldung f(?:ü|ue)r)"
    r"\s*[:?|]\s*(?:koll(?:ege|egin|\.)\s+|herrn?\s+|frau\s+|fr\.\s+|hr\.\s+)?(?P<name>[^\n,;:|?()]{3,45})",
    re.IGNORECASE,
)
ABBREVIATED = re.compile(
    r"(?:[\w-]+\.?-)?\b(?:Ltg|Leit|Ltr|Verw|Betr|Abt|Amtsl|Bgm|BM|OB|FB|FD|SG|FG|DW|Tel|Dez|Ref|Sb)\b", re.IGNORECASE
)
PREFIX = re.compile(r"^(?:[-*•_–—\s]+|i\.?\s?[av]\.?\s+|gez\.?:?\s+|(?:gruß|grüße|lg|vg|danke),?\s+)+", re.IGNORECASE)


def lone_signer(lines: Sequence[Line], addr: str) -> tuple[str, int, int] | None:
    """(name, start, end) of the surname that signs a letter, or that a form gives."""
    own = [line for line in lines if line.zone != "subject"]
    found = [*_labelled(own), *_at_end(own, addr)]
    return found[0] if found else None


def _at_end(own: Sequence[Line], addr: str) -> Iterator[tuple[str, int, int]]:
    last = own[-LAST:]
    for n in range(len(last) - 1, -1, -1):
        below = last[n + 1].text if n + 1 < len(last) else ""
        loose = n == len(last) - 1 and bool(find_phones(last[n].text))
        if name := _surname_of(last[n].text, below, addr, loose=loose):
            start = last[n].start + last[n].text.find(name)
            yield name[:1].upper() + name[1:], start, start + len(name)


def _surname_of(text: str, below: str, addr: str, *, loose: bool) -> str:
    """The surname that begins a short line, or follows a body in it, with a function or phone behind or under it."""
    pieces = [piece for piece in re.split(r"\s*[,/|(–—]\s*|\s-\s", PREFIX.sub("", text)) if piece]
    for n, piece in enumerate(pieces[:3]):
        name, rest = _cut(piece.strip(" .,!"), addr, loose=loose)
        behind = [rest, *pieces[n + 1 :]] if rest else pieces[n + 1 :]
        told = any(map(_tells, behind)) or (not behind and len(text) < 30 and _tells(below))
        office = n > 0 and "." in name and bool(role_in(pieces[n - 1]))
        if name and (office or (told and (n == 0 or _is_body(pieces[n - 1])))):
            return name
    return ""


def _cut(piece: str, addr: str, *, loose: bool) -> tuple[str, str]:
    """The surname in a piece, and what stands behind it: "greb bürgermeisterin", "c. zornow kurdirektor"."""
    tokens = piece.split()
    size = 2 if tokens and re.fullmatch(r"[^\W\d_]\.", tokens[0]) else 1
    if not size <= len(tokens) <= size + 2:
        return "", ""
    name, rest = " ".join(tokens[:size]), " ".join(tokens[size:])
    known = size == 2 or bool(CAPITAL.match(name)) or fold(name) in local_words(addr) or is_given(name) or loose
    return (name, rest) if known and _can_sign(tokens[size - 1]) and (not rest or _tells(rest)) else ("", "")


def _can_sign(word: str) -> bool:
    """Whether a word can be a surname: no word of an office or a greeting, and no abbreviation."""
    plain = fold(word)
    capital = CAPITAL.match(word) or (word.islower() and word.isalpha())
    office = is_office_word(word) or bool(role_in(word))
    return bool(capital) and len(plain) >= SHORTEST and not office and not (word.isupper() and len(word) < 5)


def _tells(text: str) -> bool:
    """Whether a piece of a line is a function, an office or a phone."""
    return bool(text) and len(text) < 60 and bool(find_phones(text) or role_in(text) or ABBREVIATED.search(text))


def _is_body(text: str) -> bool:
    return len(text.split()) < 5 and bool(find_mentions(text))


def _labelled(own: Sequence[Line]) -> Iterator[tuple[str, int, int]]:
    for line in own:
        for match in LABEL.finditer(line.text):
            name = _first_name(match["name"])
            if name:
                start = line.start + match.start("name")
                yield name, start, start + len(name)


def _first_name(text: str) -> str:
    """The name that a label's text begins with: two words or more, or one that can be a surname."""
    tokens = re.split(r"\s{2,}|\.\s(?=[A-ZÄÖÜ]\w+:)", text.strip())[0].split()
    for size in range(min(len(tokens), 5), 1, -1):
        if (found := whole(" ".join(tokens[:size]))) and not is_town(found.text):
            return found.text
    word = tokens[0].rstrip(".") if tokens else ""
    alone = len(tokens) == 1 or (len(tokens) > 1 and tokens[0].endswith("."))
    return word if alone and CAPITAL.match(word) and _can_sign(word) and not INITIAL.match(word) else ""
