"""Expressions that are not tried because a word is missing would not have matched."""

import json
import re
import tomllib
from pathlib import Path

import pytest

from klimapartner.mailbox import rules_text
from klimapartner.mailbox.literals import Signs, needed

TABLES = tomllib.loads(Path(rules_text.__file__).with_name("triage_phrases.toml").read_text(encoding="utf-8"))
CASES = Path(__file__).with_name("triage_cases.jsonl")


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("abc", {"abc"}),
        ("ab?c", {"a"}),
        ("a(?:bcd|ef)g", {"bcd", "ef"}),
        ("(?:bcd|e*)gh", {"gh"}),
        ("(?:abc)?", set()),
        ("(?:abc)+d", {"abc"}),
        ("(?:abc){0,2}de", {"de"}),
        ("[ab]cd", {"cd"}),
        ("(?=abc)x", {"x"}),
        ("(?!abc).", set()),
        ("(?i)abc", set()),
        ("x(?i:abc)", {"x"}),
        (r"\babc\b.{0,9}defg", {"defg"}),
        ("", set()),
    ],
)
def test_the_words_that_an_expression_needs(pattern: str, words: set[str]) -> None:
    assert needed(pattern) - {""} == words


def test_signs_are_those_that_match_when_all_are_tried() -> None:
    forms = {(group, name): rows for group, signs in TABLES["signs"].items() for name, rows in signs.items()}
    found = Signs(forms, re.MULTILINE)
    whole = {key: re.compile("|".join(f"(?:{row})" for row in rows), re.MULTILINE) for key, rows in forms.items()}
    texts = [" ".join(map(str, json.loads(line).values())).casefold() for line in CASES.read_text("utf-8").splitlines()]
    for text in texts:
        assert found.find(text) == {key for key, pattern in whole.items() if pattern.search(text)}
    assert len(frozenset().union(*map(found.find, texts))) > 30


def test_an_expression_that_needs_no_word_is_always_tried() -> None:
    assert Signs({("a", "digit"): [r"\d"], ("a", "word"): ["köln"]}).find("7") == {("a", "digit")}
