"""SQLite has one writer at a time: the others wait for it, and not for ever."""

import sqlite3
import threading
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from klimapartner.storage import engine
from klimapartner.storage.engine import Database
from klimapartner.storage.errors import DatabaseUnavailable
from klimapartner.storage.state import get_state, set_state


@pytest.fixture
def other(sqlite_database: Database) -> sqlite3.Connection:
    """Another program that has the write lock."""
    url = sqlite_database._engine.url
    connection = sqlite3.connect(Path(str(url.database)), isolation_level=None, check_same_thread=False)
    connection.execute("BEGIN IMMEDIATE")
    return connection


def test_a_writer_waits_until_the_lock_is_free(
    sqlite_database: Database, other: sqlite3.Connection, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[float] = []

    def look(seconds: float) -> None:
        looks.append(seconds)
        if len(looks) == 3:
            other.execute("COMMIT")

    monkeypatch.setattr(engine.time, "sleep", look)
    with sqlite_database.session() as session:
        set_state(session, "a", 1, now=now)
    assert looks == [engine._LOOK_SECONDS] * 3
    with sqlite_database.reading() as session:
        assert get_state(session, "a") == 1


def test_a_writer_gives_up_after_a_while(
    sqlite_database: Database, other: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    sqlite_database.check()  # connected before the patience is taken away
    monkeypatch.setattr(engine, "_BUSY_SECONDS", 0)
    with pytest.raises(DatabaseUnavailable, match="database is locked"), sqlite_database.session() as session:
        get_state(session, "a")


def test_a_reader_does_not_wait(sqlite_database: Database, other: sqlite3.Connection) -> None:
    with sqlite_database.reading() as session:
        assert get_state(session, "a") is None


def test_whatever_else_waits_does_so_for_half_a_minute(sqlite_database: Database) -> None:
    with sqlite_database.session() as session:
        assert session.scalar(text("PRAGMA busy_timeout")) == 30_000


def test_many_threads_write_one_after_the_other(sqlite_database: Database, now: datetime) -> None:
    def count() -> None:
        for _ in range(20):
            with sqlite_database.session() as session:
                set_state(session, "n", get_state(session, "n", 0) + 1, now=now)

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with sqlite_database.reading() as session:
        assert get_state(session, "n") == 80
