"""Rules and the trained voter on whole letters, weighed against each other."""

import json
from collections.abc import Callable

import pytest

from klimapartner.intents.bag_voter import MODELS
from klimapartner.intents.letter_voter import INTENTS, NAME, STATES
from klimapartner.intents.letter_weighing import (
    choose_intents,
    choose_state,
    is_settled,
    mix_intents,
    mix_states,
    settled,
)
from klimapartner.intents.partnership import Partnership
from klimapartner.intents.reader import load_reader
from klimapartner.intents.reading import Evidence, Intent, Letter, Office, Partner, Status

Write = Callable[..., Letter]


def judged(**said: float) -> dict[str, float]:
    return dict.fromkeys((*INTENTS, *STATES.values()), 0.01) | said


@pytest.mark.parametrize(
    ("said", "by_rules", "expected"),
    [
        ({"interest": 0.9}, ("interest",), ("interest",)),
        ({"interest": 0.9}, ("other",), ("interest",)),
        ({"interest": 0.6}, ("other",), ("interest",)),
        ({"interest": 0.3}, ("other",), ("other",)),
        ({"interest": 0.95, "question": 0.1}, ("interest", "question"), ("interest",)),
        ({"interest": 0.95, "question": 0.5}, ("interest", "question"), ("interest", "question")),
        ({"interest": 0.9}, ("interest", "workshop_registration"), ("interest", "workshop_registration")),
    ],
)
def test_what_both_say_together(
    said: dict[str, float], by_rules: tuple[Intent, ...], expected: tuple[str, ...]
) -> None:
    assert choose_intents(mix_intents(judged(**said), by_rules)) == expected


def test_what_the_rules_call_plainly_foreign_stays_so() -> None:
    mixed = mix_intents(judged(question=0.99), ("other",))
    assert settled(("other",), elsewhere=True, mixed=mixed) == ("other",)


@pytest.mark.parametrize(
    ("said", "by_rules", "expected"),
    [
        ({"status_existing": 0.9}, None, "existing"),
        ({"status_planned": 0.5, "status_existing": 0.4}, "existing", "existing"),
        ({"status_unsaid": 0.95}, "planned", None),
    ],
)
def test_the_state(said: dict[str, float], by_rules: Status | None, expected: Status | None) -> None:
    assert choose_state(mix_states(judged(**said), by_rules)) == expected


def told_of(status: Status, sureness: float) -> Partnership:
    return Partnership(status=status, evidence=(Evidence("partnership_status", status, 0, 1, sureness, "gesagt"),))


@pytest.mark.parametrize(
    ("by_rules", "expected"),
    [
        (told_of("existing", 0.9), True),
        (told_of("planned", 0.85), True),
        (told_of("planned", 0.5), False),
        (told_of("none", 0.85), False),
        (Partnership(), False),
        (Partnership(withheld=True), True),
    ],
)
def test_a_state_plainly_told_of_or_kept_back_stands(by_rules: Partnership, expected: bool) -> None:
    assert is_settled(by_rules) == expected


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
