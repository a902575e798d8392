"""Rules and voters taken together for partner, region and country; what the voters see."""

import pytest

from klimapartner.intents.country_features import countries_named
from klimapartner.intents.country_voter import weigh_countries
from klimapartner.intents.letter_features import Told
from klimapartner.intents.partner_names import Named
from klimapartner.intents.partner_scene import Rival
from klimapartner.intents.partner_voter import overrule
from klimapartner.intents.partnership import Partnership
from klimapartner.intents.partnership_features import around
from klimapartner.intents.reading import Letter, Part, Region
from klimapartner.intents.region_features import work as region_work
from klimapartner.intents.region_voter import choose_region, joined, label_of
from klimapartner.intents.sentences import Sentence, sentences


def told(text: str) -> Told:
    letter = Letter(text, (Part("body", 0, len(text)),))
    return Told(letter, sentences(letter), {}, Partnership(), municipality=True)


def rival(name: str) -> Rival:
    sentence = Sentence(name, 0, len(name), "body")
    return Rival(name, (Named(name, name.lower(), 0, len(name), sentence),), 1.0)


@pytest.mark.parametrize(
    ("chosen", "said", "expected"),
    [
        (True, 0.9, ["Kribi"]),
        (True, 0.4, ["Kribi"]),
        (True, 0.1, []),
        (False, 0.9, ["Kribi"]),
        (False, 0.6, []),
    ],
)
def test_the_voter_overrules_only_where_it_is_sure(chosen: bool, said: float, expected: list[str]) -> None:
    place = rival("Kribi")
    meant, _ = overrule([place], [place] if chosen else [], [said])
    assert [r.name for r in meant] == expected


def test_a_place_that_the_voter_takes_away_is_set_aside() -> None:
    place = rival("Kribi")
    _, others = overrule([place], [place], [0.05])
    assert [r.rejected for r in others] == [True]


def test_the_surest_place_comes_first() -> None:
    places = [rival("Kribi"), rival("Zomba")]
    meant, _ = overrule(places, places, [0.6, 0.9])
    assert [r.name for r in meant] == ["Zomba", "Kribi"]


@pytest.mark.parametrize(
    ("likely", "by_rules", "expected"),
    [
        ({"africa": 0.8, "latin_america": 0.1, "open": 0.05, None: 0.05}, None, "africa"),
        ({"africa": 0.3, "latin_america": 0.1, "open": 0.55, None: 0.05}, "africa", "africa"),
        ({"africa": 0.05, "latin_america": 0.05, "open": 0.85, None: 0.05}, "africa", "open"),
        ({"africa": 0.05, "latin_america": 0.05, "open": 0.05, None: 0.85}, None, None),
        ({"africa": 0.05, "latin_america": 0.05, "open": 0.05, None: 0.85}, "other", "other"),
    ],
)
def test_a_region_takes_a_sure_voter_or_both(
    likely: dict[Region | None, float], by_rules: Region | None, expected: Region | None
) -> None:
    assert choose_region(likely, by_rules)[0] == expected


def test_what_is_said_when_asked_about_each_region_is_joined() -> None:
    africa = {"own": 0.6, "open": 0.2, "neither": 0.1, "opposite": 0.1}
    latin = {"own": 0.2, "open": 0.2, "neither": 0.2, "opposite": 0.4}
    rounded = {choice: round(score, 2) for choice, score in joined([africa, latin]).items()}
    assert rounded == {"africa": 0.5, "latin_america": 0.15, "open": 0.2, None: 0.15}


@pytest.mark.parametrize(
    ("right", "expected"),
    [("africa", "own"), ("latin_america", "opposite"), ("open", "open"), ("other", "neither"), (None, "neither")],
)
def test_the_label_of_a_letter_asked_about_africa(right: Region | None, expected: str) -> None:
    assert label_of("africa", right) == expected


@pytest.mark.parametrize(
    ("likely", "by_rules", "expected"),
    [
        ({"PE": 0.9, "GH": 0.1}, None, "PE"),
        ({"PE": 0.6}, None, None),
        ({"PE": 0.4}, "PE", "PE"),
        ({"PE": 0.1}, "PE", None),
        ({}, "PE", "PE"),
    ],
)
def test_a_country_takes_a_sure_voter_or_both(
    likely: dict[str, float], by_rules: str | None, expected: str | None
) -> None:
    assert weigh_countries(likely, by_rules)[0] == expected


def test_countries_are_named_once_and_without_germany() -> None:
    text = "Uns zieht es nach Peru. In Deutschland kennt man Peru, Ghana weniger."
    assert countries_named(told(text)) == ["PE", "GH"]


def test_what_is_learnt_of_one_region_holds_for_the_other() -> None:
    africa = region_work(told("Am liebsten wäre uns Afrika."), ("interest",), "africa")
    latin = region_work(told("Am liebsten wäre uns Lateinamerika."), ("interest",), "latin_america")
    assert africa == latin


def test_words_around_a_place() -> None:
    found = set(around(["wir", "gehen", "X", "gern"], 2, 8))
    assert found == {"<wir", "<gehen", ">gern", "-1:gehen", "-2:wir", "+1:gern", "<<wir gehen", ">>gern"}
