"""Whole conversations that a person can read: the files in transcripts/ are played and must come out as they stand.

A line that begins with "> " is the person's: text, a /command, a [button], or "~ " for a changed line. "@ " moves the
clock, "+ " is a town that expressed its interest in another chat, {code} and {reference} are those of this run. After
a change of the texts write the files anew with KLIMAPARTNER_WRITE_TRANSCRIPTS=1, and read what became of them.
"""

import os
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from chat_desk import REFERENCE, Desk, entered

from klimapartner.assistant.dialogue.contract import Event, Reply
from klimapartner.storage.invariants import broken_rules

CODES_TO = "kim@alzenau.example"
FOLDER = Path(__file__).parent / "transcripts"
FILES = sorted(path.name for path in FOLDER.glob("*.txt"))


@pytest.mark.parametrize("name", FILES)
def test_a_conversation_goes_as_it_is_written_down(name: str, desk: Desk) -> None:
    path = FOLDER / name
    written = path.read_text(encoding="utf-8")
    played = "\n".join(play(desk, written)) + "\n"
    if os.environ.get("KLIMAPARTNER_WRITE_TRANSCRIPTS") == "1":
        path.write_text(played, encoding="utf-8")
    assert played == written
    with desk.work.database.reading() as session:
        assert list(broken_rules(session, now=desk.hands.now)) == []


def test_every_language_has_its_conversations() -> None:
    assert {name[:2] for name in FILES} == {"de", "en", "fr", "es", "pt"}


def play(desk: Desk, written: str) -> Iterator[str]:
    """The conversation as it goes now, with the person's lines of the file."""
    elsewhere = desk
    for line in written.splitlines():
        if line.startswith("#"):
            yield line
        elif line.startswith("@ "):
            desk.hands.now = datetime.fromisoformat(line.removeprefix("@ "))
            yield from ("", line)
        elif line.startswith("+ "):
            elsewhere = desk.other()
            entered(elsewhere, line.removeprefix("+ "))
            yield from ("", line)
        elif line.startswith("> "):
            yield from ("", line)
            for reply in desk.do(event_of(desk, line.removeprefix("> "), elsewhere)):
                yield from shown(reply)
    yield from mailed(desk)


def event_of(desk: Desk, said: str, elsewhere: Desk) -> Event:
    if said.startswith("[") and said.endswith("]"):
        return Event("button", desk._value(said[1:-1]))
    text = said.replace("{reference}", last_reference(elsewhere)).replace("{code}", last_code(desk))
    if text.startswith("~ "):
        return Event("edit", text.removeprefix("~ "))
    return Event("command", text[1:]) if text.startswith("/") else Event("text", text)


def shown(reply: Reply) -> Iterator[str]:
    first, *rest = REFERENCE.sub("{reference}", reply.text).splitlines()
    yield f"< {first}"
    yield from (f"  {line}".rstrip() for line in rest)
    yield from ("  " + " ".join(f"[{button.label}]" for button in row) for row in reply.buttons)
    if reply.document:
        yield f"  ({reply.document.name})"


def mailed(desk: Desk) -> Iterator[str]:
    """The mails that came of it, with their kind and subject."""
    addresses = dict.fromkeys(re.findall(r"[\w.]+@[\w.]+\.example", "\n".join(line.text for line in desk.lines)))
    rows = sorted((row for address in addresses for row in desk.mails(address)), key=lambda row: row.id)
    for row in rows:
        yield from ("", f"* {row.kind}, {row.to_addr}: {REFERENCE.sub('{reference}', row.subject)}")


def last_reference(desk: Desk) -> str:
    return next(iter(REFERENCE.findall("\n".join(reply.text for reply in desk.replies[::-1]))), "")


def last_code(desk: Desk) -> str:
    entry_mail = (row for row in reversed(desk.mails(CODES_TO)) if row.kind == "code")
    found = re.search(r"\b\d{6}\b", row.body_text) if (row := next(entry_mail, None)) else None
    return found[0] if found else ""
