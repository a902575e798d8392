"""The public Telegram bot at work against the fake Bot API server, on a database of its own."""

import secrets
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from chat_desk import NOW, chat_settings
from postgres_server import new_database

from klimapartner.assistant.chat_work import say as say_as_staff
from klimapartner.assistant.clock import clock_from
from klimapartner.assistant.fakes.botapi import FakeBotApi
from klimapartner.assistant.fakes.botapi_values import Bot, Chat, Message
from klimapartner.assistant.telegram.serving import serve_telegram
from klimapartner.assistant.workplace import Workplace, open_workplace
from klimapartner.storage.chat_lines import ChatLine, lines_of
from klimapartner.storage.chats import Chat as KeptChat
from klimapartner.storage.chats import find_chat, list_chats
from klimapartner.storage.engine import open_database
from klimapartner.storage.tasks import list_tasks

SECRET = "geheim-geheim-geheim"


@dataclass
class Office:
    """Fake server, its bot, and a workplace whose settings name them; `run` starts the service in a thread."""

    fake: FakeBotApi
    bot: Bot
    url: str
    ahead: timedelta = timedelta()
    settings: dict[str, Any] = field(default_factory=dict)

    def settings_of(self, **changes: Any) -> dict[str, Any]:
        given = {"mode": "intake", "token": {"value": self.bot.token}, "api_url": self.fake.url}
        return given | {"messages_per_second": 1000} | self.settings | changes

    @contextmanager
    def work(self, **changes: Any) -> Iterator[Workplace]:
        run_on = clock_from(NOW)
        settings = chat_settings(self.url, telegram=self.settings_of(**changes))
        with open_workplace(settings, lambda: run_on() + self.ahead) as work:
            yield work

    @contextmanager
    def run(self, wait: bool = True, **changes: Any) -> Iterator["Running"]:
        """The service until the block ends; its error, if any, is raised there."""
        with self.work(**changes) as work:
            running = Running(self, work)
            running.thread.start()
            try:
                if wait:
                    self.fake.wait_for(lambda: self.fake.polling(self.bot), timeout=20)
                yield running
            finally:
                running.end()


@dataclass
class Running:
    """A service at work, and what it left in the database."""

    office: Office
    work: Workplace
    stop: threading.Event = field(default_factory=threading.Event)
    errors: list[BaseException] = field(default_factory=list)
    thread: threading.Thread = field(init=False)

    def __post_init__(self) -> None:
        self.thread = threading.Thread(target=self._serve)

    def _serve(self) -> None:
        try:
            serve_telegram(self.work, self.stop)
        except Exception as error:
            self.errors.append(error)

    def end(self) -> None:
        """Stop the service and wait for its end."""
        self.stop.set()
        self.thread.join(timeout=30)
        assert not self.thread.is_alive()

    @property
    def chats(self) -> list[KeptChat]:
        with self.work.database.reading() as session:
            return list_chats(session, limit=1000)

    def lines(self, chat: Chat) -> list[ChatLine]:
        """What stands in the transcript of a chat."""
        with self.work.database.reading() as session:
            kept = [each for each in list_chats(session, limit=10_000) if each.address == str(chat.id)]
            return lines_of(session, kept[0].id) if kept else []

    def states(self, chat: Chat) -> list[str]:
        """What became of our lines."""
        return [line.state for line in self.lines(chat) if line.who != "person"]

    def until_settled(self, chat: Chat, *states: str, timeout: float = 15.0) -> list[str]:
        """Wait until our lines are in these states (all sent, for none)."""

        def settled() -> bool:
            now = self.states(chat)
            return now == list(states) if states else bool(now) and set(now) == {"sent"}

        self.office.fake.wait_for(settled, timeout=timeout)
        return self.states(chat)

    @property
    def tasks(self) -> list[str]:
        with self.work.database.reading() as session:
            return [task.kind for task in list_tasks(session)]


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database with its schema, to be copied."""
    path = tmp_path_factory.mktemp("bots") / "empty.db"
    database = open_database(f"sqlite:///{path}")
    database.migrate()
    database.close()
    return path


@pytest.fixture
def office(migrated_file: Path, tmp_path: Path) -> Iterator[Office]:
    """An office with a bot, on SQLite."""
    path = tmp_path / "bots.db"
    shutil.copy(migrated_file, path)
    with FakeBotApi() as fake:
        yield Office(fake, fake.add_bot(), f"sqlite:///{path}")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def any_office(request: pytest.FixtureRequest) -> Iterator[Office]:
    """An office with a bot, on each kind of database."""
    if request.param == "sqlite":
        yield request.getfixturevalue("office")
        return
    url = new_database(request.getfixturevalue("postgres_server"), f"bots_{secrets.token_hex(4)}")
    with FakeBotApi() as fake:
        yield Office(fake, fake.add_bot(), url)


@pytest.fixture
def ada(office: Office) -> Chat:
    """Somebody's chat with the bot."""
    return office.fake.private(office.bot, office.fake.add_user("Ada", language="de", username="ada"))


Say = Callable[..., list[Message]]


@pytest.fixture
def say(office: Office) -> Say:
    """Writes a line and waits for so many replies."""

    def write(chat: Chat, text: str, replies: int = 1) -> list[Message]:
        before = len(office.fake.sent(chat))
        office.fake.say(chat, text)
        return list(office.fake.wait_sent(chat, before + replies, timeout=20))[before:]

    return write


def staff_says(running: Running, chat: Chat, text: str) -> None:
    """A person of the team writes into the chat."""
    with running.work.database.session() as session:
        kept = find_chat(session, "telegram", str(chat.id))
        assert kept is not None
        say_as_staff(session, kept, text, now=running.work.clock())
