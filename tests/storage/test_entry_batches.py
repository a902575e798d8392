"""Entries in bulk are the same as one by one."""

from typing import Any

from klimapartner.storage.engine import Database
from klimapartner.storage.entry_batches import entries_by_ids
from klimapartner.storage.register import BodyRef, FieldValue, PartnerRef


def test_they_come_in_the_order_asked_for_with_all_their_fields(database: Database, shop: Any) -> None:
    fields = {"contact.name": FieldValue("Kim", "machine", 0.9, [{"text": "Kim"}]), "needs": FieldValue(["x"], "staff")}
    first = shop.enter(BodyRef("Köln", "05315000"), PartnerRef("Kaya", "BF"), fields=fields).entry_id
    second = shop.enter(BodyRef("Bonn", "05314000"), reference="KP9-AAAAAA").entry_id
    with database.reading() as session:
        found = entries_by_ids(session, [second, 999, first])
    assert found == [shop.entry(second), shop.entry(first)]
