"""Secrets are read where they are used and shown nowhere: settings, errors, doctor, command line, logs, tracebacks."""

import io
import traceback
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import pytest
import structlog
from chat_desk import OFFICE
from typer.testing import CliRunner

from klimapartner.assistant.cli import app
from klimapartner.assistant.doctor import examine
from klimapartner.assistant.errors import AssistantError
from klimapartner.assistant.logs import set_up_logs
from klimapartner.assistant.settings import Settings, make_settings
from klimapartner.assistant.workplace import open_workplace
from klimapartner.storage.engine import open_database
from klimapartner.storage.errors import StorageError

Check = Callable[[str, dict[Any, bool]], None]
MARK = "s3cr3tMARKs3cr3t"
SECRET = {"value": MARK}


def given(**more: Any) -> dict[str, Any]:
    """Settings with a secret at every place; the servers are closed ports."""
    server = {"host": "localhost", "port": 9, "tls": "none", "user": "u", "auth": {"secret": SECRET}, "timeout": 1}
    microsoft = {"method": "microsoft", "tenant": "t", "client_id": "c", "secret": SECRET, "refresh_token": SECRET}
    smtp = server | {"auth": microsoft | {"token_url": "http://localhost:9/token"}}
    return {
        "database": f"postgresql://tester:{MARK}@127.0.0.1:9/nothing",
        "mailboxes": {"box": {"address": OFFICE, "imap": server, "smtp": smtp}},
        "telegram": {"token": {"value": f"12345678:{MARK}{MARK}{MARK}"}, "webhook_secret": SECRET},
        "staff_bot": {"token": {"value": f"12345678:{MARK}{MARK}{MARK}"}, "chats": [1]},
    } | more


def settings(**more: Any) -> Settings:
    return make_settings(given(**more), where="test", base=Path())


def test_settings_show_no_secret(none_through: Check) -> None:
    made = settings()
    shown = {
        "repr": repr(made), "str": str(made), "format": f"{made}", "server": repr(made.mailboxes["box"].smtp),
        "dump": str(made.model_dump(exclude={"database"})), "json": _as_json(made),
    }  # fmt: skip
    none_through("secrets shown", {place: MARK in text for place, text in shown.items()})


def _as_json(made: Settings) -> str:
    return made.model_dump_json(exclude={"database"})


WRONG = (
    {"mailboxes": {"box": {"address": OFFICE, "imap": {"host": "x", "auth": {"secret": MARK}}, "smtp": {}}}},
    {"telegram": {"token": MARK}},
    {"telegram": {"token": {"value": MARK, "valeu": MARK}}},
    {"telegram": {"token": {"file": [MARK]}}},
    {"controller": {"name": {"password": MARK}}},
    {"database": {"url": MARK}},
)


@pytest.mark.parametrize("wrong", WRONG)
def test_a_mistake_beside_a_secret_does_not_show_it(wrong: dict[str, Any], none_through: Check) -> None:
    with pytest.raises(AssistantError) as caught:
        settings(**wrong)
    told = f"{caught.value} {caught.value!r} {''.join(traceback.format_exception(caught.value))}"
    none_through("secrets shown", {str(wrong): MARK in told})


URLS = (
    f"postgresql://tester:{MARK}@127.0.0.1:9/x", f"postgresql://tester:{MARK}@nowhere.invalid/x",
    f"mysql://tester:{MARK}@localhost/x", f"postgresql://tester:{MARK}@[::x/x", f"postgresql://u:{MARK}@h:port/x",
    f"sqlite:///nowhere/{MARK}/x.db?key={MARK}"[:20],
)  # fmt: skip


@pytest.mark.parametrize("url", URLS)
def test_a_database_that_cannot_be_reached_does_not_show_its_password(url: str, none_through: Check) -> None:
    with pytest.raises(StorageError) as caught:
        open_database(url).check()
    none_through("secrets shown", {url: MARK in f"{caught.value} {caught.value!r}"})


def test_doctor_tells_what_is_wrong_without_the_secret(tmp_path: Path, none_through: Check) -> None:
    made = settings(database=f"sqlite:///{tmp_path}/x.db", telegram={}, staff_bot={})
    with open_workplace(made) as work:
        findings = {finding.name: finding.text for finding in examine(work, send_test_mail=True)}
    assert {"Postfach box", "Versand box"} <= findings.keys()
    none_through("secrets shown", {name: MARK in text for name, text in findings.items()})


@pytest.mark.parametrize("command", [["doctor"], ["outbox", "list"], ["run"], ["--debug", "outbox", "list"]])
def test_the_command_line_shows_no_password_of_the_database(
    command: list[str], tmp_path: Path, none_through: Check
) -> None:
    file = tmp_path / "klimapartner.toml"
    file.write_text(f'database = "postgresql://tester:{MARK}@127.0.0.1:9/x"\n')
    done = CliRunner().invoke(app, ["--config", str(file), *command])
    text = f"{done.output} {done.exception!r}"
    assert done.exit_code
    none_through("secrets shown", {" ".join(command): MARK in text})


def test_a_log_with_a_trace_shows_no_local_variables(none_through: Check) -> None:
    out, err = io.StringIO(), io.StringIO()
    try:
        with redirect_stdout(out), redirect_stderr(err):
            set_up_logs(debug=True)
            _fail(MARK[::-1])
    finally:
        structlog.reset_defaults()
    assert "RuntimeError" in err.getvalue()
    none_through("secrets shown", {"trace": MARK in out.getvalue() + err.getvalue()})


def _fail(backwards: str) -> None:
    password = backwards[::-1]
    try:
        raise RuntimeError(len(password))
    except RuntimeError:
        structlog.get_logger("x").error("part failed", exc_info=True)
