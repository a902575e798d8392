"""A mail is decided on once, sent once, and what cannot be known is said to be uncertain."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from klimapartner.storage.engine import Database
from klimapartner.storage.errors import LeaseLost, WrongState
from klimapartner.storage.history import list_history
from klimapartner.storage.outbox import (
    begin_try,
    claim_due,
    count_answers,
    count_outbox,
    discard,
    find_by_envelope,
    find_by_rfc_id,
    get_outbox,
    hold,
    last_sent_to,
    list_outbox,
    mails_of,
    mark_failed,
    mark_retry,
    mark_sending,
    mark_sent,
    mark_uncertain,
    mark_undeliverable,
    release,
    requeue,
)

MINUTE = timedelta(minutes=1)


def _claim(database: Database, owner: str, now: datetime, limit: int = 10) -> list[int]:
    with database.session() as session:
        return [mail.id for mail in claim_due(session, owner=owner, now=now, lease=MINUTE, limit=limit)]


def _start(database: Database, mail_id: int, owner: str, now: datetime) -> None:
    _try(database, mail_id, owner, now)
    with database.session() as session:
        mark_sending(session, mail_id, owner=owner, now=now, lease=MINUTE)


def _try(database: Database, mail_id: int, owner: str, now: datetime) -> None:
    with database.session() as session:
        begin_try(session, mail_id, owner=owner, now=now, lease=MINUTE)


def _state(database: Database, mail_id: int) -> str:
    with database.reading() as session:
        return get_outbox(session, mail_id).state


@pytest.fixture
def mail(shop: Any) -> Any:
    """A queued mail in a conversation."""
    return shop.post(shop.conversation().id, headers={"In-Reply-To": "<a@x>"})


@pytest.mark.parametrize(
    ("again", "mails"),
    [
        ({}, 1),
        ({"number": 2}, 1),
        ({"number": 2, "kind": "faq"}, 2),
        ({"number": 2, "step": "reminder"}, 2),
        ({"number": 1, "kind": "faq"}, 1),
    ],
    ids=["the same", "a new Message-ID", "another kind", "another step", "the same Message-ID"],
)
def test_a_message_kind_and_step_has_one_mail(database: Database, shop: Any, again: dict[str, Any], mails: int) -> None:
    conversation, message = shop.conversation().id, shop.mail()
    first = shop.post(conversation, message_id=message)
    second = shop.post(conversation, message_id=message, **again)
    with database.reading() as session:
        assert (len(list_outbox(session)), second.id == first.id) == (mails, mails == 1)


def test_threads_that_answer_the_same_message_write_one_mail(shop: Any, race: Callable[..., list[Any]]) -> None:
    conversation, message = shop.conversation().id, shop.mail()
    results = race(lambda number: shop.post(conversation, number, message_id=message).id, 8)
    assert len(set(results)) == 1


def test_a_mail_is_found_by_its_message_id_with_all_that_was_drafted(database: Database, mail: Any) -> None:
    with database.reading() as session:
        assert find_by_rfc_id(session, "<1@office.example>") == mail
        assert mails_of(session, mail.conversation_id) == [mail]
        assert find_by_rfc_id(session, "<2@office.example>") is None
    assert (mail.headers, mail.state, mail.to_addr) == ({"In-Reply-To": "<a@x>"}, "queued", "anna@koeln.example")


def test_the_way_of_a_mail(database: Database, mail: Any, now: datetime) -> None:
    assert _claim(database, "a", now) == [mail.id]
    assert _claim(database, "b", now) == []
    _start(database, mail.id, "a", now)
    with database.session() as session:
        sent = mark_sent(session, mail.id, owner="a", now=now + MINUTE)
    assert (sent.state, sent.attempts, sent.sent_at) == ("sent", 1, now + MINUTE)
    assert _claim(database, "a", now + 9 * MINUTE) == []
    with database.reading() as session:
        assert [line.action for line in list_history(session, "outbox", mail.id)] == ["queued", "sent"]


def test_a_lease_that_ran_out_before_sending_is_lent_again(database: Database, mail: Any, now: datetime) -> None:
    _claim(database, "a", now)
    assert _claim(database, "b", now + MINUTE) == [mail.id]
    with pytest.raises(LeaseLost):
        _start(database, mail.id, "a", now + MINUTE)


def test_a_sender_that_dies_before_the_last_byte_has_sent_nothing(database: Database, mail: Any, now: datetime) -> None:
    for tries in (1, 2):
        now += MINUTE
        assert _claim(database, "a", now) == [mail.id]
        _try(database, mail.id, "a", now)
        with database.reading() as session:
            assert (get_outbox(session, mail.id).state, get_outbox(session, mail.id).attempts) == ("queued", tries)


@pytest.mark.parametrize(("mark", "state"), [(mark_retry, "queued"), (mark_failed, "failed")])
def test_a_server_may_refuse_before_the_last_byte(
    database: Database, mail: Any, now: datetime, mark: Callable[..., Any], state: str
) -> None:
    more = {"next_try_at": now} if mark is mark_retry else {}
    _claim(database, "a", now)
    _try(database, mail.id, "a", now)
    with database.session() as session:
        mark(session, mail.id, owner="a", now=now, error="no", **more)
    assert _state(database, mail.id) == state


def test_a_mail_held_during_the_dialogue_gets_no_last_byte(database: Database, mail: Any, now: datetime) -> None:
    _claim(database, "a", now)
    _try(database, mail.id, "a", now)
    with database.session() as session:
        assert hold(session, None, reason="stop", who="maria", now=now) == 1
    with pytest.raises(LeaseLost), database.session() as session:
        mark_sending(session, mail.id, owner="a", now=now, lease=MINUTE)


def test_a_lease_that_ran_out_while_sending_is_uncertain_and_never_lent_again(
    database: Database, mail: Any, now: datetime
) -> None:
    _claim(database, "a", now)
    _start(database, mail.id, "a", now)
    assert _claim(database, "b", now + MINUTE) == []
    assert _state(database, mail.id) == "uncertain"


def test_a_sender_that_was_only_slow_still_notes_that_it_sent(database: Database, mail: Any, now: datetime) -> None:
    _claim(database, "a", now)
    _start(database, mail.id, "a", now)
    _claim(database, "b", now + MINUTE)
    with database.session() as session:
        mark_sent(session, mail.id, owner="a", now=now + 2 * MINUTE)
    assert _state(database, mail.id) == "sent"


def test_a_retry_waits_for_its_time(database: Database, mail: Any, now: datetime) -> None:
    _claim(database, "a", now)
    _start(database, mail.id, "a", now)
    with database.session() as session:
        mark_retry(session, mail.id, owner="a", now=now, error="451 busy", next_try_at=now + 5 * MINUTE)
    assert _claim(database, "a", now + 4 * MINUTE) == []
    assert _claim(database, "a", now + 5 * MINUTE) == [mail.id]


@pytest.mark.parametrize(("mark", "state"), [(mark_failed, "failed"), (mark_uncertain, "uncertain")])
def test_a_mail_that_ended_badly_is_sent_again_only_by_a_person(
    database: Database, mail: Any, now: datetime, mark: Callable[..., Any], state: str
) -> None:
    _claim(database, "a", now)
    _start(database, mail.id, "a", now)
    with database.session() as session:
        mark(session, mail.id, owner="a", now=now, error="550 no such user")
    assert (_state(database, mail.id), _claim(database, "a", now + 9 * MINUTE)) == (state, [])
    with database.session() as session:
        assert requeue(session, [mail.id], who="maria", now=now) == 1
    assert _claim(database, "a", now) == [mail.id]


def test_what_was_never_begun_cannot_have_been_sent(database: Database, mail: Any, now: datetime) -> None:
    with pytest.raises(WrongState), database.session() as session:
        mark_sent(session, mail.id, owner="a", now=now)


def test_held_mails_wait_for_their_release(database: Database, shop: Any, now: datetime) -> None:
    conversation = shop.conversation().id
    first = shop.post(conversation, 1, hold_reason="first start")
    second = shop.post(conversation, 2, hold_reason="first start")
    assert _claim(database, "a", now) == []
    with database.session() as session:
        assert release(session, [first.id], who="maria", now=now) == 1
    assert _claim(database, "a", now) == [first.id]
    with database.session() as session:
        assert release(session, None, who="maria", now=now) == 1
    assert _claim(database, "a", now) == [second.id]


def test_a_mail_held_after_it_was_lent_is_not_sent(database: Database, mail: Any, now: datetime) -> None:
    _claim(database, "a", now)
    with database.session() as session:
        assert hold(session, None, reason="stop", who="maria", now=now) == 1
    with pytest.raises(LeaseLost):
        _start(database, mail.id, "a", now)


def test_a_mail_that_is_being_sent_can_be_neither_held_nor_discarded(
    database: Database, mail: Any, now: datetime
) -> None:
    _claim(database, "a", now)
    _start(database, mail.id, "a", now)
    with database.session() as session:
        assert hold(session, [mail.id], reason="stop", who="maria", now=now) == 0
        assert discard(session, [mail.id], reason="stop", who="maria", now=now) == 0


def test_a_bounce_makes_a_mail_undeliverable(database: Database, mail: Any, now: datetime) -> None:
    with database.session() as session:
        assert mark_undeliverable(session, mail.id, reason="5.1.1", now=now).last_error == "5.1.1"
        assert count_outbox(session) == {"undeliverable": 1}


def test_four_threads_send_two_hundred_mails_each_once(
    database: Database, shop: Any, now: datetime, race: Callable[..., list[Any]]
) -> None:
    conversation = shop.conversation().id
    ids = [shop.post(conversation, number).id for number in range(200)]

    def work(number: int) -> list[int]:
        owner, sent = f"worker {number}", []
        while batch := _claim(database, owner, now, limit=5):
            for mail_id in batch:
                _start(database, mail_id, owner, now)
                with database.session() as session:
                    sent.append(mark_sent(session, mail_id, owner=owner, now=now).id)
        return sent

    assert sorted(mail_id for worker in race(work, 4) for mail_id in worker) == ids


def test_answers_are_counted_for_the_limits(database: Database, shop: Any, now: datetime) -> None:
    one, two = shop.conversation().id, shop.conversation().id
    shop.post(one, 1)
    shop.post(one, 2, kind="faq", hold_reason="unsure")
    shop.post(two, 3, to_addr="Bert@KOELN.example")
    shop.post(two, 4, now=now - timedelta(days=2))
    gone = shop.post(two, 5).id
    with database.session() as session:
        discard(session, [gone], reason="no", who="maria", now=now)
        day = now - timedelta(days=1)
        assert count_answers(session, since=day) == 3
        assert count_answers(session, since=day, conversation_id=one) == 2
        assert count_answers(session, since=day, conversation_id=one, kind="faq") == 1
        assert count_answers(session, since=day, address="bert@koeln.example") == 1
        assert count_answers(session, since=day, domain="koeln.EXAMPLE") == 3
        assert count_answers(session, since=day, states=("held",)) == 1
        assert count_answers(session, since=now - timedelta(days=3)) == 4


def test_what_was_released_late_counts_when_it_is_sent(database: Database, shop: Any, now: datetime) -> None:
    mail = shop.post(shop.conversation().id, now=now - timedelta(days=2), hold_reason="first start")
    with database.session() as session:
        release(session, None, who="maria", now=now)
    _claim(database, "a", now)
    _start(database, mail.id, "a", now)
    with database.session() as session:
        mark_sent(session, mail.id, owner="a", now=now)
        assert count_answers(session, since=now - timedelta(days=1)) == 1


def test_a_mail_is_found_by_its_envelope_sender_and_by_whom_it_went_to(
    database: Database, shop: Any, now: datetime
) -> None:
    conversation = shop.conversation().id
    mail = shop.post(conversation, envelope_from="Office+bounce-A1@example.org")
    shop.post(conversation, number=2, kind="faq")
    _claim(database, "w", now)
    _start(database, mail.id, "w", now)
    with database.session() as session:
        mark_sent(session, mail.id, owner="w", now=now)
    with database.reading() as session:
        by_envelope = [find_by_envelope(session, address) for address in ("office+bounce-a1@EXAMPLE.org", "x@y", "")]
        by_address = [last_sent_to(session, "Anna@koeln.example", since=since) for since in (now, now + MINUTE)]
    assert [found and found.id for found in (*by_envelope, *by_address)] == [mail.id, None, None, mail.id, None]
