"""People's names held against what else tells a name: the From header, the address, fuller forms in the text."""

import re
from collections.abc import Iterator, Sequence

from klimapartner.intents.cues import fold
from klimapartner.intents.person_name import (
    CAPITAL,
    INITIAL,
    Name,
    is_given,
    is_name_word,
    is_office_word,
    is_title,
    whole,
    words,
)
from klimapartner.intents.places import find_mentions
from klimapartner.intents.role import role_in

SHORT_OFFICES = frozenset({"bgm", "bm", "ob", "obm", "lr"})


def from_header(name: str, addr: str) -> Name | None:
    """The person in a From header; "Last, First" is turned, an office yields None."""
    plain = re.sub(r"\(.*?\)|\[.*?\]|\bvia\b.*", " ", name).strip(" '\"")
    last, comma, first = plain.partition(",")
    if comma and (beside := _beside_town(last.strip(), first.strip())) is not None:
        return _beside(beside, addr)
    if plain == plain.lower() and fold(plain).split()[-1:] == [*local_words(addr)[-1:]] and len(plain.split()) == 2:
        plain = last = " ".join(map(_cased, plain.split()))
    candidate = whole(last if len(last.split()) > 1 and whole(last) else f"{first.strip()} {last}" if comma else plain)
    if candidate is None:
        return _spelled(plain, addr)
    vouched = candidate.known or matches_address(candidate, addr)
    return Name(candidate.text, 0, len(name), known=True) if vouched else None


def _beside(text: str, addr: str) -> Name | None:
    found = whole(text)
    vouched = found and (found.known or matches_address(found, addr))
    return Name(found.text, 0, len(text), known=True) if found and vouched else _spelled(text, addr)


def _beside_town(before: str, after: str) -> str | None:
    """What stands before a town ("Nießen, Erkelenz"); nothing where the town is first ("Weißwasser, Hochbau")."""
    if is_town(after) and not is_given(after):
        return before
    people = [word for word in (before, *after.split()) if is_given(word)]
    return "" if is_town(before) and not people else None


def is_town(text: str) -> bool:
    """Whether a text is the name of a German body and nothing else."""
    return any((m.start, m.end) == (0, len(text)) and not m.is_adjective for m in find_mentions(text))


def _spelled(plain: str, addr: str) -> Name | None:
    """A name that the address spells, though its last word looks like a street or an office, its first like a month.

    "Göhring", "Juli Bremer"; of a lone surname ("Perschke") the address must have the initial too, and of a given name
    with an initial ("Enno B.") all.
    """
    tokens, local = plain.split(), local_words(addr)
    if len(tokens) == 2 and fold(tokens[0]).strip(".") in SHORT_OFFICES and len(fold(tokens[1])) > 3:
        held = fold(tokens[1]) in local and CAPITAL.match(tokens[1])  # Bgm. Huber, who writes as franz.huber64@
        return Name(tokens[1], 0, len(plain), known=True) if held else None
    if len(local) > 1 and _is_short_form(tokens, local):
        return Name(plain, 0, len(plain), known=True)
    if len(tokens) != 2 or len(local) != 2 or not all(map(CAPITAL.match, tokens)):
        return None
    first, last = map(fold, tokens)
    if not is_name_word(tokens[0]) and local != (first, last):
        return None
    fits = local[1] == last and local[0] in (first, first[0]) and last not in words("never")
    return Name(plain, 0, len(plain), known=True) if fits else None


def _is_short_form(tokens: Sequence[str], local: tuple[str, ...]) -> bool:
    """Whether a header gives a person by the surname alone, or by a given name and an initial."""
    if len(tokens) == 1:
        return bool(CAPITAL.match(tokens[0])) and fold(tokens[0]) == local[-1] and not is_office_word(tokens[0])
    short = len(tokens) == 2 and is_given(tokens[0]) and bool(INITIAL.match(tokens[1]))
    return short and local == tuple(fold(token).strip(".") for token in tokens)


def local_words(addr: str) -> tuple[str, ...]:
    """The words of an address's local part, digits cut."""
    local = re.sub(r"\d+", "", fold(addr.partition("@")[0]))
    return tuple(word for word in re.split(r"[._+-]+", local) if word)


def matches_address(name: Name, addr: str) -> bool:
    """Whether the local part of an address is made of this name: its surname, or both in one."""
    local = "".join(local_words(addr))
    parts = name.words
    if not local or not parts:
        return False
    first, last, joined = parts[0], parts[-1], "".join(parts)
    held = (len(last) > 2 and last in local) or (len(joined) > 5 and joined in local)
    return held or (len(first) > 3 and first == local_words(addr)[0])


def complete(name: str, full: Name | None) -> str:
    """An abbreviated name ("D. Schierwater", "Silke") filled up from a full one that fits it."""
    if full is None or not full.known:
        return name
    short = [fold(word).strip(".") for word in name.split() if not is_title(word)]
    long = [fold(word).strip(".") for word in full.text.split() if not is_title(word)]
    pieces = [piece for word in long for piece in (word, *word.split("-"))]
    fits = bool(short) and all(any(word.startswith(part) for word in pieces) for part in _parts(short))
    longer = len("".join(long)) > len("".join(short))
    if not fits or not longer or (len(short) > 1 and short[-1] != long[-1] and short != long[: len(short)]):
        return name
    titles = [word for word in name.split() if is_title(word)]
    bare = [word for word in full.text.split() if not is_title(word)]
    kept = titles or [word for word in full.text.split() if is_title(word)]
    return " ".join([*kept, *bare])


def is_same(one: str, other: str) -> bool:
    """Whether two forms of a name can be one person's: every word of the shorter is in the longer, or its initial."""
    short, long = sorted((_bare(one), _bare(other)), key=len)
    return bool(short) and all(any(_fits(word, full) for full in long) for word in short)


def _bare(name: str) -> list[str]:
    found = whole(name)
    return list(found.words) if found else [word.strip(".") for word in fold(name).split()]


def _fits(word: str, full: str) -> bool:
    return word == full or (min(len(word), len(full)) == 1 and word[:1] == full[:1])


def _parts(short: Sequence[str]) -> Iterator[str]:
    for word in short:
        yield from (part.strip(".") for part in re.split(r"[.-]+", word) if part and len(part) == 1)
        if len(word) > 1 and "." not in word:
            yield word


def in_text(text: str, addr: str) -> Name | None:
    """The words of a text that the address is made of: `silke.vanacken@` and "grüße silke van acken"."""
    local = "".join(local_words(addr))
    if len(local_words(addr)) == 2 and len(local_words(addr)[0]) == 1:
        return _with_initial(text, *local_words(addr))
    if len(local) < 6 or len(local_words(addr)) < 2:
        return None
    tokens = [(m.group(), m.start(), m.end()) for m in re.finditer(r"[^\W\d_][\w'’-]*", text)]
    for place in range(len(tokens)):
        for length in (2, 3, 4):
            row = tokens[place : place + length]
            if len(row) == length and "".join(fold(word).replace("-", "") for word, _, _ in row) == local:
                if any(is_office_word(word) for word, _, _ in row):
                    return None
                name = " ".join(_cased(word) for word, _, _ in row)
                return Name(name, row[0][1], row[-1][2], known=True)
    return None


def _with_initial(text: str, initial: str, last: str) -> Name | None:
    """The name that an address gives by initial and surname (b.laux@): "benjamin laux", "j. haas"."""
    for match in re.finditer(r"\b([^\W\d_][\w'’-]*\.?) ([^\W\d_][\w'’-]+)", text):
        given = match[1].strip(".")
        fits = fold(match[2]) == last and fold(given)[:1] == initial and (len(given) == 1 or is_given(given))
        if fits and len(last) > 3 and not is_office_word(match[2]):
            return Name(f"{_cased(match[1])} {_cased(match[2])}", match.start(), match.end(), known=True)
    return None


def _cased(word: str) -> str:
    if word != word.lower() or word in words("particles"):
        return word
    return "-".join(part[:1].upper() + part[1:] for part in word.split("-"))


def fuller(name: str, text: str) -> str:
    """An initial or a salutation with a surname, filled up from the full name that stands elsewhere in a text."""
    bare = [word for word in name.split() if fold(word) not in words("salutations") and not is_title(word)]
    if not bare or not (len(bare) == 1 or INITIAL.match(bare[0])):
        return name
    for match in re.finditer(rf"([^\W\d_][\w'’-]+)\s+{re.escape(bare[-1])}\b", text):
        given = match[1]
        fits = is_given(given) if len(bare) == 1 else fold(given)[0] == fold(bare[0])[0]
        if fits and is_name_word(given):
            titles = [word for word in name.split() if is_title(word)]
            return " ".join([*titles, given, bare[-1]])
    return name


def from_address(addr: str) -> str | None:
    """The name that an address spells, where it begins with a given name: `svenja.lorenz@`."""
    parts = re.split(r"[._]", addr.partition("@")[0].lower())
    if len(parts) != 2 or not is_given(parts[0]) or is_office_word(parts[1]) or not parts[1].replace("-", "").isalpha():
        return None
    return " ".join(map(_cased, parts)) if len(parts[1]) > 2 else None


def given_name(header: str) -> str | None:
    """The given name that alone stands in a From header."""
    plain = header.strip(" '\"")
    return plain if " " not in plain and is_given(plain) else None


def surname(text: str, addr: str, *, signed: bool) -> Name | None:
    """A surname alone, where a mark of signing stands before it ("i. A. Kampe") or the address holds it."""
    plain = text.strip(" .,;*_-–()")
    tokens = plain.split() or [""]
    core = tokens[-1] if all(fold(word) in words("particles") for word in tokens[:-1]) else plain
    office = fold(core) in words("never") or bool(role_in(core)) if signed else is_office_word(core)
    fits = CAPITAL.match(core) and len(core) > 2 and not office
    if not fits or is_given(core) or (plain.isupper() and not signed):
        return None
    held = fold(core).replace("-", "") in "".join(local_words(addr))
    return Name(plain, text.index(plain), text.index(plain) + len(plain), known=True) if held or signed else None
