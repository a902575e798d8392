"""The state of a partnership as a letter tells it, by a trained voter over the letter and its sentences."""

from collections.abc import Mapping, Sequence

from klimapartner.intents.bag_voter import Judgement, load_voter, loudest
from klimapartner.intents.letter_features import Told, read_of
from klimapartner.intents.pooled_voter import EMPTY, Work, judge_works
from klimapartner.intents.reading import Status
from klimapartner.intents.sentences import Sentence
from klimapartner.intents.state_features import work

NAME = "state"
UNSAID = "unsaid"
STATES: tuple[Status, ...] = ("existing", "planned", "none")
LABELS = (*STATES, UNSAID)
States = Mapping[Status | None, float]


def state_likelihoods(told: Told, whole: Sequence[str]) -> States:
    """How likely it is that a letter, `whole` being its features, tells each state or none (None); together 1."""
    return by_state(judge_works(load_voter(NAME), [work(told, whole)])[0])


def loudest_of_state(told: Told, state: Status) -> Sentence | None:
    """The sentence that speaks most for a state; None in an empty letter."""
    read = read_of(told)
    alone = [Work(EMPTY, [part]) for part in work(told, EMPTY).parts]
    return loudest(read, judge_works(load_voter(NAME), alone), state)


def choose_state(states: States) -> Status | None:
    """The likeliest state."""
    return max(states, key=lambda state: states[state])


def by_state(judged: Judgement) -> States:
    """The same from what the voter says."""
    return {**{state: judged[state] for state in STATES}, None: judged[UNSAID]}
