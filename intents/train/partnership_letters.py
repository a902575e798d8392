"""Sentences of the corpus' letters as training examples, labelled by the letter's right reading where that is plain."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from klimapartner.intents.cues import fold, labels
from klimapartner.intents.municipality import decide_municipality
from klimapartner.intents.partner_names import Named, Span, names
from klimapartner.intents.partnership_features import mask
from klimapartner.intents.reading import Office
from klimapartner.intents.sentences import Sentence, sentences
from klimapartner.intents.train.machine_letters import letter_of, read_cases
from klimapartner.intents.train.partnership_sentences import Labelled

STATES = {"existing": "E", "planned": "P", "none": "N"}
CUES = {"E": {"sure", "existing"}, "P": {"planned", "hedged", "to_be", "not_yet"}, "N": {"none", "lack"}}


def read_letters(path: Path) -> Iterator[Labelled]:
    """The sentences of the letters in a file of the corpus that a person wrote to us for a German body."""
    for case in read_cases([path]):
        gold = case["gold"]
        if not gold.get("automated") and "partner_offer" not in gold["intents"]:
            yield from _of_letter(case, path.name.partition(".")[0])


def _of_letter(case: dict[str, Any], voice: str) -> Iterator[Labelled]:
    letter = letter_of(case)
    told = [s for s in sentences(letter) if s.zone != "signature"]
    german = [(use.start, use.end) for use in decide_municipality(letter, told, office=Office()).uses]
    spans = [[g for g in german if s.start <= g[0] < s.end] for s in told]
    places = [names(s, own) for s, own in zip(told, spans, strict=True)]
    says_nothing = not any(case["gold"].get(field) for field in ("world_region", "partner", "partnership_status"))
    for number, sentence in enumerate(told):
        following = told[number + 1 : number + 2]
        after = _masked(following[0], places[number + 1], spans[number + 1]) if following else ""
        for named in places[number]:
            letters = _letters(named, sentence, case["gold"])
            yield Labelled(_masked(sentence, places[number], spans[number], named), after, letters, voice)
        if says_nothing:
            yield Labelled(_masked(sentence, places[number], spans[number]), after, frozenset(), voice)


def _masked(sentence: Sentence, places: Sequence[Named], german: Sequence[Span], named: Named | None = None) -> str:
    return mask(sentence.text, sentence.start, places, german, named)


def _letters(named: Named, sentence: Sentence, gold: dict[str, Any]) -> frozenset[str]:
    """Meant is the partner of the right reading; its state counts where the phrases of the sentence agree with it."""
    partner = (gold.get("partner") or {}).get("municipality")
    if not partner or fold(partner) not in (named.key, fold(named.name)):
        return frozenset()
    state = STATES.get(gold.get("partnership_status") or "", "")
    agrees = state and {f"partnership.{cue}" for cue in CUES[state]} & labels(sentence.text)
    return frozenset({"M", state}) if agrees else frozenset({"M"})
