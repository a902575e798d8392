"""Sentences of the corpus' letters as training examples, labelled by the letter's right reading where that is plain."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from klimapartner.intents.cues import fold, labels
from klimapartner.intents.municipality import decide_municipality
from klimapartner.intents.partner_names import Named, Span, names
from klimapartner.intents.partnership_features import masked
from klimapartner.intents.reading import Office
from klimapartner.intents.sentences import Sentence, sentences
from klimapartner.intents.train.machine_letters import letter_of, read_cases
from klimapartner.intents.train.partnership_sentences import Labelled
from klimapartner.intents.world import find

STATES = {"existing": "E", "planned": "P", "none": "N"}
CUES = {"E": {"sure", "existing"}, "P": {"planned", "hedged", "to_be", "not_yet"}, "N": {"none", "lack"}}
REGIONS = {"africa": "A", "latin_america": "L", "open": "O", "other": "U"}
SPEAKS = {"partner.tie", "partner.contact", "partner.cityhall"}

Gold = dict[str, Any]


def read_letters(path: Path) -> Iterator[Labelled]:
    """The sentences of the letters in a file of the corpus that a person wrote to us for a German body."""
    for case in read_cases([path]):
        gold = case["gold"]
        if not gold.get("automated") and "partner_offer" not in gold["intents"]:
            yield from _of_letter(case, path.name.partition(".")[0])


def _of_letter(case: Gold, voice: str) -> Iterator[Labelled]:
    letter, gold = letter_of(case), case["gold"]
    told = [s for s in sentences(letter) if s.zone != "signature"]
    german = [(use.start, use.end) for use in decide_municipality(letter, told, office=Office()).uses]
    says_nothing = not any(gold.get(field) for field in ("world_region", "partner", "partnership_status"))
    for number, sentence in enumerate(told):
        after = "".join(masked(following, german) for following in told[number + 1 : number + 2])
        southern = [n for n in _names(sentence, german) if n.is_southern]
        for named in southern:
            yield Labelled(masked(sentence, german, named), after, _of_place(named, sentence, gold), voice)
        letters = _of_regions(sentence, gold) | (frozenset() if southern else _of_none(sentence, gold))
        if letters or says_nothing:
            yield Labelled(masked(sentence, german), after, letters, voice)


def _names(sentence: Sentence, german: list[Span]) -> tuple[Named, ...]:
    return names(sentence, [g for g in german if sentence.start <= g[0] < sentence.end])


def _of_place(named: Named, sentence: Sentence, gold: Gold) -> frozenset[str]:
    """Meant is the partner of the right reading; its state counts unless phrases of the sentence say another."""
    partner = (gold.get("partner") or {}).get("municipality")
    if not partner:
        return frozenset("X") if SPEAKS & labels(sentence.text) else frozenset()
    if fold(partner) not in (named.key, fold(named.name)):
        return frozenset()
    state = STATES.get(gold.get("partnership_status") or "", "")
    return frozenset({"M", state}) if state and not _says_other(sentence, state) else frozenset("M")


def _says_other(sentence: Sentence, state: str) -> bool:
    found = labels(sentence.text)
    others = {f"partnership.{cue}" for other, cues in CUES.items() if other != state for cue in cues}
    own = {f"partnership.{cue}" for cue in CUES[state]}
    return bool(others & found) and not own & found


def _of_none(sentence: Sentence, gold: Gold) -> frozenset[str]:
    """A sentence whose phrases say that there is no partner, in a letter that has none."""
    says = bool({"partnership.none", "partnership.lack"} & labels(sentence.text))
    return frozenset("N") if says and gold.get("partnership_status") == "none" else frozenset()


def _of_regions(sentence: Sentence, gold: Gold) -> frozenset[str]:
    """The wish of a letter without a partner's town, on the sentences that name its region or country."""
    partner = gold.get("partner") or {}
    if partner.get("municipality") or not gold.get("world_region"):
        return frozenset()
    mentions = [m for m in find(sentence.text) if m.kind != "place" and m.region and m.countries != ("DE",)]
    if partner.get("country"):
        return frozenset("W") if any(partner["country"] in m.countries for m in mentions) else frozenset()
    named = {m.region for m in mentions}
    region = gold["world_region"]
    fits = named >= {"africa", "latin_america"} if region == "open" else region in named
    kinds = {m.kind for m in mentions}
    return frozenset("W" if kinds == {"country"} and region != "other" else REGIONS[region]) if fits else frozenset()
