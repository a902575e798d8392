"""What the trained voter on partners sees of each place that a letter names: the words around it, cues, no names.

Places are replaced by words for their kind (`partnership_features`), so that the voter cannot learn names. The weight
that the rules give a place is no feature: they were written on the letters that the voter learns from.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from klimapartner.intents.cues import labels
from klimapartner.intents.partner_names import Named
from klimapartner.intents.partner_scene import Rival, Scene, clause_labels, segment_labels, tail_labels
from klimapartner.intents.partnership_features import CANDIDATE, around, mask, stems
from klimapartner.intents.pieces import pieces
from klimapartner.intents.pooled_voter import Work
from klimapartner.intents.sentences import Sentence
from klimapartner.intents.world import region_of

GROUPS = ("partner", "partnership", "region", "intent")
NEAR = 8  # words
SMALL = 20  # thousands of inhabitants
MANY = 3
MARKS = ("typed", "given", "kind_word", "denied", "in_subject", "around", "is_southern")


def works(scene: Scene, rivals: Sequence[Rival]) -> list[Work]:
    """Each rival in its letter, and each of its mentions."""
    letter = {
        f"letter:{label}" for s in scene.sentences for label in labels(s.text) if label.partition(".")[0] in GROUPS
    }
    return [_work(letter, rival, rivals, scene) for rival in rivals]


def _work(letter: set[str], rival: Rival, rivals: Sequence[Rival], scene: Scene) -> Work:
    parts = [set(_of_mention(named, scene)) for named in rival.mentions]
    around_it = (f"letter:{piece}" for s in scene.sentences for piece in pieces(_masked(s, scene, rival.mentions[0])))
    whole = letter.union(_of_rival(rival, rivals), around_it, *parts)
    return Work(sorted(whole), [sorted(part) for part in parts])


def _of_rival(rival: Rival, rivals: Sequence[Rival]) -> Iterator[str]:
    others = [r for r in rivals if r is not rival and any(n.is_southern for n in r.mentions)]
    yield f"mentions:{min(MANY, len(rival.mentions))}"
    yield f"others:{min(MANY, len(others))}"
    yield f"size:{_size(rival)}"
    yield f"country:{_country(rival)}"
    if rival.mentions[0].start == min(r.mentions[0].start for r in rivals):
        yield "first"
    if rival.mentions[-1].start == max(r.mentions[-1].start for r in rivals):
        yield "last"


def _size(rival: Rival) -> str:
    size = max(-1 if n.size is None else n.size for n in rival.mentions)
    return "unlisted" if size < 0 else "area" if size == 0 else "small" if size < SMALL else "large"


def _country(rival: Rival) -> str:
    return "none" if not rival.country else "other" if region_of(rival.country) == "other" else "southern"


def _of_mention(named: Named, scene: Scene) -> Iterator[str]:
    masked = _masked(named.sentence, scene, named)
    yield from (f"is:{mark}" for mark in MARKS if getattr(named, mark))
    yield from _of_cues(named, scene)
    yield from _of_words(stems(masked))
    yield from (f"p:{piece}" for piece in pieces(masked))
    place = scene.sentences.index(named.sentence)
    for earlier in scene.sentences[max(0, place - 1) : place]:
        yield from (f"before:{stem}" for stem in stems(_masked(earlier, scene, named)))
        yield from (f"before:{label}" for label in labels(earlier.text))
    for following in scene.sentences[place + 1 : place + 2]:
        yield from (f"next:{stem}" for stem in stems(_masked(following, scene, named)))
        yield from (f"next:{label}" for label in labels(following.text))


def _of_cues(named: Named, scene: Scene) -> Iterator[str]:
    text, start = named.sentence.text, named.start - named.sentence.start
    yield f"zone:{named.sentence.zone}"
    yield from (f"sentence:{label}" for label in labels(text))
    yield from (f"segment:{label}" for label in segment_labels(named))
    yield from (f"clause:{label}" for label in clause_labels(text, start))
    yield from (f"tail:{label}" for label in tail_labels(named, scene.places))


def _masked(sentence: Sentence, scene: Scene, named: Named) -> str:
    """A sentence without names; every mention of the place in question stands as the candidate."""
    places = [n for n in scene.places if n.sentence is sentence]
    own = [n for n in places if n.key == named.key]
    others = [n for n in places if n.key != named.key]
    german = [span for span in scene.german if sentence.start <= span[0] < sentence.end]
    return mask(sentence.text, sentence.start, others, german, own)


def _of_words(found: Sequence[str]) -> Iterator[str]:
    yield from (f"word:{stem}" for stem in found)
    yield from (f"row:{left} {right}" for left, right in pairwise(["^", *found, "$"]))
    for place, stem in enumerate(found):
        if stem == CANDIDATE:
            yield from around(found, place, NEAR)
