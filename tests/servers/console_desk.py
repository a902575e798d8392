"""The console with the demo's mails in it, and members of staff of each role who open its pages."""

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from chat_desk import Hands, chat_settings
from fastapi.testclient import TestClient
from httpx import Response
from lxml import html
from postgres_server import new_database

from klimapartner.assistant.demo import samples
from klimapartner.assistant.reading_work import read_waiting
from klimapartner.assistant.web.app import create_app
from klimapartner.assistant.web.server import running
from klimapartner.assistant.workplace import Workplace, open_workplace
from klimapartner.storage.engine import Session
from klimapartner.storage.messages import store_message
from klimapartner.storage.search import Entry, list_entries
from klimapartner.storage.states import ROLES, Role
from klimapartner.storage.users import add_user

PASSWORD = "correct horse battery"
_GUARD = re.compile(r'name="guard" value="([^"]+)"')


@dataclass
class Staff:
    """A member of staff at a browser without JavaScript; `guard` comes from the last page that had one."""

    client: TestClient
    role: Role
    guard: str = ""

    def get(self, path: str, **query: Any) -> Response:
        """Open a page below /console; redirects are followed."""
        return self._seen(self.client.get(f"/console{path}", params=query or None))

    def post(self, path: str, **data: Any) -> Response:
        """Send a form below /console with the guard; the page that follows."""
        return self._seen(self.client.post(f"/console{path}", data={"guard": self.guard} | data))

    def swap(self, path: str, **query: Any) -> Response:
        """Ask for a part of a page, as htmx does."""
        return self.client.get(f"/console{path}", params=query or None, headers={"HX-Request": "true"})

    def _seen(self, response: Response) -> Response:
        if found := _GUARD.search(response.text):
            self.guard = found.group(1)
        return response


@dataclass
class Console:
    """A console, its workplace and clock. Every user of a role is named as the role and has the same password."""

    work: Workplace
    hands: Hands
    app: Any
    _staff: dict[Role, Staff] = field(default_factory=dict)

    def client(self) -> TestClient:
        """A browser of its own, signed out."""
        return TestClient(self.app, base_url="http://localhost", headers={"Origin": "http://localhost"})

    def sign_in(self, role: Role = "editor") -> Staff:
        """A new browser in which the user of a role is signed in."""
        staff = Staff(self.client(), role)
        staff.client.post("/console/login", data={"name": role, "password": PASSWORD})
        staff.get("/")
        return staff

    def staff(self, role: Role = "editor") -> Staff:
        """The user of a role, signed in once."""
        if role not in self._staff:
            self._staff[role] = self.sign_in(role)
        return self._staff[role]

    @contextmanager
    def session(self) -> Iterator[Session]:
        with self.work.database.session() as session:
            yield session

    def entries(self) -> list[Entry]:
        with self.work.database.reading() as session:
            return list_entries(session)

    def entry(self, body: str) -> Entry:
        """The first entry of a municipality."""
        return next(entry for entry in self.entries() if entry.body_name == body)


def texts(page: Response, css: str) -> list[str]:
    """What a page shows at the elements of a CSS selector, blanks folded."""
    return [" ".join(element.text_content().split()) for element in html.fromstring(page.text).cssselect(css)]


def values(page: Response, css: str, name: str) -> list[str]:
    """An attribute of the elements of a CSS selector."""
    return [element.get(name) for element in html.fromstring(page.text).cssselect(css)]


def said(page: Response) -> list[str]:
    """The notices on a page."""
    return texts(page, ".kern-alert")


def fill(work: Workplace) -> None:
    """The demo's mails, read, and a user of each role."""
    now = work.clock()
    with work.database.session() as session:
        for number, sample in enumerate(samples(), 1):
            store_message(
                session, mailbox="box", uidvalidity=1, uid=number, raw=sample.raw, message_id=f"<{number}@x.example>",
                received_at=sample.received, now=now,
            )  # fmt: skip
        for role in ROLES:
            add_user(session, name=role, mail=f"{role}@office.example", role=role, password=PASSWORD, now=now)
    read_waiting(work, lambda handled: None)


@contextmanager
def open_console(url: str, **more: Any) -> Iterator[Console]:
    """A filled console on a database."""
    hands = Hands()
    settings = chat_settings(url, **({"web": {"port": 0}} | more))
    with open_workplace(settings, lambda: hands.now) as work:
        fill(work)
        yield Console(work, hands, create_app(work))


@pytest.fixture(scope="session")
def filled_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with the demo's mails read: made once, copied for every console."""
    path = tmp_path_factory.mktemp("console") / "filled.db"
    with open_console(f"sqlite:///{path}"):
        pass
    return path


@contextmanager
def copied_console(filled: Path, folder: Path, **more: Any) -> Iterator[Console]:
    """A filled console of its own on SQLite, with settings of its own."""
    path = folder / "console.db"
    path.write_bytes(filled.read_bytes())
    hands = Hands()
    settings = chat_settings(f"sqlite:///{path}", **({"web": {"port": 0}} | more))
    with open_workplace(settings, lambda: hands.now) as work:
        yield Console(work, hands, create_app(work))


@pytest.fixture(scope="session")
def filled_postgres(postgres_server: str) -> str:
    """The name of a database with the demo's mails read: made once, the template of every console's."""
    name = f"filled_{secrets.token_hex(4)}"
    with open_console(new_database(postgres_server, name)):
        pass
    return name


@pytest.fixture
def console(filled_sqlite: Path, tmp_path: Path) -> Iterator[Console]:
    """A filled console of its own, on SQLite."""
    with copied_console(filled_sqlite, tmp_path) as opened:
        yield opened


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def any_console(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Console]:
    """A filled console of its own, on each kind of database."""
    if request.param == "sqlite":
        yield request.getfixturevalue("console")
        return
    server, template = request.getfixturevalue("postgres_server"), request.getfixturevalue("filled_postgres")
    url = new_database(server, f"console_{secrets.token_hex(4)}", template=template)
    hands = Hands()
    with open_workplace(chat_settings(url, web={"port": 0}), lambda: hands.now) as work:
        yield Console(work, hands, create_app(work))


@pytest.fixture
def console_site(console: Console) -> Iterator[tuple[str, Console]]:
    """The filled console on a socket, for a real browser: its address."""
    with running(console.work) as (address, _):
        yield address, console


@pytest.fixture
def any_site(any_console: Console) -> Iterator[tuple[str, Console]]:
    """A filled console on a socket, on each kind of database."""
    with running(any_console.work) as (address, _):
        yield address, any_console
