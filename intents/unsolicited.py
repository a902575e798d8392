"""Advertising and fraud written by persons: they get no answer.

A single sign proves nothing (municipalities too "offer" and write of Reichweite), so several kinds must come together.
"""

import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from klimapartner.intents.cues import CueBook, compile_cue
from klimapartner.intents.reading import Letter
from klimapartner.intents.sender import is_seller
from klimapartner.intents.sentences import Sentence

WEIGHTS = {"pitch": 1, "marketing": 1, "hook": 1, "urge": 1, "fraud": 2}
AGAINST = {"dealings": 2, "public": 1}
ENOUGH = 3
ZONES = ("subject", "body", "forward", "attachment")


def is_unsolicited(letter: Letter, sentences: Sequence[Sentence]) -> bool:
    """Whether a letter that wants nothing of the programme offers goods, services or money."""
    texts = [s.text for s in sentences if s.zone in ZONES]
    found = {hit.label for text in texts for hit in _book().find(text)}
    public = {hit.label for s in sentences for hit in _book().find(s.text)} & {"public"}
    score = sum(WEIGHTS.get(label, 0) for label in found) + is_seller(letter)
    score -= sum(AGAINST.get(label, 0) for label in found | public)
    return score >= ENOUGH and bool(found & {"pitch", "fraud", "marketing"})


@cache
def _book() -> CueBook:
    table = tomllib.loads((files("klimapartner.intents") / "unsolicited.toml").read_text(encoding="utf-8"))
    rows = ((label, pattern) for label, languages in table.items() for row in languages.values() for pattern in row)
    return CueBook(compile_cue(label, pattern) for label, pattern in rows)
