"""People's names: recognised by their shape, by the words around them, and by the sender's header.

No list of surnames is used. A short list of given names (names.toml, written for this project) makes a guess surer, and
words of offices, functions and streets rule one out.
"""

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from klimapartner.intents.cues import fold

TOKEN = re.compile(r"[^\W\d_][\w.'’-]*|\S")
CAPITAL = re.compile(r"[!ǀǁǂ]?[A-ZÀ-ÖØ-Þ][\w'’]*(?:-[A-ZÀ-ÖØ-Þ][\w'’]*)*$")
ELIDED = re.compile(r"^(?:[dDlL]|dell|Dell)['’](?=[A-ZÀ-ÖØ-Þ])")
INITIAL = re.compile(r"[A-ZÀ-ÖØ-Þ]\.(?:-?[A-ZÀ-ÖØ-Þ]\.)*$")
DIVIDER = re.compile(
    r"\s*(?:[,;|•·/<>\[\]{}\t*]|\s[–—-]\s|:\s|\s{3,}|\s\+?\(?\d[\d\s()/.-]{4,}"
    r"|\((?!(?:FH|TU|BA|DH|Univ?\.?)\))|(?<!FH)(?<!TU)(?<!BA)(?<!DH)(?<!Uni)(?<!Univ\.)\))\s*"
)
DEGREE = re.compile(r"(?:[BM]\. (?:Sc|Eng|Ed)|Ph\. D|Ing\. agr)\.?$", re.IGNORECASE)  # titles of two words


SENTENCE_END = re.compile(r"[a-zäöüß]{4,}[.:?]\s*$")
INITIAL_ANY = re.compile(r"[A-Za-z]\.?$")
AFTER_FUNCTION = re.compile(r"(?:z\. ?A|a\. ?D|i\. ?R|d\. ?D|i\. ?K)\.")
FUNCTION_ENDS = ("in", "or", "rat", "wirt", "anwalt", "beamter")
PERSON_FUNCTION = re.compile(
    r"(?:.*(?:meister|rat|raetin|dezernent|geordnete[rn]?|leiter|manager|direktor|inspektor|sekretaer|beauftragte[rn]?|referent"
    r"|vorsteher|amtmann|amtfrau|planer|praesident|koordinator|sachbearbeiter|foerster|pfarrer|geschaeftsfuehrer)|bgm|ob)(?:in)?"
)
TRADES = frozenset(  # surnames as well
    {"sonntag", "freitag", "sommer", "winter", "foerster", "kaemmerer", "sprecher", "pfarrer", "amtmann"}
)
SAINTS = frozenset({"San", "Santa", "Santo", "São", "Saint", "Sainte", "Sankt", "St."})
PLACES = frozenset({"Costa Rica", "Sierra Leone", "Burkina Faso", "Puerto Rico", "Cabo Verde"})
ARTICLES = frozenset({"das", "der", "den"})


@dataclass(frozen=True, slots=True)
class Name:
    """A person's name as written, titles kept, "Herr" and "Frau" cut; offsets into the text searched.

    `known` says that a given name, a title or a salutation vouches for it.
    """

    text: str
    start: int
    end: int
    known: bool

    @property
    def words(self) -> tuple[str, ...]:
        """The folded name words without titles and initials' dots."""
        kept = (fold(word).strip(".") for word in self.text.split() if not is_title(word))
        return tuple(part for word in kept for part in word.split("-") if part)


@cache
def words(kind: str) -> frozenset[str]:
    """A word list of names.toml, folded."""
    table = tomllib.loads((files("klimapartner.intents") / "names.toml").read_text(encoding="utf-8"))
    return frozenset(fold(table[kind]).split())


@cache
def _functions() -> tuple[str, ...]:
    """Ends of words for functions, long enough to be no chance."""
    return tuple(word for word in words("roles") if len(word) > 5)


@cache
def _ruled_out(word: str) -> bool:
    """Whether a word is none of a name: an office, a function, a street."""
    plain = fold(word).strip(".")
    if plain in words("given") and plain not in ("land", "markt", "august", "may"):
        return False
    if plain in words("never") or any(plain.endswith(e) and plain != e for e in words("never_endings")):
        return True
    return plain.removesuffix("in").endswith(_functions())


def is_office_word(word: str) -> bool:
    """Whether a word belongs to an office or a function."""
    return _ruled_out(word)


def is_name_word(word: str) -> bool:
    """Whether a word has the form of a name's and is none of an office."""
    plain = ELIDED.sub("", word)
    return bool(CAPITAL.match(plain) or INITIAL.match(plain)) and not _ruled_out(plain)


def is_title(word: str) -> bool:
    """Whether a word is an academic title or degree."""
    plain = fold(word)
    return plain in words("titles") or plain.startswith(("dr.-", "dipl.", "prof.-", "priv.-"))


def is_given(word: str) -> bool:
    """Whether a word is a given name of names.toml, or two joined by a hyphen that begin with one."""
    plain = fold(word)
    return plain in words("given") or plain.split("-")[0] in words("given")


def whole(text: str) -> Name | None:
    """The text as one person's name of two to six words, or None where it is something else."""
    if SENTENCE_END.search(text):
        return None
    stripped = text.strip(" \t,;.*_-–") + (
        "." if text.rstrip().endswith(".") and re.search(r"\b[A-Z]\.\s*$", text) else ""
    )
    found = _read(stripped.split())
    if found is None or found[0].split()[0] in SAINTS or found[0] in PLACES:
        return None
    name, known = found
    start = max(text.find(name.split()[0]), 0)
    return Name(name, start, min(start + len(stripped), len(text)), known)


def _read(tokens: Sequence[str]) -> tuple[str, bool] | None:
    """(name, known) of a row of words that is a name from end to end."""
    saluted = bool(tokens) and fold(tokens[0]) in words("salutations") and not _is_initial(tokens)
    rest = _without_function(tokens[1:] if saluted else tokens, saluted=saluted)
    core = _without_titles(rest)
    vouched = saluted or len(core) < len(rest)
    if not _well_formed(core, least=1 if vouched else 2):
        return None
    known = vouched or any(is_given(word) for word in core[:2])
    if not known and core[1] in ARTICLES:
        return None
    return " ".join(rest), known


def _is_initial(tokens: Sequence[str]) -> bool:
    """Whether "M." or "D." begins a name like "M. Krüger"; before a given name it is Monsieur or Don."""
    return tokens[0] in ("M.", "D.") and len(tokens) == 2 and not is_given(tokens[1])


def _without_titles(tokens: Sequence[str]) -> list[str]:
    pairs = {n for n in range(len(tokens) - 1) if DEGREE.match(" ".join(tokens[n : n + 2]))}
    return [word for n, word in enumerate(tokens) if not (is_title(word) or n in pairs or n - 1 in pairs)]


def _is_function(word: str) -> bool:
    """Whether a word before a name is a person's function, declined or not: "Beigeordneten", "Assessorin"."""
    return word.endswith(FUNCTION_ENDS) or bool(PERSON_FUNCTION.fullmatch(fold(word).strip(".")))


def _without_function(tokens: Sequence[str], *, saluted: bool) -> list[str]:
    """The words from the name on: "Assessorin Leyla Demirtas", "Regierungsrätin z. A. Inken Dethlefsen"."""
    if DEGREE.match(" ".join(tokens[:2])):
        return list(tokens)
    first = next((n for n, word in enumerate(tokens) if is_given(word) or is_title(word)), 0)
    before = tokens[:first]
    if before and all(_ruled_out(w) or INITIAL_ANY.match(w) or _is_function(w) for w in before):
        return list(tokens[first:])
    telling = saluted or bool(len(tokens) > 2 and PERSON_FUNCTION.fullmatch(fold(tokens[0]).strip(".")))
    skipped = next((n for n, word in enumerate(tokens) if not _ruled_out(word)), 0) if telling else 0
    if skipped and AFTER_FUNCTION.match(" ".join(tokens[skipped : skipped + 2])):
        skipped += 2
    return list(tokens[skipped:])


def _well_formed(core: Sequence[str], *, least: int) -> bool:
    if not core or any(fold(word) in words("salutations") for word in core if word not in ("M.", "D.")):
        return False
    real = [word for word in core if fold(word) not in words("particles") or CAPITAL.match(word)]
    if not least <= len(real) <= 5 or len(core) > 6 or not _ends_well(core[-1]):
        return False
    checked = real[:-1] if len(core) == 2 and is_given(core[0]) and _can_be_surname(core[-1]) else real
    return (
        all(is_name_word(word) for word in checked)
        and bool(CAPITAL.match(ELIDED.sub("", core[-1])))
        and _has_case(core)
    )


def _can_be_surname(word: str) -> bool:
    """Behind a given name "Baumeister" and "Förster" are surnames, "Bürgermeister" is none."""
    plain = fold(word)
    return plain in TRADES or (plain not in words("never") and not plain.endswith(_functions()))


def _ends_well(last: str) -> bool:
    return len(last) > 1 and not last.endswith(".") and not (last.islower() and fold(last) in words("particles"))


def _has_case(core: Sequence[str]) -> bool:
    """A name is not shouted, and holds no abbreviation ("LK"): at most one of its longer words is all capitals."""
    if any(word.isupper() and len(word) in (2, 3) and not INITIAL.match(word) for word in core):
        return False
    long = [word for word in core if len(word) > 3]
    return sum(word.isupper() for word in long) <= 1 or len(long) <= 2


def segments(line: str) -> Iterator[tuple[str, int]]:
    """The pieces of a line between commas, bars, brackets and the like, with their offsets."""
    place = 0
    for stop in DIVIDER.finditer(line):
        if stop.start() > place:
            yield line[place : stop.start()], place
        place = stop.end()
    if place < len(line):
        yield line[place:], place


def search(text: str) -> list[Name]:
    """Names inside running text: with a salutation, a title or a known given name; the longest at each place."""
    found: list[Name] = []
    for piece, offset in segments(text):
        tokens = [(m.group(), m.start()) for m in re.finditer(r"\S+", piece)]
        place = 0
        while place < len(tokens):
            saint = place > 0 and tokens[place - 1][0] in SAINTS  # "San Cristóbal de las Casas" is a town
            name, used = (None, 1) if saint else _longest(tokens, place)
            if name:
                start = offset + tokens[place][1]
                end = offset + tokens[place + used - 1][1] + len(tokens[place + used - 1][0].rstrip(".,!?"))
                found.append(Name(name, start, end, known=True))
            place += max(used, 1)
    return found


def _longest(tokens: Sequence[tuple[str, int]], place: int) -> tuple[str | None, int]:
    first = tokens[place][0]
    pair = " ".join(token for token, _ in tokens[place : place + 2])
    if first in SAINTS or pair.strip(",.") in PLACES:
        return None, 1  # "Santa Rosa" is a town
    if not (
        DEGREE.match(pair)
        or fold(first) in words("salutations")
        or is_title(first)
        or (is_given(first) and first[0].isupper())
    ):
        return None, 1
    for length in range(min(7, len(tokens) - place), 0, -1):
        row = [
            token.rstrip(".,!?'’\"“”") if n == length - 1 else token
            for n, (token, _) in enumerate(tokens[place : place + length])
        ]
        if any(token.endswith((",", "!", "?")) for token, _ in tokens[place : place + length - 1]):
            continue
        read = _read(row)
        if read and read[1]:
            return read[0], length
    return None, 1
