"""Every rule finds what breaks it, in a database that is well otherwise."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from klimapartner.storage.chat_inbox import finish_update, store_update
from klimapartner.storage.chat_lines import INTERRUPTED, add_line
from klimapartner.storage.chats import open_chat
from klimapartner.storage.invariants import RULES, Broken, broken_rules
from klimapartner.storage.leases import claim_messages, finish_message
from klimapartner.storage.readings import add_reading
from klimapartner.storage.register import BodyRef

Spoil = Callable[[Any, Any], None]
LATER = timedelta(days=1)


@pytest.fixture
def living(shop: Any, now: datetime) -> Any:
    """One entry from a message that was read, one message that waits, one mail of ours."""
    shop.enter(BodyRef("Köln", "05315000"))
    with shop.database.session() as session:
        claim_messages(session, owner="reader", now=now, lease=timedelta(minutes=1))
        finish_message(session, 1, owner="reader", now=now)
        add_reading(session, message_id=1, model_version="1", body={}, now=now)
    shop.mail(b"Subject: two\r\n\r\n", uid=2)
    shop.post(shop.conversation().id, message_id=1)
    return shop


def broken(shop: Any, now: datetime) -> list[Broken]:
    with shop.database.reading() as session:
        return list(broken_rules(session, now=now))


def test_a_living_database_keeps_them_all(living: Any, now: datetime) -> None:
    assert broken(living, now) == []


ERASING = "INSERT INTO erase_permits (id, never) VALUES (1, -1)"
ERASED = "DELETE FROM erase_permits"
SAID = (
    "INSERT INTO history (at, who, subject, subject_id, action, field) "
    "VALUES ('2022-03-10 09:00:00', 'reader', '{}', 1, '{}', '')"
)
SAID_DONE, SAID_SENT, SAID_UNCERTAIN = (
    SAID.format("message", "done"), SAID.format("outbox", "sent"), SAID.format("outbox", "uncertain"),
)  # fmt: skip
WAITING = (
    "INSERT INTO chat_updates (channel, update_key, chat_id, body, state, attempts, next_try_at, error, received_at) "
    "VALUES ('web', '1', 1, '{}', 'received', 0, '2022-03-10 09:00:00', '', '2022-03-10 09:00:00')"
)
LOST = "lease_owner = 'gone', lease_until = '2022-03-10 09:01:00'"


@pytest.mark.parametrize(
    ("rule", "ids", "statements"),
    [
        ("entry_without_source", (1,), ["DELETE FROM entry_messages"]),
        ("entry_without_history", (1,), [ERASING, "DELETE FROM history WHERE subject = 'entry'", ERASED]),
        ("search_out_of_step", (1,), ["UPDATE entries SET search = 'bonn'"]),
        ("sent_without_time", (1,), ["UPDATE outbox SET state = 'sent'", SAID_SENT]),
        ("sent_without_time", (1,), ["UPDATE outbox SET sent_at = created_at"]),
        ("sending_without_sender", (1,), ["UPDATE outbox SET state = 'sending'"]),
        ("reading_without_reader", (2,), ["UPDATE messages SET state = 'reading' WHERE id = 2"]),
        ("message_without_place", (2,), ["DELETE FROM message_locations WHERE message_id = 2"]),
        (
            "message_with_other_bytes",
            (2,),
            [ERASING, "UPDATE messages SET sha256 = 'x' WHERE id = 2", ERASED],
        ),
        (
            "done_without_trace",
            (1,),
            [ERASING, "DELETE FROM readings", "UPDATE outbox SET message_id = NULL", "DELETE FROM entry_messages",
             "UPDATE history SET who = 'erika' WHERE subject = 'entry'",
             "DELETE FROM history WHERE subject = 'message'", ERASED],
        ),
        ("outbox_against_history", (1,), ["UPDATE outbox SET state = 'discarded'"]),
        ("outbox_against_history", (1,), [ERASING, "DELETE FROM history WHERE subject = 'outbox'", ERASED]),
        ("message_read_twice", (1,), [SAID_DONE]),
        ("message_done_before", (1,), ["UPDATE messages SET state = 'dead' WHERE id = 1"]),
        ("entry_changed_silently", (1,), ["UPDATE entries SET version = 9"]),
        ("uncertain_without_task", (1,), ["UPDATE outbox SET state = 'uncertain'", SAID_UNCERTAIN]),
        (
            "merge_of_nothing",
            (1,),
            ["INSERT INTO merges (at, who, kept_id, dropped_id, before) "
             "VALUES ('2022-03-10 09:00:00', 'erika', 77, 78, '{}')"],
        ),
    ],
)  # fmt: skip
def test_what_breaks_a_rule_is_found(
    living: Any, now: datetime, rule: str, ids: tuple[int, ...], statements: list[str]
) -> None:
    with living.database.session() as session:
        for statement in statements:
            session.execute(text(statement))
    assert broken(living, now) == [Broken(rule, ids)]


@pytest.mark.parametrize(
    ("rule", "ids", "statement"),
    [
        ("message_overdue", (2,), "UPDATE messages SET attempts = 0"),
        ("message_overdue", (2,), f"UPDATE messages SET state = 'reading', {LOST} WHERE id = 2"),
        ("sending_overdue", (1,), f"UPDATE outbox SET state = 'sending', {LOST}"),
        ("update_overdue", (1,), WAITING),
    ],
)
def test_what_nobody_works_on_for_hours_is_found(
    living: Any, now: datetime, rule: str, ids: tuple[int, ...], statement: str
) -> None:
    with living.database.session() as session:
        open_chat(session, channel="web", address="kim", language="de", now=now)
        session.execute(text(statement))
    assert Broken(rule, ids) in broken(living, now + LATER)


def test_what_is_wrong_with_lines_of_a_chat_is_found(living: Any, now: datetime) -> None:
    with living.database.session() as session:
        chat = open_chat(session, channel="web", address="kim", language="de", now=now)
        updates = [
            store_update(session, channel="web", update_key=key, chat_id=chat.id, body={}, now=now)[0] for key in "ab"
        ]
        for update in updates[::-1]:
            finish_update(session, update.id, now=now)
            add_line(session, chat_id=chat.id, who="assistant", text="x", update_id=update.id, now=now)
        lost = add_line(session, chat_id=chat.id, who="assistant", text="y", now=now)
        session.execute(
            text(f"UPDATE chat_lines SET state = 'uncertain', error = '{INTERRUPTED}' WHERE id = {lost.id}")
        )
    assert broken(living, now) == [Broken("line_without_task", (3,)), Broken("chat_out_of_order", (2,))]


def test_a_second_answer_without_a_message_is_found(living: Any, now: datetime) -> None:
    conversation = living.conversation().id
    living.post(conversation, 2)
    living.post(conversation, 3)
    assert broken(living, now) == [Broken("answered_twice", (3,))]


def test_a_damaged_link_is_found(sqlite_database: Any, now: datetime) -> None:
    with sqlite_database._engine.connect() as connection:
        raw = connection.connection.driver_connection
        connection.rollback()
        raw.execute("PRAGMA query_only=OFF")
        raw.execute("PRAGMA foreign_keys=OFF")
        raw.execute("INSERT INTO comments VALUES (1, 99, 'erika', 'x', '2022-03-10 09:00:00')")
        raw.execute("PRAGMA foreign_keys=ON")
    with sqlite_database.reading() as session:
        assert list(broken_rules(session, now=now)) == [Broken("foreign_key", (1,))]


def test_every_rule_has_words() -> None:
    from klimapartner.assistant.doctor_deep import OWN_RULES, TEXTS

    assert set(TEXTS) == {*RULES, *OWN_RULES}
