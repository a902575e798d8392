"""Letters of the corpus as training examples for the voters on partners and on countries."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import spacy
from spacy.language import Language

from klimapartner.intents import (
    country_features,
    country_voter,
    partner_features,
    partner_voter,
)
from klimapartner.intents.cues import fold
from klimapartner.intents.findings import Findings
from klimapartner.intents.partner import choose_by_rules
from klimapartner.intents.partner_scene import Rival, set_scene
from klimapartner.intents.partnership import told_of
from klimapartner.intents.pipeline import told_by_rules
from klimapartner.intents.pooled_voter import Work
from klimapartner.intents.reading import Letter, Part
from klimapartner.intents.train.bags import CORPUS
from klimapartner.intents.train.letter_cases import by_rules as read_by_rules
from klimapartner.intents.train.letter_cases import with_parts
from klimapartner.intents.train.machine_letters import read_cases
from klimapartner.intents.train.partnership_sentences import read_patterns, with_names

ReadLetter = tuple[str, dict[str, Any], Findings]


@dataclass(frozen=True, slots=True)
class PlaceCase:
    """One place or country of a letter: what the voter sees, whether it is the one, whether the rules say so.

    `together` is how sure rules and voter are, of what the voter says.
    """

    work: Work
    holds: bool
    rules: bool
    writer: str
    together: Callable[[float], float]


def read_partner_cases(paths: Iterable[Path]) -> Iterator[PlaceCase]:
    """The places of the letters of German writers, and those of the labelled sentences, each a letter by itself."""
    for writer, gold, found in letters_of(paths):
        if "partner_offer" not in gold["intents"]:
            yield from _places(writer, gold, found)
    yield from _sentence_places(spacy.blank("xx"))


def _sentence_places(nlp: Language) -> Iterator[PlaceCase]:
    """The place in question of each labelled sentence that says whether it is the partner meant."""
    for path in sorted((CORPUS / "sentences").glob("s[0-9]*.tsv")):
        for number, (labels, pattern) in enumerate(read_patterns(path)):
            if "{K}" in pattern and {"M", "X"} & labels:
                town, text = with_names(pattern, number)
                found = read_by_rules(nlp, Letter(text, (Part("body", 0, len(text)),)))
                partner = {"municipality": town if "M" in labels else None}
                yield from _places(path.stem, {"partner": partner}, found)


def read_country_cases(paths: Iterable[Path]) -> Iterator[PlaceCase]:
    """Each country that a letter of a German writer names, of letters without a town as their partner."""
    for writer, gold, found in letters_of(paths):
        partner = gold.get("partner") or {}
        if partner.get("municipality") or "partner_offer" in gold["intents"]:
            continue
        told, read = told_by_rules(found), found.partnership.partner
        by_rules = read.country if read and not read.municipality else None
        for iso in country_features.countries_named(told):
            asked = country_features.work(told, found.intents.intents, iso)
            wished = iso == partner.get("country")
            together = partial(country_voter.sureness, by_rules=iso == by_rules)
            yield PlaceCase(asked, wished, iso == by_rules, writer, together)


def letters_of(paths: Iterable[Path]) -> Iterator[ReadLetter]:
    """(writer, right reading, what the rules find) of each letter; the m files are not labelled for places."""
    nlp: Language = spacy.blank("xx")
    for path in paths:
        writer = path.name.partition(".")[0]
        for case in read_cases([path]) if not writer.startswith("m") else ():
            if not case["gold"].get("automated"):
                yield writer, case["gold"], read_by_rules(nlp, with_parts(case))


def _places(writer: str, gold: dict[str, Any], found: Findings) -> Iterator[PlaceCase]:
    body = found.bodies.municipality
    scene = set_scene(told_of(found.sentences), found.german, body.ags if body else None)
    choice = choose_by_rules(scene)
    rivals = [*choice.meant, *choice.others]
    right = _key((gold.get("partner") or {}).get("municipality"))
    for rival, work in zip(rivals, partner_features.works(scene, rivals), strict=True):
        together = partial(_sureness, rival, choice.meant)
        meant = rival in choice.meant
        yield PlaceCase(work, _is(rival, right), meant, writer, together)


def _sureness(rival: Rival, chosen: Sequence[Rival], said: float) -> float:
    return partner_voter.sureness(rival, said, chosen)


def _is(rival: Rival, key: str) -> bool:
    return bool(key) and _key(rival.name) == key


def _key(name: str | None) -> str:
    return " ".join(fold(name or "").replace("-", " ").split())
