"""What a whole letter wants, and the state of its partnership, by a small trained voter beside the rules."""

from collections.abc import Sequence

from klimapartner.intents.bag_voter import Judgement, judge_bags, load_voter
from klimapartner.intents.reading import Status

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
STATES: dict[Status | None, str] = {
    "existing": "status_existing",
    "planned": "status_planned",
    "none": "status_none",
    None: "status_unsaid",
}


def judge(rows: Sequence[Sequence[str]]) -> list[Judgement]:
    """The probability of each label (the intents, and the states of `STATES`) for rows of features."""
    return judge_bags(load_voter(NAME), rows)
