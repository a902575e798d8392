"""What a sentence says of partner, region and state, by a small trained voter: for wordings that no phrase knows."""

from collections.abc import Sequence

from klimapartner.intents.bag_voter import Judgement, judge_bags, load_voter
from klimapartner.intents.partnership_features import features

NAME = "partnership"


def judge(rows: Sequence[tuple[str, str]]) -> list[Judgement]:
    """The probability of each label for rows of (masked sentence, masked sentence after it or "")."""
    return judge_bags(load_voter(NAME), [features(*row) for row in rows])
