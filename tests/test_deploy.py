"""The examples in deploy/ call commands and options that there are, and systemd understands its units."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from klimapartner.assistant.cli import Commands
from klimapartner.assistant.lazy_group import load_command
from klimapartner.assistant.service import PARTS
from klimapartner.assistant.settings import Settings

ROOT = Path(__file__).parent.parent
UNITS = sorted((ROOT / "deploy" / "systemd").glob("*.service"))
PROGRAM = "/opt/klimapartner/.venv/bin/klimapartner"
COMMANDS = {name: load_command(name, place) for name, place in Commands.places.items()}
TEXTS = sorted([*(ROOT / "docs").glob("*.md"), *(ROOT / "deploy").rglob("*.*"), ROOT / "README.md"])


def called(words: list[str]) -> tuple[str, list[str]]:
    """Command and options of a call, without those of the program itself."""
    while words[0].startswith("--config"):
        words = words[2:]
    return words[0], [word for word in words[1:] if word.startswith("--")]


def check(words: list[str]) -> None:
    name, options = called(words)
    known = {option for parameter in COMMANDS[name].params for option in parameter.opts}
    assert [option for option in options if option not in known] == []
    parts = [words[at + 1].split(",") for at, word in enumerate(words) if word == "--only"]
    assert [part for chosen in parts for part in chosen if part not in PARTS] == []


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_units_call_what_there_is(unit: Path) -> None:
    (line,) = re.findall(rf"^ExecStart={PROGRAM} (.+)$", unit.read_text(encoding="utf-8"), re.MULTILINE)
    check(line.split())


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_understands_the_unit(unit: Path, tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("needs systemd-analyze: apt-get install systemd")
    program = str(Path(sys.executable).parent / "klimapartner")
    text = unit.read_text(encoding="utf-8").replace(PROGRAM, program)
    (tmp_path / unit.name).write_text(text.replace("/opt/klimapartner/docs", str(ROOT / "docs")), encoding="utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", tmp_path / unit.name], capture_output=True, text=True, check=False
    )
    assert [line for line in done.stderr.splitlines() if unit.name in line] == []


def test_the_containers_call_what_there_is() -> None:
    services = yaml.safe_load((ROOT / "deploy/container/compose.yml").read_text(encoding="utf-8"))["services"]
    calls = [service["command"] for service in services.values() if "command" in service]
    assert len(calls) == 3
    for words in calls:
        check(words)


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: text.name)
def test_commands_in_texts_are_those_of_the_program(text: Path) -> None:
    if text.suffix in {".png", ".json"} or text.is_dir():
        return
    said = re.findall(r"[`\s]klimapartner (?:--config \S+ )?([a-z][a-z-]+)[ `\n]", text.read_text(encoding="utf-8"))
    code = [name for name in said if f"`klimapartner {name}" in text.read_text(encoding="utf-8")]
    assert [name for name in code if name not in COMMANDS] == []


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: text.name)
def test_settings_in_texts_are_those_of_the_program(text: Path) -> None:
    if text.suffix in {".png", ".json"} or text.is_dir():
        return
    groups = {name: field.annotation for name, field in Settings.model_fields.items()}
    said = re.findall(r"`([a-z_]+)\.([a-z_]+)(?:[ `=])", text.read_text(encoding="utf-8"))
    named = [(group, key) for group, key in said if hasattr(groups.get(group), "model_fields")]
    assert [f"{group}.{key}" for group, key in named if key not in groups[group].model_fields] == []  # type: ignore[union-attr]
