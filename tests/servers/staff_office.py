"""The bot for staff at work against the fake Bot API server, on a database of its own."""

import secrets
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from chat_desk import NOW, Hands, chat_settings
from postgres_server import new_database

from klimapartner.assistant.fakes.botapi import FakeBotApi
from klimapartner.assistant.fakes.botapi_values import Bot, Chat, Message
from klimapartner.assistant.reading_work import read_waiting
from klimapartner.assistant.staffbot import jobs
from klimapartner.assistant.staffbot.serving import serve_staff_bot
from klimapartner.assistant.workplace import Workplace, open_workplace
from klimapartner.storage.chat_lines import ChatLine, lines_of
from klimapartner.storage.chats import find_chat
from klimapartner.storage.history import list_history
from klimapartner.storage.messages import store_message
from klimapartner.storage.outbox import OutboxMail, list_outbox
from klimapartner.storage.register import BodyRef, PartnerRef, set_flag, upsert_entry
from klimapartner.storage.search import Entry, get_entry
from klimapartner.storage.states import Role
from klimapartner.storage.users import add_user

MAIL = """From: Kim Muster <kim@{domain}.example>
To: office@engagement-global.example
Subject: Interessenbekundung
Message-ID: <{token}@{domain}.example>
Date: Thu, 10 Feb 2022 08:00:00 +0100
Content-Type: text/plain; charset=utf-8

Sehr geehrte Damen und Herren,

die Stadt {town} bekundet ihr Interesse an einer Klimapartnerschaft.

Kim Muster
"""


@dataclass
class StaffOffice:
    """Fake server, its bot, Erika (who may press) and her chat, and a database that lasts."""

    fake: FakeBotApi
    bot: Bot
    url: str
    erika: Chat
    hands: Hands = field(default_factory=Hands)
    settings: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def open(cls, fake: FakeBotApi, url: str) -> "StaffOffice":
        """An office on a database, with its bot, Erika's chat, and Leo, who may only read."""
        bot = fake.add_bot("team_bot", "Team")
        office = cls(fake, bot, url, fake.private(bot, fake.add_user("Erika", language="de")), Hands(NOW))
        with office.work() as work, work.database.session() as session:
            roles: dict[str, Role] = {"erika": "editor", "leo": "reader"}
            for name, role in roles.items():
                add_user(
                    session, name=name, mail=f"{name}@office.example", role=role, password="correct horse battery",
                    now=NOW,
                )  # fmt: skip
        return office

    def settings_of(self, **changes: Any) -> dict[str, Any]:
        given = {
            "token": {"value": self.bot.token}, "api_url": self.fake.url, "messages_per_minute": 100_000,
            "chats": [self.erika.id], "people": {str(self.erika.id): "erika"}, "alarms": False,
        }  # fmt: skip
        return given | self.settings | changes

    @contextmanager
    def work(self, **changes: Any) -> Iterator[Workplace]:
        """A workplace of a process of its own."""
        web = {"public_url": "https://skew.example"}
        settings = chat_settings(self.url, staff_bot=self.settings_of(**changes), web=web)
        with open_workplace(settings, lambda: self.hands.now) as work:
            yield work

    @contextmanager
    def run(self, wait: bool = True, **changes: Any) -> Iterator[Workplace]:
        """The service until the block ends; its error, if any, is raised there."""
        with self.work(**changes) as work:
            stop, errors = threading.Event(), []

            def serve() -> None:
                try:
                    serve_staff_bot(work, stop)
                except Exception as error:
                    errors.append(error)

            thread = threading.Thread(target=serve)
            thread.start()
            try:
                if wait:
                    self.fake.wait_for(lambda: errors or self.fake.polling(self.bot), timeout=20)
                yield work
            finally:
                stop.set()
                thread.join(timeout=30)
                assert not thread.is_alive()
            if errors:
                raise errors[0]

    def enter(self, town: str = "Bonn", ags: str | None = "05314000", uncertain: bool = False) -> int:
        """An entry that nobody wrote a mail for."""
        with self.work() as work, work.database.session() as session:
            change = upsert_entry(
                session, call="phase09", body=BodyRef(town, ags), partner=PartnerRef(), fields={}, message_id=None,
                reference=f"KP9-{secrets.token_hex(3).upper()}", received_at=self.hands.now, actor="klimapartner",
                now=self.hands.now,
            )  # fmt: skip
            if uncertain:
                self.flag(work, change.entry_id, session)
            return change.entry_id

    def flag(self, work: Workplace, entry_id: int, session: Any) -> None:
        set_flag(session, entry_id=entry_id, flag="uncertain", value=True, actor="klimapartner", now=self.hands.now)

    def write(self, work: Workplace, town: str) -> int:
        """A mail of a town comes in and is read; the entry that it made."""
        domain, token = town.lower(), secrets.token_hex(4)
        raw = MAIL.format(town=town, domain=domain, token=token).encode()
        with work.database.session() as session:
            store_message(
                session, mailbox="box", uidvalidity=1, uid=int(token, 16), raw=raw,
                message_id=f"<{token}@{domain}.example>", received_at=self.hands.now, now=self.hands.now,
            )  # fmt: skip
        read_waiting(work)
        with work.database.reading() as session:
            return max(mail.entry_id or 0 for mail in list_outbox(session))

    def cards(self, chat: Chat, count: int = 1) -> list[Message]:
        return list(self.fake.wait_sent(chat, count, timeout=20))

    def press(self, chat: Chat, label: str, message: Message | None = None, **more: Any) -> str:
        """Press a button and see what is told about it."""
        before = len(self.fake.answers(chat))
        self.fake.press(chat, label, message.id if message else None, **more)
        self.fake.wait_for(lambda: len(self.fake.answers(chat)) > before, timeout=20)
        return str(self.fake.answers(chat)[-1]["text"])

    def shown(self, chat: Chat, message: Message, labels: list[str]) -> Message:
        """A message once its buttons are these."""
        found = self.fake.wait_for(lambda: self._with(chat, message, labels), timeout=20)
        assert found is not None
        return found

    def _with(self, chat: Chat, message: Message, labels: list[str]) -> Message | None:
        now = next(each for each in self.fake.history(chat) if each.id == message.id)
        return now if list(now.labels) == labels else None

    def lines(self, work: Workplace, chat: Chat) -> list[ChatLine]:
        """What was put into the queue for a chat."""
        with work.database.reading() as session:
            kept = find_chat(session, "staff", str(chat.id))
            return lines_of(session, kept.id) if kept else []

    def until_states(self, work: Workplace, chat: Chat, *states: str) -> list[str]:
        self.fake.wait_for(lambda: [line.state for line in self.lines(work, chat)] == list(states), timeout=20)
        return [line.state for line in self.lines(work, chat)]

    def entry(self, work: Workplace, entry_id: int) -> Entry:
        with work.database.reading() as session:
            return get_entry(session, entry_id)

    def deeds(self, work: Workplace, entry_id: int) -> list[tuple[str, str]]:
        """Who did what with an entry, besides the assistant."""
        with work.database.reading() as session:
            lines = list_history(session, "entry", entry_id)
        return [(line.who, line.action) for line in lines if line.who != "klimapartner"]

    def outbox(self, work: Workplace) -> list[OutboxMail]:
        with work.database.reading() as session:
            return list_outbox(session)

    def later(self, **time: float) -> datetime:
        """Move the office's clock on."""
        self.hands.now += timedelta(**time)
        return self.hands.now


@pytest.fixture(autouse=True)
def quick_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bot looks for what is due more often than in earnest."""
    monkeypatch.setattr(jobs, "TICK_SECONDS", 0.1)
    monkeypatch.setattr(jobs, "LOOK_SECONDS", 0.3)


@pytest.fixture
def office(migrated_file: Path, tmp_path: Path) -> Iterator[StaffOffice]:
    """An office with its bot, on SQLite."""
    shutil.copy(migrated_file, tmp_path / "staff.db")
    with FakeBotApi() as fake:
        yield StaffOffice.open(fake, f"sqlite:///{tmp_path}/staff.db")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def any_office(request: pytest.FixtureRequest) -> Iterator[StaffOffice]:
    """An office with its bot, on each kind of database."""
    if request.param == "sqlite":
        yield request.getfixturevalue("office")
        return
    url = new_database(request.getfixturevalue("postgres_server"), f"staff_{secrets.token_hex(4)}")
    with FakeBotApi() as fake:
        yield StaffOffice.open(fake, url)
