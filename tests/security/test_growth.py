"""Any text of strangers costs work in proportion to its length: measured as the growth from n to 2n, not as time.

Each sample is one that makes some expression or the tokenizer try again and again. Quadratic work would grow by 4.
"""

import time
from collections.abc import Callable
from typing import Any

import pytest

from klimapartner.assistant.mail_reading import letter_of
from klimapartner.intents.reader import Reader, _breakable, load_reader
from klimapartner.intents.reading import Letter, Office
from klimapartner.mailbox.bounce import _ANYWHERE, _PATTERNS
from klimapartner.mailbox.parse import parse_message

SAMPLES = (
    "a", " ", "a ", "\n", "> ", "-", ".", "a.", "a@", "0", "0 ", "(", "<", "<a ", ",", "Aa ", "Aa-", "ä", "=", "/",
    "a, ", "_", "*", "a\n", "  \n", "0.", "+", "a:", "|", "und ", "an ", "Stadt ", "Tel ", "destinatar", "ehemal",
    "www.", "von:", "\n>", "http://", "Dr. ", "> > ", "A\n\n", "&lt;", "[[", "\"'", "\u200b", "e\u0301", "\t", "%0a",
    "{{",
)  # fmt: skip
SIZE = 6_000
# Linear work grows by 2; the machine is not alone, so that the better of some tries counts.
MOST_GROWTH = 3.2
NOTHING = 0.03  # seconds; below it the growth says nothing
TRIES = 4


@pytest.fixture(scope="module")
def reader() -> Reader:
    reader = load_reader(Office())
    reader.read(Letter("Guten Tag", (), "", ""))
    return reader


def growth(work: Callable[[str], Any], sample: str, size: int) -> float:
    """Work for 2n by work for n; 2 where there is next to none."""
    best = 99.0
    for _ in range(TRIES):
        single, double = (_seconds(work, (sample * size)[: times * size]) for times in (1, 2))
        best = min(best, 2.0 if double < NOTHING else double / single)
        if best <= MOST_GROWTH:
            break
    return best


def _seconds(work: Callable[[str], Any], text: str) -> float:
    begun = time.process_time()
    work(text)
    return max(time.process_time() - begun, 1e-6)


def _check(kind: str, work: Callable[[str], Any], tally: Any, size: int = SIZE) -> None:
    found = {sample: growth(work, sample, size) for sample in SAMPLES}
    slow = {sample: round(ratio, 1) for sample, ratio in found.items() if ratio > MOST_GROWTH}
    tally.add(kind, len(found), len(slow))
    assert slow == {}


def _mail(text: str) -> bytes:
    return b"From: Kim <kim@x.example>\r\nSubject: x\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + text.encode()


def test_parsing_a_mail(tally: Any) -> None:
    _check("samples against expressions: parsing", lambda text: parse_message(_mail(text)), tally)


def test_parsing_html(tally: Any) -> None:
    def work(text: str) -> None:
        parse_message(_mail(text).replace(b"text/plain", b"text/html"))

    _check("samples against expressions: HTML", work, tally)


def test_parsing_headers(tally: Any) -> None:
    def work(text: str) -> None:
        line = text.replace("\n", " ").encode()
        parse_message(b"From: " + line + b"\r\nSubject: " + line + b"\r\nReceived: " + line + b"\r\n\r\nx")

    _check("samples against expressions: headers", work, tally)


def test_reading(reader: Reader, tally: Any) -> None:
    def work(text: str) -> None:
        reader.read(letter_of(parse_message(_mail(text))))

    _check("samples against expressions: reading", work, tally)


def test_looking_for_the_address_that_failed(tally: Any) -> None:
    def work(text: str) -> None:
        for pattern in (*_PATTERNS, _ANYWHERE):
            pattern.findall(text)

    _check("samples against expressions: bounces", work, tally)


@pytest.mark.parametrize("length", [0, 300, 301, 303, 404, 505, 5_000])
def test_a_word_without_end_is_broken_for_the_tokenizer_and_keeps_its_length(length: int) -> None:
    text = f"a {'(' * length}\tb"
    assert len(_breakable(text)) == len(text)
    assert max(map(len, _breakable(text).split())) <= 300
    assert (_breakable(text) == text) is (length <= 300)
