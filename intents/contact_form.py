"""The person whom the lines of a form name in pieces: "Vorname: ...", "Nachname: ...", "E-Mail: ..."."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from klimapartner.intents.letter_lines import Line

LABELLED = re.compile(r"\W*(?:\d{1,2}[.)]\s*)?(?P<label>[^\W\d_][^:\n]{1,40}?)\s*[*]?\s*:\s*(?P<value>\S.*)$")
LABELS = {
    "given": r"vornamen?|(?:first|given) ?names?|forenames?|pr[ée]noms?|nombres?(?: de pila)?|prenome|nome pr[oó]prio",
    "surname": r"(?:nach|familien|zu)?name|surname|(?:last|family) ?name|nom(?: de famille)?|ape[lL]+idos?|sobrenome",
    "title": r"(?:akad(?:emischer|\.)? )?titel|titre|t[ií]tulo",
    "role": r"funktion|position|dienststelle|amt(?:sbezeichnung)?|abteilung|role|job title|fonction|cargo|fun[çc][aã]o",
}
KINDS = {name: re.compile(pattern, re.IGNORECASE) for name, pattern in LABELS.items()}
NEAR = 12  # lines between the first and the last of one person's
TITLE = re.compile(r"(?:prof|dr|dipl|mag|ing|lic|m\.|b\.)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FormPerson:
    """Name and function as a form has them; `lines` are all lines of the form near the name."""

    name: str
    start: int
    end: int
    role: str | None
    lines: tuple[Line, ...]


def form_person(lines: Sequence[Line]) -> FormPerson | None:
    """The first person whose given name and surname stand in fields of their own."""
    fields = [(n, kind, match) for n, line in enumerate(lines) for kind, match in _field(line)]
    for place, kind, given in fields:
        if kind != "given":
            continue
        near = [field for field in fields if abs(field[0] - place) <= NEAR]
        surname = _nearest(near, place, "surname")
        if surname:
            return _person(lines, place, given, surname, near)
    return None


Field = tuple[int, str, re.Match[str]]


def _field(line: Line) -> list[tuple[str, re.Match[str]]]:
    match = LABELLED.match(line.text)
    if match is None:
        return []
    return [(kind, match) for kind, pattern in KINDS.items() if pattern.fullmatch(match["label"].strip())]


def _nearest(fields: Sequence[Field], place: int, kind: str) -> Field | None:
    return min((f for f in fields if f[1] == kind), key=lambda f: abs(f[0] - place), default=None)


def _person(
    lines: Sequence[Line], place: int, given: re.Match[str], surname: Field, near: Sequence[Field]
) -> FormPerson | None:
    found = {kind: field[2]["value"].strip() for kind in ("title", "role") if (field := _nearest(near, place, kind))}
    title = found.get("title", "")
    words = [title if TITLE.match(title) else "", given["value"].strip(), surname[2]["value"].strip()]
    if any(len(word.split()) > 4 for word in words):
        return None
    line = lines[surname[0]]
    start = line.start + surname[2].start("value")
    first, last = max(min(place, surname[0]) - NEAR // 2, 0), max(place, surname[0]) + NEAR
    name = " ".join(filter(None, words))
    return FormPerson(name, start, line.end, found.get("role"), tuple(lines[first : last + 1]))
