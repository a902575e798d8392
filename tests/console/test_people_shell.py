"""Erasing and keeping from the shell; a person of whom no mail address is known."""

from pathlib import Path
from typing import Any

import pytest
from chat_desk import NOW
from console_desk import Console, texts, values
from typer.testing import CliRunner, Result

from klimapartner.assistant.cli import app
from klimapartner.assistant.erasing import erase
from klimapartner.assistant.workplace import Workplace
from klimapartner.storage.register import BodyRef, FieldValue, PartnerRef, upsert_entry

SETTINGS = """
database = "sqlite:///{path}"
now = 2022-02-10T09:00:00+01:00
[mailboxes.box]
address = "office@engagement-global.example"
imap = {{ host = "localhost", port = 1, tls = "none" }}
smtp = {{ host = "localhost", port = 1, tls = "none" }}
"""


def _shell(console: Console, tmp_path: Path, *words: str, given: str = "") -> Result:
    settings = tmp_path / "klimapartner.toml"
    settings.write_text(SETTINGS.format(path=console.work.settings.database.removeprefix("sqlite:///")))
    return CliRunner().invoke(app, ["--config", str(settings), *words], input=given)


def _by_phone(work: Workplace, name: str, phone: str) -> int:
    """An entry that was taken down on the phone: a name and a number, no address."""
    fields: dict[str, Any] = {"contact.name": FieldValue(name), "contact.phone": FieldValue(phone)}
    with work.database.session() as session:
        return upsert_entry(
            session, call="phase09", body=BodyRef("Köln", "05315000"), partner=PartnerRef(), fields=fields,
            reference="KP9-7F3K2M", received_at=NOW, message_id=None, actor="editor", now=NOW,
        ).entry_id  # fmt: skip


def test_a_person_is_erased_after_the_word(console: Console, tmp_path: Path) -> None:
    address = str(console.entry("Husum").value("contact.email"))
    assert _shell(console, tmp_path, "erase", "person", address, given="nein\n").exit_code != 0
    assert console.entry("Husum").value("contact.email") == address
    done = _shell(console, tmp_path, "erase", "person", address, given="LÖSCHEN\n")
    assert done.stdout.splitlines()[-1].endswith("Gelöscht; Nachweis L-2022-0001.")
    assert console.entry("Husum").value("contact.email") is None
    again = _shell(console, tmp_path, "erase", "replay")
    assert again.stdout == "0 Löschvermerke nachgeholt: 0 Personen, 0 Angaben.\n"


def test_what_would_go_is_shown_and_goes(console: Console, tmp_path: Path) -> None:
    lines = [_shell(console, tmp_path, "retention", word).stdout.splitlines()[0].strip() for word in ("preview", "run")]
    assert lines == ["Würde gelöscht", "Gelöscht"]


@pytest.mark.parametrize("words", ["Petra Sommerwind", "+49 221 471 1234"])
def test_somebody_without_an_address_is_found_and_erased(console: Console, words: str) -> None:
    entry_id = _by_phone(console.work, "Petra Sommerwind", "0221 4711-234")
    lead = console.staff("lead")
    lead.get("/people")
    found = lead.post("/people", q=words)
    assert values(found, ".people input[name=key]", "value") == [f"entry:{entry_id}"]
    page = lead.post("/people/person", key=f"entry:{entry_id}")
    assert texts(page, "h1") == ["Was über Petra Sommerwind gespeichert ist"]
    erase(console.work, f"entry:{entry_id}", who="lead")
    fields = console.entry("Köln").fields
    assert [fields[name].value for name in ("contact.name", "contact.phone")] == [None, None]
    assert texts(lead.post("/people", q=words), "#h-found") == ["Niemand gefunden."]
