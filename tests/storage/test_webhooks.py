"""Events are queued with the change, once an address, without personal data, and lent to one sender at a time."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from klimapartner.storage.deliveries import (
    claim_deliveries,
    drop_old_deliveries,
    list_deliveries,
    mark_delivered,
    mark_undelivered,
)
from klimapartner.storage.engine import Database
from klimapartner.storage.errors import LeaseLost
from klimapartner.storage.offers import add_offer
from klimapartner.storage.register import BodyRef, FieldValue, withdraw
from klimapartner.storage.tasks import add_task
from klimapartner.storage.webhooks import EVENTS, Event, add_webhook, drop_webhook, list_webhooks, send_test

LEASE = timedelta(minutes=5)
KOELN = BodyRef("Köln", "05315000")


def hook(database: Database, now: datetime, *events: Event) -> int:
    with database.session() as session:
        return add_webhook(
            session, url="https://hooks.example.org/in", events=events or EVENTS, who="admin", now=now
        ).id


def events(database: Database) -> list[tuple[str, object]]:
    with database.reading() as session:
        return [(one.event, one.body["data"]) for one in reversed(list_deliveries(session))]


def test_each_change_is_told_by_kind_and_number_only(database: Database, shop: Any, now: datetime) -> None:
    hook(database, now)
    phone = {"contact.phone": FieldValue("0221 1234")}
    entry = shop.enter(KOELN, fields=phone)
    shop.enter(KOELN, fields=phone)
    shop.enter(KOELN, fields={"contact.name": FieldValue("Kim Beispiel")})
    with database.session() as session:
        withdraw(session, entry_id=entry.entry_id, message_id=None, actor="x", now=now)
        offer, _ = add_offer(session, call="phase09", name="Kaya", country="BF", message_id=1, now=now)
        add_offer(session, call="phase09", name="Kaya", country="BF", message_id=1, now=now)
        tasks = [add_task(session, kind="reply", text="secret", message_id=1, now=now)[0].id for _ in range(2)]
        tasks.append(add_task(session, kind="reply", text="secret", now=now)[0].id)
    about = {"subject": "entry", "id": entry.entry_id}
    assert events(database) == [
        ("entry.created", about), ("entry.changed", about), ("entry.withdrawn", about),
        ("offer.created", {"subject": "offer", "id": offer.id}),
        ("task.created", {"subject": "task", "id": tasks[0]}), ("task.created", {"subject": "task", "id": tasks[2]}),
    ]  # fmt: skip
    with database.reading() as session:
        assert {tuple(sorted(one.body)) for one in list_deliveries(session)} == {("data", "timestamp", "type")}


def test_an_address_is_told_what_it_asked_for(database: Database, shop: Any, now: datetime) -> None:
    hook(database, now, "entry.withdrawn")
    hook(database, now, "entry.created", "offer.created")
    shop.enter(KOELN)
    assert [event for event, _ in events(database)] == ["entry.created"]


def test_what_is_rolled_back_is_not_told(database: Database, shop: Any, now: datetime) -> None:
    hook(database, now)
    with pytest.raises(ZeroDivisionError), database.session() as session:
        shop.enter_in(session, KOELN, message_id=None)
        raise ZeroDivisionError
    assert events(database) == []


def test_a_delivery_is_lent_once_and_again_when_its_lease_ends(database: Database, now: datetime) -> None:
    number = hook(database, now)
    with database.session() as session:
        send_test(session, number, now=now)
    with database.session() as session:
        (first,) = claim_deliveries(session, now=now, lease=LEASE)
    with database.session() as session:
        assert claim_deliveries(session, now=now + LEASE - timedelta(seconds=1), lease=LEASE) == []
    with database.session() as session:
        (second,) = claim_deliveries(session, now=now + LEASE, lease=LEASE)
    assert (first.id, first.attempts, second.attempts) == (second.id, 1, 2)
    with pytest.raises(LeaseLost), database.session() as session:
        mark_delivered(session, first, now=now)
    with database.session() as session:
        mark_undelivered(session, second, error="Antwort 500", next_try_at=now + timedelta(hours=1))
    with database.session() as session:
        assert claim_deliveries(session, now=now + timedelta(minutes=59), lease=LEASE) == []
        (third,) = claim_deliveries(session, now=now + timedelta(hours=1), lease=LEASE)
        mark_delivered(session, third, now=now)
        drop_old_deliveries(session, ended=now)
    with database.reading() as session:
        assert [(one.state, one.error, one.sent_at) for one in list_deliveries(session)] == [("sent", "", now)]
    with database.session() as session:
        drop_old_deliveries(session, ended=now + timedelta(seconds=1))
        assert list_deliveries(session) == []


def test_a_forgotten_address_takes_its_deliveries_along(database: Database, now: datetime) -> None:
    number = hook(database, now)
    with database.session() as session:
        send_test(session, number, now=now)
    with database.session() as session:
        drop_webhook(session, number, who="admin", now=now)
        assert (list_webhooks(session), list_deliveries(session)) == ([], [])
