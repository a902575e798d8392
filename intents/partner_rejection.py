"""What sets a place aside as the partner: an end told of it in its sentence or the next, unless it is of others."""

import re
from collections.abc import Iterator

from klimapartner.intents.cues import Hit, find_cues, fold, labels
from klimapartner.intents.partner_names import Named, Span
from klimapartner.intents.partner_scene import Scene, segment_bounds, tail_labels
from klimapartner.intents.sentences import Sentence
from klimapartner.intents.telling import denied, is_asking
from klimapartner.intents.world import find

OWN = re.compile(
    r"\b(?:wir|uns|unser\w*|ich|mich|mir|mein\w*|we|us|our|my|me|nous|notre|nos|nuestr\w+|nosotros|nós|noss\w+)\b",
    re.IGNORECASE,
)
UNENDED = re.compile(
    r"\b(?:nie|niemals|nicht|kein|weder|never|not|n't|jamais|nunca)\s(?:\w+\s){0,2}(?:gekuendigt|beendet|aufgeloest|aufgehoben|eingestellt"
    r"|eingeschlafen|abgebrochen|erloschen|beenden|kuendigen|ended|cancelled|terminated|dissolved|rompu|rompido|terminado|encerrad\w|interrumpid\w)\b"
)
SHORT = 4  # a sentence of so few words speaks of what stands before it ("Gilt als beendet.")
# Brackets, and relative clauses with a comma at both ends.
ASIDE = re.compile(
    r"\([^()]*\)|,\s(?:(?:in|mit|von|zu|aus|an|bei|für|auf|über|unter|with|of|to)\s)?(?:der|die|das|den|dem|deren|dessen"
    r"|denen|welche[rsmn]?|who|which|whose|qui|que|dont)\s[^,;()]*,",
    re.IGNORECASE,
)
NOBODY = re.compile(
    r"\b(?:niemand\w*|keine[rnms]?|kein|nobody|no ?one|none|personne|nadie|ninguém|nimmer)\b", re.IGNORECASE
)


def is_own(named: Named) -> bool:
    """Whether the sentence of a place speaks of the writers."""
    return bool(OWN.search(named.sentence.text))


def is_rejected(named: Named, scene: Scene) -> bool:
    """Whether its part of the sentence, or the next sentence speaking of it, sets it aside."""
    if _is_ended(named) or "partner.reject" in tail_labels(named, scene.places):
        return not _is_renewed(named, scene) and not _goes_on(named.sentence.text)
    place = scene.sentences.index(named.sentence)
    following = scene.sentences[place + 1] if place + 1 < len(scene.sentences) else None
    if following is None or any(p.sentence is following for p in scene.places) or _is_of_others(following, named):
        return False
    found = labels(following.text)
    if _goes_on(following.text) or _is_confirmed(place + 2, scene):
        return False
    if "partner.tie" not in found and names_another_body(following, scene):
        return False
    short = len(following.text.split()) <= SHORT and not OWN.search(following.text)
    refers = short or bool({"partner.anaphora", "partner.tie"} & found)
    taken_up = refers and not _is_renewed(named, scene)
    return "partner.denied" in found or (any(_rejections(following.text)) and taken_up)


def names_another_body(sentence: Sentence, scene: Scene) -> bool:
    """Whether a sentence names a German body that stands nowhere else in the letter, hence not the writers'."""
    spans = [span for span in scene.german if sentence.start <= span[0] < sentence.end]
    others = [s.text for s in scene.sentences if s is not sentence]
    return any(not any(_name(sentence, span) in text for text in others) for span in spans)


def _name(sentence: Sentence, span: Span) -> str:
    return sentence.text[span[0] - sentence.start : span[1] - sentence.start]


def _rejections(text: str) -> Iterator[Hit]:
    """The cues of an end; none that runs over a semicolon."""
    return (hit for hit in find_cues(text) if hit.label == "partner.reject" and ";" not in text[hit.start : hit.end])


def _is_ended(named: Named) -> bool:
    """Whether a cue of its part of the sentence sets it aside, and not what a clause closed before it speaks of."""
    text, start = named.sentence.text, named.start - named.sentence.start
    left, right = segment_bounds(named)
    closed = [m.span() for m in ASIDE.finditer(text) if m.end() <= start]
    hits = (hit for hit in _rejections(text) if left <= hit.start < right)
    return any(not any(a <= hit.start and hit.end <= b for a, b in closed) for hit in hits)


def _goes_on(text: str) -> bool:
    """Whether an end is only named to be denied ("nie gekündigt", "has not ended")."""
    return bool(UNENDED.search(fold(text)))


def _is_confirmed(place: int, scene: Scene) -> bool:
    """Whether the sentence there, which names no other place, says that the partnership stands."""
    following = scene.sentences[place : place + 1]
    stands = any("partnership.sure" in labels(s.text) and not is_asking(s) for s in following)
    return stands and not any(p.sentence is s for p in scene.places for s in following)


def _is_of_others(sentence: Sentence, named: Named) -> bool:
    """Whether it names countries, none of which is the place's."""
    countries = {iso for m in find(sentence.text) if m.kind == "country" for iso in m.countries}
    return bool(countries) and not countries & set(named.countries)


def _is_renewed(named: Named, scene: Scene) -> bool:
    """Whether its sentence or one of the two that follow takes the partnership up again."""
    place = scene.sentences.index(named.sentence)
    near = (s.text for s in scene.sentences[place : place + 3])
    return any(
        "partner.renewed" in labels(text) and not denied(text, "partner.renewed") and not NOBODY.search(text)
        for text in near
    )
