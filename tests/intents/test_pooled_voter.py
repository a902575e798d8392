"""The voter over a whole and its parts, and the pieces of words that it sees."""

import numpy as np
import pytest

from klimapartner.intents.pieces import pieces
from klimapartner.intents.pooled_voter import Work, judge_works, likely, pool
from klimapartner.intents.train.pooled import fit_works
from klimapartner.intents.train.works import CONFIG


def test_the_loudest_part_counts_and_the_whole_is_added() -> None:
    scores = np.array([[1.0], [5.0], [-20.0], [2.0], [3.0]], dtype=np.float32)
    pooled, shares = pool(scores, [2, 1])
    assert pooled.round(3).tolist() == [[6.0], [5.0]]
    assert shares.round(3).tolist() == [[1.0], [1.0], [0.0], [1.0], [1.0]]


def test_parts_alike_share() -> None:
    _, shares = pool(np.zeros((5, 1), dtype=np.float32), [4])
    assert shares.tolist() == [[1.0], [0.25], [0.25], [0.25], [0.25]]


def test_likelihoods_add_up() -> None:
    assert likely(np.array([[0.0, 0.0], [900.0, 0.0]], dtype=np.float32)).tolist() == [[0.5, 0.5], [1.0, 0.0]]


def test_one_sentence_among_many_is_learnt_and_the_same_works_give_the_same_model() -> None:
    noise = [[f"n{number}"] for number in range(6)]
    works = [
        (
            Work(["all"], [*noise[: number % 6], ["no", "partner"] if number % 2 else ["a", "partner"]]),
            ("has", "lacks")[number % 2],
        )
        for number in range(60)
    ]
    first, second = (fit_works(CONFIG, ("has", "lacks"), works) for _ in range(2))
    asked = [Work(["all"], [*noise, ["no", "partner"]]), Work(["all"], [*noise, ["a", "partner"]])]
    assert judge_works(first, asked) == judge_works(second, asked)
    assert [max(said, key=lambda label: said[label]) for said in judge_works(first, asked)] == ["lacks", "has"]


def test_nothing_asked_nothing_said() -> None:
    works = [(Work(["x"], [["a"]]), "has"), (Work(["y"], [["b"]]), "lacks")]
    assert judge_works(fit_works(CONFIG, ("has", "lacks"), works), []) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Öl 12", {" oel", "oel ", "el 0", "l 0 "}),
        ("ja?", {" ja ", "ja ?", "a ? "}),
        ("", set()),
    ],
)
def test_pieces_are_folded_and_cross_words(text: str, expected: set[str]) -> None:
    assert pieces(text) == expected
