"""The people of the console at the command line, what doctor says about them, and the settings that go with them."""

import tomllib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from chat_desk import chat_settings
from console_desk import PASSWORD, Console

from klimapartner.assistant.cli import main
from klimapartner.assistant.commands.init import settings_text
from klimapartner.assistant.console_health import look_at_address, look_at_people, weak_point
from klimapartner.assistant.doctor import Finding, examine
from klimapartner.assistant.errors import AssistantError
from klimapartner.assistant.settings_chat import WebSettings
from klimapartner.assistant.settings_console import ConsoleSettings, OidcSettings
from klimapartner.assistant.workplace import open_workplace
from klimapartner.storage.engine import open_database
from klimapartner.storage.sessions import open_session
from klimapartner.storage.users import find_user, set_totp, verify

NOW = datetime(2022, 2, 10, 9, tzinfo=UTC)
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Calls a command in a folder with settings; gives exit code, output and errors."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KLIMAPARTNER_NEW_PASSWORD", PASSWORD)
    (tmp_path / "klimapartner.toml").write_text("", encoding="utf-8")

    def call(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        output = capsys.readouterr()
        return int(ended.value.code or 0), output.out, output.err

    return call


def test_the_first_administrator_is_added_and_listed(run: Run) -> None:
    assert run("user", "add", "kim", "--mail", "kim@agency.example", "--role", "administrator")[0] == 0
    code, out, _ = run("user", "list")
    cells = [" ".join(cell.split()) for line in out.splitlines() if "kim" in line for cell in line.split("│")]
    assert (code, [cell for cell in cells if cell]) == (
        0, ["kim", "kim@agency.example", "administrator", "aktiv", "nein"],
    )  # fmt: skip


def test_a_new_password_ends_the_sessions(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run("user", "add", "kim", "--mail", "kim@agency.example", "--role", "administrator")
    database = open_database(f"sqlite:///{tmp_path}/klimapartner.db")
    with database.session() as session:
        user = find_user(session, "kim")
        assert user
        open_session(session, user.id, agent="", complete=True, now=NOW, valid=NOW - NOW.replace(year=2021))
    monkeypatch.setenv("KLIMAPARTNER_NEW_PASSWORD", "another horse battery")
    assert run("user", "password", "kim")[:2] == (0, "Das neue Passwort von kim gilt; alle Sitzungen sind beendet.\n")
    with database.session() as session:
        assert verify(session, "kim", PASSWORD, now=NOW) is None
        assert verify(session, "kim", "another horse battery", now=NOW) is not None
    database.close()


def test_somebody_is_deactivated_but_not_the_last_administrator(run: Run) -> None:
    run("user", "add", "kim", "--mail", "kim@agency.example", "--role", "administrator")
    run("user", "add", "robin", "--mail", "robin@agency.example", "--role", "editor")
    assert run("user", "deactivate", "robin")[:2] == (
        0,
        "robin kommt nicht mehr hinein; alle Sitzungen sind beendet.\n",
    )
    code, _, err = run("user", "deactivate", "kim")
    assert (code, err.startswith("Fehler: kim ist die letzte aktive Person der Administration")) == (2, True)
    assert run("user", "deactivate", "nobody")[::2] == (
        1, "Fehler: Es gibt niemanden mit dem Anmeldenamen nobody; `klimapartner user list` zeigt alle.\n",
    )  # fmt: skip


def test_a_short_password_is_refused(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KLIMAPARTNER_NEW_PASSWORD", "short")
    assert run("user", "add", "kim", "--mail", "kim@agency.example")[0] == 2
    assert run("user", "password", "kim")[0] == 2


@pytest.mark.parametrize(
    ("web", "said"),
    [
        ({}, "nur auf diesem Rechner"),
        ({"public_url": "https://klima.example"}, "https://klima.example"),
        ({"public_url": "http://localhost:8000"}, "http://localhost:8000"),
    ],
)
def test_an_address_that_is_safe(web: dict[str, Any], said: str) -> None:
    assert look_at_address(chat_settings("sqlite://", web=web)) == said


@pytest.mark.parametrize("web", [{"public_url": "http://klima.example"}, {"host": "0.0.0.0"}])
def test_an_address_where_passwords_go_in_the_clear_is_an_error(web: dict[str, Any]) -> None:
    with pytest.raises(AssistantError, match="https"):
        look_at_address(chat_settings("sqlite://", web=web))


def test_without_an_administrator_doctor_says_how_to_get_one(console: Console, tmp_path: Path) -> None:
    assert look_at_people(console.work) == "4 Personen"
    with (
        open_workplace(chat_settings(f"sqlite:///{tmp_path}/empty.db")) as work,
        pytest.raises(AssistantError, match="klimapartner user add NAME --role administrator"),
    ):
        look_at_people(work)


def test_who_has_no_second_factor_is_named_as_a_hint(console: Console) -> None:
    assert weak_point(console.work) == (
        "Ohne zweiten Faktor: administrator, editor, lead; console.second_factor = true verlangt ihn von allen."
    )
    assert Finding("Zweiter Faktor", True, weak_point(console.work), hint=True) in examine(
        console.work, send_test_mail=False
    )
    with console.session() as session:
        for name in ("administrator", "editor", "lead"):
            user = find_user(session, name)
            assert user
            set_totp(session, user.id, "A" * 32, who=name, now=NOW)
    assert weak_point(console.work) == ""


def test_every_setting_of_web_and_console_stands_in_the_settings_file() -> None:
    names = ("address", "user", "controller", "administrator", "imap_host", "smtp_host")
    written = settings_text(auth='method = "password"', **dict.fromkeys(names, "x"))
    lines = [line.removeprefix("# ") for line in written.splitlines()]
    for section, model in (("web", WebSettings), ("console", ConsoleSettings), ("console.oidc", OidcSettings)):
        start = lines.index(f"[{section}]")
        end = next(number for number, line in enumerate(lines) if number > start and line.startswith("[mail"))
        known = {line.partition(" = ")[0].strip("[]").rpartition(".")[2] for line in lines[start:end]}
        assert sorted(set(model.model_fields) - known) == [], section
    assert tomllib.loads(written)["console"]["second_factor"] is False
