"""What a text is like as a whole, and how it opens and closes: signs of the machine voter that no single word has."""

import re
import tomllib
from itertools import combinations
from pathlib import Path

_SCENE = tomllib.loads(Path(__file__).with_name("machine_words.toml").read_text(encoding="utf-8"))["scene"]
_GREETED, _SIGNED = (re.compile(_SCENE[name], re.IGNORECASE) for name in ("greeted", "signed"))
_INITIALS = re.compile(_SCENE["initials"])
_TALKS = {"asks", "shared", "modal_you", "begs", "informal_you"}
_SPEAKS_FOR = {"i", "we", "closes", "form", "signed_for"}


def scene(body: str, said: set[str], sender: str) -> set[str]:
    """The features of a text of this kind of sender; `said` are the names of the word signs in it."""
    edges = _edges(body)
    kinds = _kinds(said, edges)
    pairs = {f"{one}+{two}" for one, two in combinations(sorted(kinds), 2)}
    return {
        *(f"O!{name}" for name in edges),
        *(f"O!{sender}+{name}" for name in edges),
        *(f"A!{name}" for name in kinds | pairs),
        *(f"A!{sender}+{name}" for name in kinds | pairs),
    }


def _edges(body: str) -> set[str]:
    """Whether somebody is greeted by name, and whether somebody signs, also within the running text."""
    signs = {
        "greets_name": _GREETED.match(body),
        "inline_name": _SIGNED.search(body),
        "initials": _INITIALS.search(body),
    }
    return {name for name, hit in signs.items() if hit}


def _kinds(said: set[str], edges: set[str]) -> set[str]:
    """What the text as a whole is about: an absence, a new address, a receipt; whether anybody talks to anybody."""
    talks = bool(_TALKS & said or "greets_name" in edges)
    aside = not talks and "matter" not in said
    signs = {
        "absent": aside and "when" in said and bool({"absence_more", "away", "gone"} & said),
        "present": aside and {"when", "work"} <= said,
        "gone": aside and "gone" in said,
        "receipt": not talks and bool({"receipt", "patience"} & said) and "said_ihre" in said and "i" not in said,
        "nobody": not (talks or edges or _SPEAKS_FOR & said),
        "off_matter": "matter" not in said,
        "talks": talks,
    }
    return {name for name, hit in signs.items() if hit}
