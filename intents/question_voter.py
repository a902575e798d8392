"""What the parts of a letter ask, by a voter that has learnt from letters and from lines of chat."""

from collections.abc import Sequence

from klimapartner.intents.bag_voter import load_voter
from klimapartner.intents.faq_voter import Votes, votes
from klimapartner.intents.question_features import Part

NAME = "questions"


def judge(parts: Sequence[Part]) -> list[Votes]:
    """The probability of each FAQ id, for each part."""
    return votes(load_voter(NAME), [part.features for part in parts])
