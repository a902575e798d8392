"""A fresh database a test, on SQLite and on a PostgreSQL that only these tests know."""

import secrets
import shutil
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from postgres_server import new_database, postgres_server

from klimapartner.storage import schema
from klimapartner.storage.conversations import Conversation, open_conversation
from klimapartner.storage.engine import Database, Session, open_database
from klimapartner.storage.messages import store_message
from klimapartner.storage.outbox import Draft, OutboxMail, enqueue
from klimapartner.storage.register import BodyRef, EntryChange, PartnerRef, upsert_entry
from klimapartner.storage.search import Entry, get_entry, list_entries
from klimapartner.storage.tables import Base

__all__ = ["postgres_server"]

NOW = datetime(2022, 3, 10, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def sqlite_master(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file that the tests copy."""
    path = tmp_path_factory.mktemp("sqlite") / "master.db"
    database = open_database(f"sqlite:///{path}")
    database.migrate()
    database.close()
    return path


@pytest.fixture(scope="session")
def postgres_master(postgres_server: str) -> str:
    """The URL of a migrated database that the tests empty."""
    url = new_database(postgres_server, "klimapartner")
    database = open_database(url)
    database.migrate()
    database.close()
    return url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def unmigrated_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database without any table."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/new.db"
    return new_database(request.getfixturevalue("postgres_server"), f"new_{secrets.token_hex(4)}")


def _sqlite_copy(master: Path, folder: Path) -> str:
    shutil.copy(master, folder / "klimapartner.db")
    return f"sqlite:///{folder}/klimapartner.db"


def _emptied(url: str) -> str:
    """Empty all tables, past the triggers that would not let even a test do so."""
    import psycopg

    tables = ", ".join(Base.metadata.tables)
    with psycopg.connect(url) as admin:
        admin.execute("SET LOCAL session_replication_role = replica")
        admin.execute(f"TRUNCATE {tables} RESTART IDENTITY")
        admin.execute("UPDATE alembic_version SET version_num = %s", [schema.head()])
    return url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a migrated, empty database."""
    if request.param == "sqlite":
        return _sqlite_copy(request.getfixturevalue("sqlite_master"), tmp_path)
    return _emptied(request.getfixturevalue("postgres_master"))


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    """A migrated, empty database."""
    opened = open_database(url)
    yield opened
    opened.close()


@pytest.fixture
def sqlite_database(sqlite_master: Path, tmp_path: Path) -> Iterator[Database]:
    """The same, for what only SQLite has."""
    opened = open_database(_sqlite_copy(sqlite_master, tmp_path))
    yield opened
    opened.close()


@pytest.fixture
def postgres_database(postgres_master: str) -> Iterator[Database]:
    """The same, for what only PostgreSQL has."""
    opened = open_database(_emptied(postgres_master))
    yield opened
    opened.close()


@pytest.fixture
def now() -> datetime:
    """Ten days into March 2022, while the call is open."""
    return NOW


@dataclass(frozen=True)
class Shop:
    """Short ways to say what the tests need over and over."""

    database: Database

    def mail(self, raw: bytes = b"Subject: x\r\n\r\nHello", uid: int = 1, **changes: Any) -> int:
        """Store a message and return its id."""
        given = {"mailbox": "INBOX", "uidvalidity": 7, "message_id": "<1@example.org>", "received_at": NOW, "now": NOW}
        with self.database.session() as session:
            return store_message(session, raw=raw, uid=uid, **{**given, **changes})[0].id

    def mails(self, count: int) -> list[int]:
        """Store that many different messages."""
        return [self.mail(b"Subject: %d\r\n\r\n" % number, uid=number) for number in range(1, count + 1)]

    def enter(self, body: BodyRef, partner: PartnerRef | None = None, **changes: Any) -> EntryChange:
        """Enter an interest of a body, from a message of its own."""
        token = secrets.token_hex(4)
        number = self.mail(token.encode(), uid=int(token, 16), message_id=f"<{token}@example.org>")
        with self.database.session() as session:
            return self.enter_in(session, body, partner, **{"message_id": number, **changes})

    def enter_in(
        self, session: Session, body: BodyRef, partner: PartnerRef | None = None, **changes: Any
    ) -> EntryChange:
        """Enter an interest of a body within a transaction."""
        given: dict[str, Any] = {"call": "phase09", "fields": {}, "reference": "KP9-7F3K2M", "received_at": NOW}
        given |= {"actor": "intake", "now": NOW, **changes}
        return upsert_entry(session, body=body, partner=partner or PartnerRef(), **given)

    def entry(self, entry_id: int) -> Entry:
        """The entry as it stands."""
        with self.database.reading() as session:
            return get_entry(session, entry_id)

    def entries(self) -> list[Entry]:
        """All entries."""
        with self.database.reading() as session:
            return list_entries(session)

    def conversation(self, address: str = "anna@koeln.example") -> Conversation:
        """Open a conversation."""
        with self.database.session() as session:
            return open_conversation(session, call="phase09", prefix="KP9", address=address, now=NOW)

    def post(self, conversation_id: int, number: int = 1, **changes: Any) -> OutboxMail:
        """Put a mail into the outbox."""
        given: dict[str, Any] = {"kind": "acknowledgement", "to_addr": "anna@koeln.example", "language": "de"}
        given |= {"from_addr": "office@example.org", "subject": "Danke", "body_text": "Guten Tag"}
        given |= {"rfc_message_id": f"<{number}@office.example>", "now": NOW}
        given |= changes
        now = given.pop("now")
        with self.database.session() as session:
            return enqueue(session, Draft(conversation_id=conversation_id, **given), now=now)[0]


@pytest.fixture
def shop(database: Database) -> Shop:
    """Short ways to fill the database."""
    return Shop(database)


@pytest.fixture
def race() -> Callable[[Callable[[int], Any], int], list[Any]]:
    """Run a function in several threads that start together; returns what each returned."""

    def run(work: Callable[[int], Any], threads: int) -> list[Any]:
        barrier = threading.Barrier(threads)

        def start(number: int) -> Any:
            barrier.wait()
            return work(number)

        with ThreadPoolExecutor(threads) as pool:
            return list(pool.map(start, range(threads)))

    return run
