"""Somebody at a chat: says lines, presses buttons by their label, and sees what comes back."""

import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from postgres_server import new_database

from klimapartner.assistant.chat_work import answer_waiting, receive
from klimapartner.assistant.dialogue.contract import Event, Reply, reply_of
from klimapartner.assistant.settings import Settings, make_settings
from klimapartner.assistant.workplace import Workplace, open_workplace
from klimapartner.storage.chat_lines import ChatLine, lines_of
from klimapartner.storage.chats import Chat, find_chat
from klimapartner.storage.outbox import OutboxMail, list_outbox
from klimapartner.storage.search import Entry, entry_by_reference
from klimapartner.storage.tasks import Task, list_tasks

OFFICE = "office@engagement-global.example"
NOW = datetime.fromisoformat("2022-02-10T09:00:00+01:00")
REFERENCE = re.compile(r"KP9-[0-9A-Z]{6}")
FACTOR_KEY = "a key for tests of thirty-two signs"
_SERVER = {"host": "localhost", "port": 1, "tls": "none"}


def chat_settings(url: str, **more: Any) -> Settings:
    """Settings of an office that may answer; the mail servers are never called."""
    data = {
        "answer_since": datetime.fromisoformat("2022-01-01T00:00:00+01:00"),
        "database": url,
        "controller": {"name": "Beispielstelle", "privacy_text": {"de": "Zweck: Klimapartnerschaften."}},
        "chat": {"legal_basis": {"de": "Art. 6 Abs. 1 Buchst. e DSGVO", "en": "Art. 6(1)(e) GDPR"}},
        "limits": {"domain_per_hour": 1000, "total_per_hour": 1000, "address_per_day": 1000},
        "mailboxes": {"box": {"address": OFFICE, "imap": _SERVER, "smtp": _SERVER}},
    }
    console = {"second_factor_key": {"value": FACTOR_KEY}} | more.pop("console", {})
    return make_settings(data | more | {"console": console}, where="test", base=Path())


@dataclass
class Hands:
    """The clock's hands, to be moved by a test."""

    now: datetime = NOW


@dataclass
class Desk:
    """A chat of its own in a workplace that others share."""

    work: Workplace
    hands: Hands
    channel: str = "web"
    address: str = field(default_factory=lambda: secrets.token_hex(8))
    seen: int = 0

    def say(self, *texts: str) -> list[str]:
        """Write lines one after the other; the replies to the last one."""
        return [reply.text for reply in [self.do(Event("text", text)) for text in texts][-1]]

    def command(self, text: str) -> list[str]:
        return [reply.text for reply in self.do(Event("command", text))]

    def edit(self, text: str) -> list[str]:
        return [reply.text for reply in self.do(Event("edit", text))]

    def send(self, value: str) -> list[str]:
        """Press a button by its value, whether or not it is there."""
        return [reply.text for reply in self.do(Event("button", value))]

    def press(self, *labels: str) -> list[str]:
        """Press buttons by their labels; the newest that says so counts."""
        replies: list[Reply] = []
        for label in labels:
            replies = self.do(Event("button", self._value(label)))
        return [reply.text for reply in replies]

    def _value(self, label: str) -> str:
        buttons = [b for reply in self.replies[::-1] for row in reply.buttons for b in row]
        return next(button.value for button in buttons if button.label == label)

    def do(self, event: Event) -> list[Reply]:
        """Bring an event in by the inbox and answer what waits."""
        before = max((line.id for line in self.lines), default=0)
        update, _ = receive(
            self.work, channel=self.channel, address=self.address, key=secrets.token_hex(8), event=event
        )
        answer_waiting(self.work, chat_id=update.chat_id)
        new = [line for line in self.lines if line.id > before and line.who != "person"]
        return [reply_of(line.text, line.extras) for line in new]

    @property
    def lines(self) -> list[ChatLine]:
        with self.work.database.reading() as session:
            chat = find_chat(session, self.channel, self.address)
            return lines_of(session, chat.id) if chat else []

    @property
    def replies(self) -> list[Reply]:
        return [reply_of(line.text, line.extras) for line in self.lines if line.who != "person"]

    @property
    def chat(self) -> Chat:
        with self.work.database.reading() as session:
            found = find_chat(session, self.channel, self.address)
        assert found is not None
        return found

    @property
    def tasks(self) -> list[Task]:
        with self.work.database.reading() as session:
            return [task for task in list_tasks(session) if task.chat_id == self.chat.id]

    def mails(self, address: str) -> list[OutboxMail]:
        with self.work.database.reading() as session:
            return [row for row in list_outbox(session) if row.to_addr == address]

    def entry(self, reference: str) -> Entry:
        with self.work.database.reading() as session:
            found = entry_by_reference(session, reference)
        assert found is not None
        return found

    def other(self, **changes: Any) -> "Desk":
        """Somebody else at a chat of the same office."""
        return replace(self, **{"address": secrets.token_hex(8), **changes})


def reference_in(texts: list[str]) -> str:
    """The reference number that was told."""
    return REFERENCE.findall("\n".join(texts))[0]


@pytest.fixture(scope="session", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def chat_workplace(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Workplace, Hands]]:
    """A workplace on each kind of database, opened once; its clock can be moved."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('chat')}/klimapartner.db"
    else:
        url = new_database(request.getfixturevalue("postgres_server"), f"chat_{secrets.token_hex(4)}")
    hands = Hands()
    with open_workplace(chat_settings(url), lambda: hands.now) as work:
        yield work, hands


@pytest.fixture
def desk(chat_workplace: tuple[Workplace, Hands]) -> Desk:
    """Somebody new at a chat, on 10 February 2022: before the workshop, and before the deadline."""
    work, hands = chat_workplace
    hands.now = NOW
    return Desk(work, hands)


def entered(desk: Desk, town: str) -> str:
    """Express a town's interest, with a contact at its example domain; returns the reference."""
    domain = town.lower().replace("ä", "ae").replace("ö", "oe").replace("ü", "ue")
    desk.say(f"Die Stadt {town} bekundet ihr Interesse.", "Unsere Partnerstadt ist Kaya in Burkina Faso")
    desk.press("Einverstanden, weiter")
    desk.say(f"Kim Muster, kim@{domain}.example, 09132 901128", "Wasser")
    return reference_in(desk.press("Ja, absenden"))
