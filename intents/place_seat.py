"""A town named only in passing ("meine Kollegen hier in X"), that something else in the letter vouches for.

Its clerk names it once and takes it for granted: the address bears it, or the telephone stands there.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from klimapartner.intents.fold import folded
from klimapartner.intents.place_facts import Facts
from klimapartner.intents.place_roles import Use
from klimapartner.intents.place_words import cue
from klimapartner.intents.reading import Letter

PLACED_BY = re.compile(r"\b(?:in|aus|bei|um|fuer|from|at|en|de|a|z)(?: (?:uns|uns in))?$")
HOST = re.compile(r"@([\w.-]+)")
SHORTEST = 4  # letters of a name that a host must have in it


def vouched_uses(letter: Letter, uses: Sequence[Use], facts: Facts) -> Iterator[Use]:
    """The uses of a letter in which no body speaks, with those lifted that its addresses or telephone vouch for."""
    hosts = " ".join(folded(host).replace(" ", "") for host in HOST.findall(f"{letter.from_addr} {letter.text}"))
    areas = {area.key for area in facts.areas}
    for use in uses:
        vouched = _in_host(use, hosts) or any(body.key in areas for body in use.bodies)
        yield _lifted(use) if vouched and _is_liftable(use) else use


def _in_host(use: Use, hosts: str) -> bool:
    name = use.mention.name.split(" ")
    words = [word for word in (*name, "".join(name)) if len(word) >= SHORTEST]
    return not use.mention.is_adjective and any(word in hosts for word in words)


def _is_liftable(use: Use) -> bool:
    if use.mention.is_adjective:
        return bool(cue("sender", "we_adjective").search(use.mention.before.rstrip()))
    if use.aside == "":
        return not any(weight < 0 for _, weight in use.weights)
    before = use.mention.before.rstrip()
    return use.aside == "nur erwähnt" and bool(PLACED_BY.search(before)) and not cue("other", "homely").search(before)


def _lifted(use: Use) -> Use:
    return replace(use, aside="", weights=(*use.weights, ("Ort der Adresse", 2.5)))
