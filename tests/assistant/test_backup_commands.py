"""Backup, check, restore and migrate as an administrator types them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from klimapartner.assistant.cli import main

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Calls a command in a folder with two settings; gives exit code, output and errors."""
    monkeypatch.chdir(tmp_path)
    for name in ("here", "there"):
        (tmp_path / f"{name}.toml").write_text(f'database = "sqlite:///{name}.db"\nnow = 2022-03-15T09:00:00Z\n')

    def call(*arguments: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        output = capsys.readouterr()
        return int(ended.value.code or 0), " ".join(output.out.split()), " ".join(output.err.split())

    return call


def test_saved_checked_and_brought_back(run: Run, tmp_path: Path) -> None:
    password = "correct horse battery staple"
    added = run("-c", "here.toml", "user", "add", "erika", "--mail", "e@office.example", "--password", password)
    assert added[0] == 0
    code, out, _ = run("-c", "here.toml", "backup", ".")
    assert (code, out.partition(": ")[0]) == (0, "klimapartner-20220315T090000Z.zip")
    code, out, _ = run("backup-check", "klimapartner-20220315T090000Z.zip")
    assert (code, out.partition(":")[0]) == (0, "Unversehrt")
    code, out, _ = run("-c", "there.toml", "restore", "klimapartner-20220315T090000Z.zip")
    assert (code, out.partition(":")[0]) == (0, "Zurückgespielt und verglichen")
    code, _, err = run("-c", "there.toml", "restore", "klimapartner-20220315T090000Z.zip")
    assert (code, err) == (
        2,
        "Fehler: Die Datenbank ist nicht leer; es wurde nichts geändert. Bitte unter `database` eine neue nennen.",
    )


def test_a_spoilt_backup_is_named(run: Run, tmp_path: Path) -> None:
    (tmp_path / "b.zip").write_bytes(b"PK")
    code, _, err = run("backup-check", "b.zip")
    assert (code, err.partition(". ")[0]) == (2, "Fehler: b.zip ist keine unversehrte Sicherung")


def test_moved_by_command(run: Run) -> None:
    run("-c", "here.toml", "user", "list")
    code, out, _ = run("-c", "here.toml", "migrate", "--to", "sqlite:///there.db")
    assert (code, out.partition(":")[0]) == (0, "Umgezogen und verglichen")
    assert run("-c", "here.toml", "migrate", "--to", "sqlite:///there.db")[0] == 0
