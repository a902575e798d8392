"""The words beside a place name: the patterns of place_cues.toml, and the word for its kind before it."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from klimapartner.intents.places import Mention

LEVELS = ("district", "joint", "county", "market", "spot", "town", "village", "any")
BEHIND = re.compile(r"\s*\(((?:Land)?[Kk]reis|Stadt|VG|Verbandsgemeinde|Samtgemeinde)\)")
BEHIND_LEVELS = {
    "landkreis": "county",
    "kreis": "county",
    "stadt": "town",
    "vg": "joint",
    "verbandsgemeinde": "joint",
    "samtgemeinde": "joint",
}
SQUARE = re.compile(r" (?:in|im|am)\s*$")  # the market place in X is no Markt X
LINKING = r"(?: (?:der|des|dem|die|von|vom|in|im|of|the|de|da|do|del|la|am))?\s*$"


@dataclass(frozen=True, slots=True)
class Before:
    """The folded text before a name, cut into the word for the kind of body and what stands before that."""

    level: str
    word: str
    rest: str


@cache
def cue(section: str, name: str, *, end: bool = False) -> re.Pattern[str]:
    """A pattern of place_cues.toml; with `end` it must reach up to the name that follows."""
    pattern = _cues()[section][name].replace("\n", "")
    return re.compile(rf"\b(?:{pattern}){LINKING}" if end else pattern)


@cache
def _cues() -> dict[str, dict[str, str]]:
    return tomllib.loads((files("klimapartner.intents") / "place_cues.toml").read_text(encoding="utf-8"))


def split_before(mention: Mention, text: str) -> Before:
    """The word for the kind of body right before a name, or in brackets after it: Miltenberg (Landkreis)."""
    before, last = mention.before, mention.before[-60:]
    if behind := BEHIND.match(text, mention.end):
        word = behind.group(1).lower()
        return Before(BEHIND_LEVELS[word], word, before.rstrip())
    for level in LEVELS:
        match = cue("level", level, end=True).search(last)
        if match:
            word = match.group().split()[0]
            if level == "town" and cue("foreign", "others").match(word):
                return Before("", "", before)
            if level == "market" and SQUARE.search(match.group()):
                break
            return Before(level, word, before[: len(before) - len(last) + match.start()].rstrip())
    return Before("", "", before.rstrip())
