"""Help asked for, told by the roles that stand together: an act (to broker, to advise), whom it is asked of, a wish.

Phrases in `cues/needs.toml` know set ways to ask; the frames know the parts that any way is made of.
"""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from klimapartner.intents.cues import CueBook, Hit, compile_cue, fold

ADDRESSED = ("you", "means", "candidate")
REACH = 7  # words after an act in which it can be denied
PRONOUN = re.compile(r"\b(?:sie|ihnen|ihr(?:e[mnrs]?|erseits)?)\b", re.IGNORECASE)
PLURAL = re.compile(
    r"\b(?:euch|eure\w*|habt|seid|wollt|dürft|müsst|wisst|kennt|sucht|helft|gebt|macht|findet|nennt|stellt|bringt"
    r"|ruft|meldet|schlagt|schickt|vermittelt|empfehlt|sagt|k(?:ö|oe)nnt|\w{2,}tet)\b",
    re.IGNORECASE,
)
CLAUSE = re.compile(r"[,;:.!?()–—/|]|\b(?:aber|jedoch|sondern|und|but|and|mais|et|pero|sino|mas)\b")
DENIED_AFTER = re.compile(
    r"\b(?:nicht|nich|net|ned|nie|keine[rn]?|nein|entf(?:aellt|allen)?|unnoetig|entbehrlich|ueberfluessig|not|no|non|pas|nao|none)\b"
)
DENIED_BEFORE = re.compile(
    r"\b(?:kein(?:e[rsnm]?)?|nichts|nix|ohne|no|without|aucune?|sans|ninguna?|ningun|sin|nenhuma?|sem|statt)(?:\W+\w+){0,2}\W*$"
    r"|\b(?:nicht|nie|not|never|don't|pas|nunca|nao|weder)(?:\W+\w+){0,4}\W*$"
)
WITHOUT = re.compile(r"\b(?:ohne|without|sans|sin|sem)\W+\w+\W*$")  # "ohne Ihre Vermittlung kommen wir nicht weiter"
INSTEAD = re.compile(r"(?:ohne|without|sans|sin|sem)\b")
FORM_NO = re.compile(
    r"\W*[:?=|]\W*(?:x\W+)?(?:(?:derzeit|zurzeit|aktuell|momentan|vorerst)\W+)?(?:nein|no|non|nao|keine[rn]?|nicht|entf\w*)\b"
)
NO_DENIAL = re.compile(
    r"\b(?:nicht (?:nur|zuletzt|allein|ohne|umhin)|warum nicht|ob nicht|nicht wahr|not only|no doubt"
    r"|keine frage|kein problem|ohne (?:ihre?[nmr]?|eure?[nmr]?|sie|euch)\b|without your?|sans vous|sans votre|sin su"
    r"|sem a? ?vossa)"
)


@dataclass(frozen=True, slots=True)
class Frame:
    """An act, roles of which each must stand beside it (one of several is a set), and roles that must not."""

    need: str
    act: str
    beside: tuple[frozenset[str], ...]
    apart: frozenset[str]
    reach: int


@lru_cache(maxsize=1024)
def framed(text: str) -> frozenset[str]:
    """The needs that the frames find in a sentence."""
    hits = [hit for hit in _book().find(text) if hit.label not in ADDRESSED or _is_you(text, hit)]
    return frozenset(frame.need for frame in _frames() if _holds(frame, text, hits))


def unasked(text: str) -> bool:
    """Whether a sentence tells of what was, of how to reach the writer, or of what two towns do anyway."""
    return any(hit.label in ("past", "should") for hit in _book().find(text))


def about_things(text: str) -> bool:
    """Whether something else than a town is the object: a date, a form, a person."""
    return any(hit.label == "thing" for hit in _book().find(text))


def _is_you(text: str, hit: Hit) -> bool:
    """Whether the pronouns in a hit address the reader: with their capital, or where nobody writes any."""
    pronouns = [match.group() for match in PRONOUN.finditer(text, hit.start, hit.end)]
    return all(word[0].isupper() or text.islower() or (word == "ihr" and PLURAL.search(text)) for word in pronouns)


def _holds(frame: Frame, text: str, hits: Sequence[Hit]) -> bool:
    acts = [hit for hit in hits if hit.label == frame.act and not _is_untrue(text, hit, hits)]
    return any(_stands(frame, text, act, hits) for act in acts)


def _is_untrue(text: str, act: Hit, hits: Sequence[Hit]) -> bool:
    """Whether an act is denied in its clause, or told as past."""
    before, after = fold(text[: act.start]), fold(text[act.end :])
    before = CLAUSE.split(before)[-1]
    after = " ".join(NO_DENIAL.sub(" ", CLAUSE.split(after)[0]).split()[:REACH])
    if FORM_NO.match(fold(text[act.end :])) or any(h.label == "past" and _overlap(act, h) for h in hits):
        return True
    if INSTEAD.match(fold(text[act.start : act.end])):
        return False  # "ohne Sie finden wir keinen": what is denied is what they could do alone
    denied = DENIED_BEFORE.search(NO_DENIAL.sub(" ", before)) or DENIED_AFTER.search(after)
    return bool(denied) and not WITHOUT.search(before)


def _overlap(one: Hit, other: Hit) -> bool:
    return one.start < other.end and other.start < one.end


def _stands(frame: Frame, text: str, act: Hit, hits: Sequence[Hit]) -> bool:
    near = {hit.label for hit in hits if hit is not act and _distance(text, act, hit) <= frame.reach}
    return all(roles & near for roles in frame.beside) and not frame.apart & near


def _distance(text: str, one: Hit, other: Hit) -> int:
    """The words between two hits."""
    left, right = sorted((one, other), key=lambda hit: hit.start)
    return len(text[left.end : right.start].split())


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads((files("klimapartner.intents") / "help_frames.toml").read_text(encoding="utf-8"))


@cache
def _book() -> CueBook:
    rows = ((role, row) for role, voices in _table()["roles"].items() for rows in voices.values() for row in rows)
    return CueBook(compile_cue(role, row) for role, row in rows)


@cache
def _frames() -> tuple[Frame, ...]:
    return tuple(
        Frame(
            row["need"],
            row["act"],
            tuple(frozenset(roles.split("|")) for roles in row["beside"]),
            frozenset(row["apart"]),
            row["reach"],
        )
        for row in _table()["frames"]
    )
