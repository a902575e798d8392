"""The function or office of a person, as written in a signature or beside the name."""

import re
from collections.abc import Iterator, Sequence
from functools import cache

from klimapartner.intents.cues import fold
from klimapartner.intents.person_name import words

DEPTH = 6  # lines from the name on in which a function can stand
ENDINGS = "(?:in|innen|en|er|e|es|s|o|a|r|n|erin)?"
ADDRESS = re.compile(
    r"@|www\.|https?:|\b\d{5}\b|\d{4,}|\b(?:tel|fon|telefon|fax|mobil|phone|e-?mail|web)\b|^[tfm]\b[ .:]"
    r"|(?:str\.?|strasse|platz|weg|allee|gasse|ring|markt|ufer|damm|hof|zingel)\s*\d+"
)
HOUSE_NUMBER = re.compile(r"\s\d{1,3}(?:\s?[-–]\s?\d{1,3})?[a-z]?$")
PIECE = re.compile(r"\s*[|•·\t]\s*|\s+[–—-]\s+|\s+/\s+|\s{3,}")


@cache
def _role() -> re.Pattern[str]:
    return re.compile(rf"(?:{'|'.join(sorted(words('roles')))}){ENDINGS}\b")


@cache
def _municipal() -> re.Pattern[str]:
    kinds = "|".join(sorted(words("bodies")))
    return re.compile(
        rf"(?:(?:der|die|das|grosse|freie und|universitaets- und) )*(?:{kinds})(?: (?!fuer|der|des)|$)|\S+kreis\b"
    )


def role_of(lines: Sequence[str], name: str) -> str | None:
    """The function or office in a signature: in the line of the name or in those right under it."""
    surname = name.split()[-1]
    for n, line in enumerate(lines[:DEPTH]):
        role = role_in(line.rpartition(surname)[2] if n == 0 else line)
        if role:
            return role
    return None


def role_in(text: str) -> str | None:
    """The function or office named in one line; municipality, address and numbers at its ends are cut off."""
    return next(_roles(text), None)


def _roles(text: str) -> Iterator[str]:
    for piece in PIECE.split(text):
        parts = [part.strip(" .,:;-(") for part in piece.split(",")]
        kept = [part for part in parts if part and not _is_address(part)]
        while kept and not _is_role(kept[0]):
            kept.pop(0)
        while kept and _municipal().match(fold(kept[-1])):
            kept.pop()
        if kept:
            yield _closed(", ".join(kept))


def _is_address(part: str) -> bool:
    folded = fold(part)
    return bool(ADDRESS.search(folded)) or bool(HOUSE_NUMBER.search(folded) and not _role().search(folded))


def _is_role(part: str) -> bool:
    folded = fold(part)
    return len(part) < 90 and bool(_role().search(folded)) and not _municipal().match(folded)


def _closed(role: str) -> str:
    return (
        role + ")"
        if role.count("(") > role.count(")")
        else role.rstrip(")")
        if ")" in role and "(" not in role
        else role
    )
