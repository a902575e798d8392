"""What a whole letter wants, by a small trained voter beside the rules."""

from collections.abc import Sequence

from klimapartner.intents.bag_voter import Judgement, judge_bags, load_voter

NAME = "letters"
INTENTS = (
    "interest",
    "question",
    "workshop_registration",
    "correction",
    "withdrawal",
    "status_request",
    "partner_offer",
    "other",
)


def judge(rows: Sequence[Sequence[str]]) -> list[Judgement]:
    """The probability of each intent for rows of features."""
    return judge_bags(load_voter(NAME), rows)
