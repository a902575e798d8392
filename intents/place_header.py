"""What the sender's name and mail address say about the body that writes, and whether a name is the writer's own."""

import re
from collections.abc import Iterator

from klimapartner.intents.fold import folded
from klimapartner.intents.gazetteer.forms import FULL
from klimapartner.intents.gazetteer.names import core
from klimapartner.intents.gazetteer.table import Entry
from klimapartner.intents.person_name import is_given
from klimapartner.intents.place_facts import Facts
from klimapartner.intents.place_roles import Use, uses_in
from klimapartner.intents.place_words import cue
from klimapartner.intents.places import everyday
from klimapartner.intents.reading import Letter
from klimapartner.intents.sentences import Sentence

OFFICIAL = 4.0  # what a municipality's own domain weighs at least
COUNTY_OFFICE = re.compile(r"landrat|landraet|landrät|kreistag|kreisverwaltung|\blra\b")


def header_hits(letter: Letter, facts: Facts) -> Iterator[tuple[str, float, Entry]]:
    """(evidence, weight, body) of the sender's name and mail address."""
    local = local_words(letter)
    for use in uses_in(Sentence(letter.from_name, 0, len(letter.from_name), "header")):
        if _names_sender(use, letter.from_name, local):
            yield from (("Absendername", OFFICIAL, body) for body in _meant(use, letter.from_name))
    yield from _domain_hits(letter, facts, local)
    if not facts.domain.names and cue("header", "office").search(local):
        for use in uses_in(Sentence(local, 0, len(local), "header")):
            if not use.mention.everyday:
                yield from (("Mailadresse", 2.0, body) for body in use.bodies)


def local_words(letter: Letter) -> str:
    """The words before the @ of the sender's address, one blank between them."""
    return re.sub(r"[^a-zäöüß]+", " ", letter.from_addr.rpartition("@")[0].lower()).strip()


def _domain_hits(letter: Letter, facts: Facts, local: str) -> Iterator[tuple[str, float, Entry]]:
    official = facts.domain.official or bool(cue("header", "office").search(local))
    surname = folded(letter.from_name).split()[-1:]
    for quality, body in facts.domain.names:
        own = not official and folded(body.name).split()[:1] == surname and " " in letter.from_name.strip()
        if not own and (official or not _is_only_a_word(body, facts)):
            yield "Mailadresse", (OFFICIAL if official else 2.0) + (1.0 if quality == FULL else 0.0), body


def _is_only_a_word(body: Entry, facts: Facts) -> bool:
    """Whether a domain's name is an everyday word that the letter does not have (weltkreis.example)."""
    name = core(body.name)
    return name in everyday() and len(facts.domain.words) > 1 and f" {name} " not in facts.text


def _meant(use: Use, name: str) -> tuple[Entry, ...]:
    """The bodies that a header's name means: the county of that name where the Landrat's office writes."""
    counties = tuple(body for _, body in use.mention.bearers if body.is_county)
    return counties if counties and COUNTY_OFFICE.search(name.lower()) else use.bodies


def _names_sender(use: Use, name: str, local: str) -> bool:
    if use.aside not in ("", "Alltagswort", "nur erwähnt"):
        return False
    if use.level:
        return True
    person = use.mention.name in local.split() and " " in local
    known = bool(cue("header", "office").search(name.lower())) or name.strip() == use.mention.text
    return (known or _beside_a_name(use, name)) and not person and not use.mention.everyday


def _beside_a_name(use: Use, name: str) -> bool:
    """Whether a town stands behind a person's name, or before an office: "Nießen, Erkelenz", "Pirmasens Zukunft"."""
    before, after = name[: use.mention.start].rstrip(), re.findall(r"\w[\w-]+", name[use.mention.end :])
    if is_given(use.mention.text) or any(map(is_given, after)):
        return False
    return before.endswith((",", "(", "/", "|")) or (not before and bool(after) and "," not in name)


def is_own_surname(use: Use, letter: Letter) -> bool:
    """Whether a name without a word of kind is the writer's: Jule Breidenbach, who writes as jule.breidenbach@."""
    if use.level or cue("header", "office").search(letter.from_name.lower()):
        return False
    written, sender = folded(f"{use.mention.before}{use.mention.name}"), folded(letter.from_name)
    spelled = local_words(letter).split()
    held = len(spelled) == 2 and folded(spelled[1]) == use.mention.name and not use.mention.before.endswith(" in ")
    return held or (len(sender.split()) > 1 and written.endswith(sender))
