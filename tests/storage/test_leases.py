"""A message is worked on by one worker at a time, comes back when that one dies, and never stops the rest."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from klimapartner.storage.engine import Database
from klimapartner.storage.errors import LeaseLost
from klimapartner.storage.leases import (
    bury_message,
    claim_messages,
    fail_message,
    finish_message,
    keep_messages,
    list_dead,
    retry_dead,
)
from klimapartner.storage.messages import count_by_state, get_message, store_message

MINUTE = timedelta(minutes=1)


def _claim(database: Database, owner: str, now: datetime, **limits: int) -> list[int]:
    with database.session() as session:
        return [m.id for m in claim_messages(session, owner=owner, now=now, lease=MINUTE, **limits)]


def test_a_claimed_message_is_not_lent_twice(database: Database, shop: Any, now: datetime) -> None:
    ids = shop.mails(3)
    assert _claim(database, "a", now, limit=2) == ids[:2]
    assert _claim(database, "b", now) == ids[2:]
    assert _claim(database, "c", now) == []


def test_an_expired_lease_is_lent_again_and_the_first_worker_can_no_longer_finish(
    database: Database, shop: Any, now: datetime
) -> None:
    [number] = shop.mails(1)
    _claim(database, "a", now)
    assert _claim(database, "b", now + MINUTE) == [number]
    with pytest.raises(LeaseLost), database.session() as session:
        finish_message(session, number, owner="a", now=now + MINUTE)
    with database.session() as session:
        finish_message(session, number, owner="b", now=now + MINUTE)
        assert get_message(session, number).state == "done"


def test_four_threads_claim_two_hundred_messages_each_once(
    database: Database, shop: Any, now: datetime, race: Callable[..., list[Any]]
) -> None:
    ids = shop.mails(200)

    def work(number: int) -> list[int]:
        taken: list[int] = []
        while batch := _claim(database, f"worker {number}", now, limit=7):
            taken += batch
        return taken

    assert sorted(taken for worker in race(work, 4) for taken in worker) == ids


def test_a_failure_comes_back_later_and_dies_after_the_last_attempt(
    database: Database, shop: Any, now: datetime
) -> None:
    [number] = shop.mails(1)
    states = []
    for attempt in range(3):
        at = now + attempt * MINUTE
        assert _claim(database, "a", at - timedelta(seconds=1)) == []
        assert _claim(database, "a", at) == [number]
        with database.session() as session:
            states.append(
                fail_message(session, number, owner="a", now=at, reason="bad date", retry_after=MINUTE, max_attempts=3)
            )
    assert states == ["received", "received", "dead"]
    with database.reading() as session:
        assert [(m.id, m.state_reason) for m in list_dead(session)] == [(number, "bad date")]


def test_a_message_that_kills_its_workers_is_buried(database: Database, shop: Any, now: datetime) -> None:
    [number] = shop.mails(1)
    claims = [_claim(database, "a", now + tries * MINUTE, max_attempts=2) for tries in range(3)]
    assert claims == [[number], [number], []]
    with database.reading() as session:
        assert [m.state_reason for m in list_dead(session)] == ["given up after 2 attempts: the work broke off"]


def test_dead_letters_are_retried_with_all_attempts_before_them(database: Database, shop: Any, now: datetime) -> None:
    first, second, third = shop.mails(3)
    with database.session() as session:
        for number in (first, second, third):
            bury_message(session, number, reason="unreadable", now=now)
        assert retry_dead(session, [second], now=now) == 1
        assert retry_dead(session, None, now=now) == 2
        assert retry_dead(session, None, now=now) == 0
        assert count_by_state(session) == {"received": 3}
        assert get_message(session, first).attempts == 0


@pytest.mark.postgres
def test_a_worker_does_not_wait_for_what_another_one_is_just_taking(postgres_database: Database, now: datetime) -> None:
    given: dict[str, Any] = {"mailbox": "INBOX", "uidvalidity": 1, "message_id": "", "received_at": now, "now": now}
    with postgres_database.session() as session:
        ids = [store_message(session, uid=uid, raw=b"%d" % uid, **given)[0].id for uid in range(3)]
    with postgres_database.session() as first, postgres_database.session() as second:
        second.execute(text("SET LOCAL lock_timeout = '5s'"))
        taken = claim_messages(first, owner="a", now=now, lease=MINUTE, limit=2)
        rest = claim_messages(second, owner="b", now=now, lease=MINUTE, limit=2)
        assert ([m.id for m in taken], [m.id for m in rest]) == (ids[:2], ids[2:])


def test_long_work_keeps_what_is_still_its_own(database: Database, shop: Any, now: datetime) -> None:
    first, second, third = shop.mails(3)
    _claim(database, "a", now, limit=2)
    with database.session() as session:
        finish_message(session, first, owner="a", now=now)
        assert keep_messages(session, [first, second, third], owner="a", now=now + MINUTE, lease=MINUTE) == [second]
    assert _claim(database, "b", now + MINUTE) == [third]
    assert _claim(database, "b", now + 2 * MINUTE) == [second, third]
    with database.session() as session:
        assert keep_messages(session, [second], owner="a", now=now + 2 * MINUTE, lease=MINUTE) == []
