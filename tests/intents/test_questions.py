"""The parts of a letter that may ask, and how the voters on questions are fitted."""

import numpy as np
import pytest

from klimapartner.intents.faq_asking import hear
from klimapartner.intents.faq_order import FAQ_IDS
from klimapartner.intents.faq_voter import votes
from klimapartner.intents.question_features import parts
from klimapartner.intents.reading import Letter, Part
from klimapartner.intents.sentences import Sentence, sentences
from klimapartner.intents.train.linear import PIPE, fit_rows, row
from klimapartner.intents.train.questions import CONFIG, QuestionCase, placed


def told(body: str) -> tuple[Sentence, ...]:
    return sentences(Letter(body, (Part("body", 0, len(body)),)))


@pytest.mark.parametrize(
    ("body", "asks"),
    [
        ("Guten Tag. Was kostet das?", [False, True]),
        ("Wir wüssten gern, ob es bindet. Danke.", [True, False]),
        ("Partner haben wir keinen.\n? Abgabe am 31.3. oder später\n", [False, True]),
        ("Unterstützung erwünscht? Ja.", [False, False]),
        ("Mit wem? Mit Jacmel. Was? Wald.", [False, False, False, False]),
    ],
)
def test_sentences_that_ask(body: str, asks: list[bool]) -> None:
    assert [heard.threshold is not None for heard in hear(told(body))] == asks


@pytest.mark.parametrize(
    ("body", "texts"),
    [
        ("Die Stadt hat Interesse. Danke.", []),
        ("Was kostet das, und bis wann läuft die Frist? Danke.", ["was kostet das", "bis wann laeuft die frist"]),
    ],
)
def test_parts_of_a_letter(body: str, texts: list[str]) -> None:
    assert [part.text for part in parts(told(body), ()) if not part.whole] == texts


def test_an_id_is_placed_where_it_is_likeliest() -> None:
    found = tuple(parts(told("Wer bezahlt die Flüge? Bis wann muss man sich melden?"), ["question"]))
    case = QuestionCase((), ("question",), found, frozenset({"deadline", "funding"}), "w")
    assert [ids for part, ids in zip(found, placed(case), strict=True) if not part.whole] == [{"funding"}, {"deadline"}]


def test_the_same_rows_give_the_same_model() -> None:
    rows = [row([f"w:{name}"], [float(other == name) for other in FAQ_IDS]) for name in FAQ_IDS] * 20
    first, second = (fit_rows(CONFIG, FAQ_IDS, rows).get_pipe(PIPE).model.get_ref("output_layer") for _ in range(2))  # type: ignore[attr-defined]
    assert np.array_equal(first.get_param("W"), second.get_param("W"))


def test_what_is_fitted_tells_the_rows_apart() -> None:
    rows = [row([f"w:{name}"], [float(other == name) for other in FAQ_IDS]) for name in FAQ_IDS] * 20
    said = votes(fit_rows(CONFIG, FAQ_IDS, rows), [["w:funding"], ["w:deadline"]])
    assert [max(each, key=lambda name: each[name]) for each in said] == ["funding", "deadline"]
