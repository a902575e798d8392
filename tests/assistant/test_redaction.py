"""What never reaches a log, whoever writes it."""

import json
import logging
from collections.abc import Callable

import pytest
import structlog

from klimapartner.assistant.logs import set_up_logs
from klimapartner.assistant.redaction import redacted


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("no mail for erika.muster@koeln.example.", "no mail for [address]."),
        ("550 <Ärger+x@münchen.example>: unknown", "550 <[address]>: unknown"),
        ("call +49 221 / 123-4567 now", "call [phone] now"),
        ("Tel. (0221) 1234567", "Tel. [phone]"),
        ("POST https://api.telegram.org/bot123456789:AAHfiqksKZ8WmR2zSjiQ7_v4TMAKdiHm9T0/getMe",
         "POST https://api.telegram.org/bot[token]/getMe"),
        ("Authorization: Bearer eyJhbGciOi.J9", "Authorization: Bearer [token]"),
        ("postgresql://office:hush@db.example/office", "postgresql://[login]@db.example/office"),
        ("login failed, password='hush hush'", "login failed, password=[secret] hush'"),
        ("at 2022-03-15T09:00:00Z: entry 1234567, 0.25 s", "at 2022-03-15T09:00:00Z: entry 1234567, 0.25 s"),
        ("10.0.0.12:5432 refused", "10.0.0.12:5432 refused"),
        ("poll:skew INBOX", "poll:skew INBOX"),
    ],
)  # fmt: skip
def test_texts(said: str, kept: str) -> None:
    assert redacted(said) == kept


Read = Callable[[], list[dict[str, object]]]


@pytest.fixture
def read(capsys: pytest.CaptureFixture[str]) -> Read:
    """Gives what went to stderr as JSON, without the times."""
    set_up_logs(debug=True)

    def lines() -> list[dict[str, object]]:
        found = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
        return [{name: value for name, value in line.items() if name != "timestamp"} for line in found]

    return lines


def test_values_under_telling_names_are_hidden_and_all_others_looked_through(read: Read) -> None:
    structlog.get_logger("t").warning(
        "for a@b.example", to_address="x", token="y", row=7, told=["c@d.example", 3], inner={"password": "z", "n": 1}
    )
    assert read() == [{
        "event": "for [address]", "level": "warning", "to_address": "[hidden]", "token": "[hidden]", "row": 7,
        "told": ["[address]", 3], "inner": {"password": "[hidden]", "n": 1},
    }]  # fmt: skip


def test_a_trace_is_looked_through(read: Read) -> None:
    try:
        raise ValueError("erika@koeln.example rings +49 221 1234567")
    except ValueError:
        structlog.get_logger("t").error("part failed", exc_info=True)
    assert str(read()[0]["exception"]).splitlines()[-1] == "ValueError: [address] rings [phone]"


def test_libraries_write_the_same_lines(read: Read) -> None:
    logging.getLogger("some.library").warning("no route to %s", "a@b.example")
    assert read() == [{"event": "no route to [address]", "level": "warning", "logger": "some.library"}]


def test_calls_with_a_token_in_their_address_are_not_logged_at_all(read: Read) -> None:
    logging.getLogger("httpx").info("HTTP Request: POST https://api.telegram.org/bot1:x/getMe")
    assert read() == []


def test_a_line_of_ours_cannot_be_forged_by_a_line_break(read: Read) -> None:
    structlog.get_logger("t").warning("x", part='a\n{"event": "forged"}')
    assert [line["part"] for line in read()] == ['a\\n{"event": "forged"}']
