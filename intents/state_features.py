"""What the trained voter on the state of a partnership sees: the letter as a whole, and each sentence without names."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from klimapartner.intents.cues import labels
from klimapartner.intents.letter_features import Told, read_of
from klimapartner.intents.partnership_features import masked, stems
from klimapartner.intents.pieces import pieces
from klimapartner.intents.pooled_voter import EMPTY, Work
from klimapartner.intents.sentences import Sentence


def work(told: Told, whole: Sequence[str]) -> Work:
    """A letter, `whole` being its features, and its sentences; one without any has one without words."""
    return Work(whole, [sorted(set(_of_sentence(told, s))) for s in read_of(told)] or [EMPTY])


def _of_sentence(told: Told, sentence: Sentence) -> Iterator[str]:
    text = masked(sentence, told.german)
    found = stems(text)
    yield f"zone:{sentence.zone}"
    yield from (f"piece:{piece}" for piece in pieces(text))
    yield from (f"cue in it:{label}" for label in labels(sentence.text))
    yield from (f"stem:{stem}" for stem in found)
    yield from (f"row:{left} {right}" for left, right in pairwise(["^", *found, "$"]))
