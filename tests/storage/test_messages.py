"""A message is stored once, found wherever it lies, and its bytes never change."""

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import text

from klimapartner.storage.engine import Database
from klimapartner.storage.errors import NotFound, Refused, StorageError
from klimapartner.storage.messages import (
    Unmoved,
    forget_places,
    get_message,
    known_uids,
    list_messages,
    mark_moved,
    message_raw,
    store_message,
    unmoved,
)

RAW = b"From: anna@koeln.example\r\nSubject: Interesse\r\n\r\n\x00\xe4\xff"


def _store(database: Database, now: datetime, **changes: Any) -> tuple[int, bool]:
    given: dict[str, Any] = {"mailbox": "INBOX", "uidvalidity": 7, "uid": 1, "raw": RAW, "message_id": "<a@x>"}
    with database.session() as session:
        message, new = store_message(session, received_at=now, now=now, **{**given, **changes})
    return message.id, new


def test_bytes_come_back_as_they_came(database: Database, now: datetime) -> None:
    number, new = _store(database, now)
    with database.reading() as session:
        message = get_message(session, number)
        assert (new, message_raw(session, number), message.size, message.state) == (True, RAW, len(RAW), "received")


@pytest.mark.parametrize(
    ("changes", "same", "messages"),
    [
        ({}, True, 1),
        ({"raw": RAW[:40], "problem": "too large"}, True, 1),
        ({"uid": 2}, True, 1),
        ({"uid": 1, "uidvalidity": 8}, True, 1),
        ({"uid": 2, "message_id": "<other@x>"}, True, 1),
        ({"uid": 2, "raw": RAW + b"!"}, False, 2),
        ({"mailbox": "Archive"}, False, 2),
    ],
    ids=[
        "same place",
        "same place, header only",
        "a copy",
        "after a new UIDVALIDITY",
        "same bytes",
        "same Message-ID",
        "another mailbox",
    ],
)
def test_what_is_the_same_message(
    database: Database, now: datetime, changes: dict[str, Any], same: bool, messages: int
) -> None:
    first, _ = _store(database, now)
    second, new = _store(database, now, **changes)
    with database.reading() as session:
        assert (second == first, not new, len(list_messages(session))) == (same, same, messages)


def test_a_copy_is_known_and_moved_by_its_own_uid(database: Database, now: datetime) -> None:
    number, _ = _store(database, now, uid=3)
    _store(database, now, uid=9)
    with database.session() as session:
        assert known_uids(session, "INBOX", 7) == {3, 9}
        assert known_uids(session, "INBOX", 8) == set()
        assert mark_moved(session, "INBOX", 7, [3], now=now) == 1
        assert mark_moved(session, "INBOX", 7, [3], now=now) == 0
        assert unmoved(session, "INBOX", 7) == [Unmoved(9, number, "received")]


def test_an_oversized_message_keeps_its_header_and_its_size(database: Database, now: datetime) -> None:
    number, _ = _store(database, now, size=80_000_000, problem="too large")
    with database.reading() as session:
        message = get_message(session, number)
        assert (message.size, message.problem) == (80_000_000, "too large")


def test_moments_come_back_in_utc(database: Database, now: datetime) -> None:
    berlin = timezone(timedelta(hours=2))
    with database.session() as session:
        message, _ = store_message(
            session,
            mailbox="INBOX",
            uidvalidity=1,
            uid=1,
            raw=b"x",
            message_id="",
            received_at=datetime(2022, 3, 31, 23, 59, 59, 123456, tzinfo=berlin),
            now=now,
        )
    with database.reading() as session:
        received = get_message(session, message.id).received_at
    assert received.isoformat() == "2022-03-31T21:59:59.123456+00:00"


def test_a_naive_moment_is_refused(database: Database, now: datetime) -> None:
    with pytest.raises(StorageError):
        _store(database, now.replace(tzinfo=None))


def test_text_that_a_database_refuses_is_mended(database: Database, now: datetime) -> None:
    number, _ = _store(database, now, message_id="<a\0b\udcff@x>")
    with database.reading() as session:
        assert get_message(session, number).message_id == "<a\ufffdb\ufffd@x>"


def test_an_endless_message_id_is_cut(database: Database, now: datetime) -> None:
    number, _ = _store(database, now, message_id="<" + "ü" * 20_000)
    with database.reading() as session:
        assert get_message(session, number).message_id == "<" + "ü" * 499


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE messages SET raw = sha256",
        "UPDATE messages SET sha256 = 'x'",
        "DELETE FROM messages",
    ],
)
def test_bytes_are_unchangeable(database: Database, now: datetime, statement: str) -> None:
    number, _ = _store(database, now)
    casted = statement.replace("= sha256", "= CAST(sha256 AS BLOB)" if _is_sqlite(database) else "= sha256::bytea")
    with pytest.raises(Refused), database.session() as session:
        session.execute(text("DELETE FROM message_locations"))
        session.execute(text(casted))
    with database.reading() as session:
        assert message_raw(session, number) == RAW


def _is_sqlite(database: Database) -> bool:
    return database.check().dialect == "sqlite"


def test_nothing_of_a_broken_transaction_stays(database: Database, now: datetime) -> None:
    with pytest.raises(RuntimeError), database.session() as session:
        store_message(session, mailbox="INBOX", uidvalidity=7, uid=1, raw=RAW, message_id="", received_at=now, now=now)
        raise RuntimeError("killed here")
    with database.reading() as session:
        assert (known_uids(session, "INBOX", 7), list_messages(session)) == (set(), [])


def test_a_missing_message_is_not_found(database: Database) -> None:
    with pytest.raises(NotFound), database.reading() as session:
        get_message(session, 99)


def test_a_reading_transaction_cannot_write(database: Database, now: datetime) -> None:
    with pytest.raises(StorageError), database.reading() as session:
        store_message(session, mailbox="INBOX", uidvalidity=7, uid=1, raw=RAW, message_id="", received_at=now, now=now)


def test_threads_that_store_the_same_mail_store_it_once(
    database: Database, now: datetime, race: Callable[..., list[Any]]
) -> None:
    results = race(lambda number: _store(database, now, uid=number % 2), 8)
    assert len({message_id for message_id, _ in results}) == 1
    assert sum(new for _, new in results) == 1


def test_a_place_that_is_forgotten_is_fetched_again(database: Database, now: datetime) -> None:
    number, _ = _store(database, now)
    _store(database, now, uid=2)
    with database.session() as session:
        assert (forget_places(session, number), forget_places(session, number)) == (2, 0)
        assert known_uids(session, "INBOX", 7) == set()
    assert _store(database, now) == (number, False)
