"""Whether a letter that wants something else is a question too."""

import pytest

from klimapartner.intents.faq import FaqDecision
from klimapartner.intents.intent import IntentDecision
from klimapartner.intents.questions import with_questions
from klimapartner.intents.reading import Evidence, Intent

DEADLINE = FaqDecision(("deadline",), (Evidence("faq", "deadline", 10, 30, 0.9, "wird gefragt"),))
NOTHING = FaqDecision((), ())


def decided(*intents: Intent, sureness: float = 0.7) -> IntentDecision:
    return IntentDecision(intents, tuple(Evidence("intents", i, 0, 5, sureness, "gesagt") for i in intents))


@pytest.mark.parametrize(
    ("intents", "faq", "expected"),
    [
        (decided("interest"), DEADLINE, ("interest", "question")),
        (decided("interest", "question"), DEADLINE, ("interest", "question")),
        (decided("interest", "question", sureness=0.6), NOTHING, ("interest",)),
        (decided("interest", "question", sureness=0.95), NOTHING, ("interest", "question")),
        (decided("status_request", "question", sureness=0.95), NOTHING, ("status_request",)),
        (decided("question"), NOTHING, ("question",)),
        (decided("other"), DEADLINE, ("other",)),
    ],
)
def test_a_letter_asks_where_the_faq_is_asked(
    intents: IntentDecision, faq: FaqDecision, expected: tuple[Intent, ...]
) -> None:
    assert with_questions(intents, faq).intents == expected


def test_the_sentence_that_asks_is_the_evidence() -> None:
    asks = with_questions(decided("interest"), DEADLINE).evidence[-1]
    assert (asks.field, asks.value, asks.start, asks.end) == ("intents", "question", 10, 30)
