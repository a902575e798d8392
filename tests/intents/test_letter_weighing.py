"""Rules and the trained voter on whole letters, weighed against each other."""

import json
from collections.abc import Callable

import pytest

from klimapartner.intents.bag_voter import MODELS
from klimapartner.intents.letter_voter import INTENTS, NAME
from klimapartner.intents.letter_weighing import choose_intents, choose_together, sureness_of_intents
from klimapartner.intents.reader import load_reader
from klimapartner.intents.reading import Intent, Letter, Office, Partner, Status
from klimapartner.intents.state_voter import LABELS, States, by_state, choose_state

Write = Callable[..., Letter]


def judged(**said: float) -> dict[str, float]:
    return dict.fromkeys(INTENTS, 0.01) | said


def states(**said: float) -> States:
    """What the voter says of each state; what is left is shared by those not named."""
    rest = (1 - sum(said.values())) / (len(LABELS) - len(said))
    return by_state(dict.fromkeys(LABELS, rest) | said)


@pytest.mark.parametrize(
    ("said", "by_rules", "vouched", "expected"),
    [
        ({"interest": 0.9}, ("other",), (), ("interest",)),
        ({"interest": 0.3}, ("other",), (), ("interest",)),
        ({"interest": 0.95, "question": 0.1}, ("interest", "question"), (), ("interest",)),
        ({"interest": 0.95, "question": 0.1}, ("interest", "question"), ("question",), ("interest", "question")),
        ({"interest": 0.95, "question": 0.6}, ("interest",), (), ("interest", "question")),
        ({"interest": 0.6, "other": 0.7}, ("interest",), (), ("other",)),
        ({"interest": 0.9}, ("interest", "workshop_registration"), (), ("interest", "workshop_registration")),
        ({"interest": 0.5, "correction": 0.4}, ("interest",), (), ("correction",)),
        ({"interest": 0.95, "correction": 0.4}, ("interest",), (), ("interest",)),
        ({"interest": 0.2, "question": 0.1}, ("interest",), ("interest",), ("interest",)),
    ],
)
def test_the_voter_decides_what_a_letter_wants_but_takes_nothing_away_that_the_rules_vouch_for(
    said: dict[str, float], by_rules: tuple[Intent, ...], vouched: tuple[Intent, ...], expected: tuple[str, ...]
) -> None:
    assert choose_intents(sureness_of_intents(judged(**said), by_rules, vouched)) == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"existing": 0.9}, "existing"),
        ({"planned": 0.5, "existing": 0.4}, "planned"),
        ({"unsaid": 0.95}, None),
    ],
)
def test_the_state(said: dict[str, float], expected: Status | None) -> None:
    assert choose_state(states(**said)) == expected


@pytest.mark.parametrize(
    ("said", "town", "expected"),
    [
        ({"existing": 0.9}, 0.9, ("existing", True)),
        ({"none": 0.5, "planned": 0.45}, 0.95, ("planned", True)),
        ({"none": 0.45, "planned": 0.5}, 0.1, ("none", False)),
        ({"none": 0.95}, 0.6, ("none", False)),
        ({"planned": 0.95}, 0.0, ("planned", False)),
        ({"unsaid": 0.9}, 0.3, (None, False)),
    ],
)
def test_state_and_town_are_chosen_together(
    said: dict[str, float], town: float, expected: tuple[Status | None, bool]
) -> None:
    assert choose_together(states(**said), town) == expected


def test_a_letter_that_keeps_its_partner_back_has_no_state(write: Write) -> None:
    letter = write("Die Stadt Jena bekundet Interesse an der neunten Phase. Zum Partner sagen wir heute noch nichts.")
    assert load_reader(Office()).read(letter).partnership_status is None


@pytest.mark.parametrize(
    ("text", "partner", "region"),
    [
        (
            "Die Stadt Jena bekundet Interesse an der neunten Phase. Einen Partner haben wir nicht. Eine Kollegin war "
            "früher in Kumasi. Uns zieht es nach Lateinamerika, nur vermitteln müssten Sie uns jemanden.",
            None,
            "latin_america",
        ),
        (
            "Die Stadt Jena bekundet Interesse an der neunten Phase. Einen Partner haben wir nicht, wir suchen einen "
            "in Kolumbien. Vermitteln Sie uns bitte jemanden.",
            Partner(None, "CO"),
            "latin_america",
        ),
    ],
)
def test_who_has_nobody_yet_has_no_town_as_partner(
    text: str, partner: Partner | None, region: str, write: Write
) -> None:
    reading = load_reader(Office()).read(write(text))
    assert [reading.partner, reading.world_region, reading.partnership_status] == [partner, region, "none"]


def test_each_intent_has_a_reason_and_a_place_in_the_letter(write: Write) -> None:
    letter = write("Guten Tag. Die Stadt Jena bekundet Interesse. Viele Grüße")
    reading = load_reader(Office()).read(letter)
    given = [(e.value, letter.text[e.start : e.end]) for e in reading.evidence if e.field == "intents"]
    assert given == [("interest", "Die Stadt Jena bekundet Interesse.")]


def test_the_model_tells_how_it_was_measured() -> None:
    performance = json.loads((MODELS / NAME / "meta.json").read_text(encoding="utf-8"))["performance"]
    ways = performance["held_out"]
    assert list(ways) == ["rules", "voter", "both"]
    assert ways["both"]["unread"]["intents F1"] > ways["rules"]["unread"]["intents F1"]
