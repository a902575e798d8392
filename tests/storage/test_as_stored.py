"""What a function hands back of a row that it has just made is what the database keeps of it."""

from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from klimapartner.storage.answer_counts import Counted, Since, count_for_limits
from klimapartner.storage.conversations import get_conversation, open_conversation
from klimapartner.storage.engine import Database
from klimapartner.storage.history import line, list_history, record_all
from klimapartner.storage.messages import get_message, store_message
from klimapartner.storage.outbox import count_answers, get_outbox
from klimapartner.storage.readings import add_reading, latest_reading

ODD = "Köln\0 \ud800"
SUMMER = timezone(timedelta(hours=2))


def test_a_conversation(database: Database, now: datetime) -> None:
    with database.session() as session:
        made = open_conversation(session, call="phase09", prefix="KP9", address=ODD, now=now.astimezone(SUMMER))
        assert made == get_conversation(session, made.id)


def test_a_mail_in_the_outbox(database: Database, shop: Any, now: datetime) -> None:
    made = shop.post(
        shop.conversation().id,
        subject=ODD,
        headers={"References": ODD},
        hold_reason="unsure",
        now=now.astimezone(SUMMER),
    )
    with database.reading() as session:
        assert made == get_outbox(session, made.id)
        assert [(one.action, one.new) for one in list_history(session, "outbox", made.id)] == [("held", "unsure")]


def test_a_reading(database: Database, shop: Any, now: datetime) -> None:
    body = {"name": ODD, "needs": ("a", "b"), "share": float("nan"), "nothing": None}
    number = shop.mail()
    with database.session() as session:
        made = add_reading(session, message_id=number, model_version="1", body=body, now=now.astimezone(SUMMER))
        assert made == latest_reading(session, number)


@pytest.mark.parametrize("values", [[], ["a"], ["a", None, ["b"], {"c": 1}, "d"]])
def test_lines_of_history_keep_their_order(database: Database, now: datetime, values: Sequence[Any]) -> None:
    with database.session() as session:
        record_all(session, [line(now, "maria", "entry", 7, action="changed", old=None, new=value) for value in values])
        assert [one.new for one in list_history(session, "entry", 7)] == values


def test_one_count_for_all_limits_says_what_counting_one_by_one_says(
    database: Database, shop: Any, now: datetime
) -> None:
    one, two = shop.conversation().id, shop.conversation().id
    shop.post(one, 1)
    shop.post(one, 2, kind="faq", hold_reason="unsure")
    shop.post(two, 3, to_addr="Bert@KOELN.example")
    shop.post(two, 4, to_addr="bert@koeln.example", now=now - timedelta(days=2))
    shop.post(two, 5, to_addr="cem@bonn.example", now=now - timedelta(hours=2))
    day, hour, week = (now - timedelta(**{unit: 1}) for unit in ("days", "hours", "weeks"))
    with database.reading() as session:
        counted = count_for_limits(
            session, Since(week, day, hour), conversation_id=two, kind="acknowledgement", address="BERT@koeln.example"
        )
        assert counted == Counted(
            thread=count_answers(session, since=week, conversation_id=two, kind="acknowledgement"),
            address=count_answers(session, since=day, address="bert@koeln.example"),
            domain=count_answers(session, since=hour, domain="koeln.example"),
            total=count_answers(session, since=hour),
            ever=count_answers(session, since=now - timedelta(days=3000), address="bert@koeln.example"),
        )
        assert counted == Counted(thread=3, address=1, domain=3, total=3, ever=2)


def test_a_message(database: Database, now: datetime) -> None:
    given = {"mailbox": "INBOX", "uidvalidity": 7, "message_id": f" <{ODD}> ", "received_at": now.astimezone(SUMMER)}
    with database.session() as session:
        made, new = store_message(session, raw=b"x", uid=1, now=now.astimezone(SUMMER), problem=ODD, size=9, **given)
        again, twice = store_message(session, raw=b"x", uid=1, now=now, **given)
        copy, thrice = store_message(session, raw=b"x", uid=2, now=now, **given)
        assert made == again == copy == get_message(session, made.id)
    assert (new, twice, thrice) == (True, False, False)
