"""Lists and filters of the register, and the entry that a further message is about."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from klimapartner.storage.engine import Database
from klimapartner.storage.messages import set_conversation
from klimapartner.storage.names import normalise_name
from klimapartner.storage.register import BodyRef, FieldValue, PartnerRef, set_status
from klimapartner.storage.search import (
    EntryFilter,
    count_entries,
    entry_by_reference,
    find_entry_for,
    list_entries,
)

KOELN, BONN = BodyRef("Köln", "05315000"), BodyRef("Bonn", "05314000")


@pytest.mark.parametrize(
    ("name", "normalised"),
    [
        ("Köln", "koeln"),
        ("KÖLN", "koeln"),
        ("Ko\u0308ln", "koeln"),
        ("Große Kreisstadt Weißwasser/O.L.", "grosse kreisstadt weisswasser o l"),
        ("Stadt Köln", "koeln"),
        ("Stadt", "stadt"),
        ("Stadtoldendorf", "stadtoldendorf"),
        ("Landkreis  Vechta", "landkreis vechta"),
        ("Municipio de São Tomé", "sao tome"),
        ("Dar-es-Salaam", "dar es salaam"),
        ("...", ""),
    ],
)
def test_names_as_keys(name: str, normalised: str) -> None:
    assert normalise_name(name) == normalised


@pytest.fixture
def register(database: Database, shop: Any, now: datetime) -> Any:
    """Köln with Kaya for Africa, new; Bonn, late, in review; an unknown body in another call."""
    fields = {"world_region": FieldValue("africa"), "contact.email": FieldValue("Anna@Koeln.example")}
    shop.enter(KOELN, PartnerRef("Kaya", "BF"), fields=fields)
    bonn = shop.enter(BONN, reference="KP9-ACD234", late=True, received_at=now + timedelta(days=30))
    shop.enter(BodyRef(None), call="phase10", reference="KP9-EFG234")
    with database.session() as session:
        set_status(session, entry_id=bonn.entry_id, status="in_review", actor="maria", now=now)
    return shop


@pytest.mark.parametrize(
    ("where", "found"),
    [
        (EntryFilter(), ["Köln", "", "Bonn"]),
        (EntryFilter(call="phase09"), ["Köln", "Bonn"]),
        (EntryFilter(statuses=("in_review", "complete")), ["Bonn"]),
        (EntryFilter(flags=("late",)), ["Bonn"]),
        (EntryFilter(flags=("late", "uncertain")), []),
        (EntryFilter(ags="05315000"), ["Köln"]),
        (EntryFilter(text="KOELN kaya"), ["Köln"]),
        (EntryFilter(text="köln bonn"), []),
        (EntryFilter(text="acd234"), ["Bonn"]),
        (EntryFilter(text="100%"), []),
        (EntryFilter(fields={"world_region": "africa"}), ["Köln"]),
        (EntryFilter(fields={"world_region": "open"}), []),
    ],
)
def test_filters(database: Database, register: Any, where: EntryFilter, found: list[str]) -> None:
    with database.reading() as session:
        assert [entry.body_name for entry in list_entries(session, where)] == found
        assert count_entries(session, where) == len(found)


def test_filter_by_time_and_pages(database: Database, register: Any, now: datetime) -> None:
    deadline = now + timedelta(days=20)
    with database.reading() as session:
        assert [e.body_name for e in list_entries(session, EntryFilter(received_from=deadline))] == ["Bonn"]
        assert [e.body_name for e in list_entries(session, EntryFilter(received_before=deadline))] == ["Köln", ""]
        assert [e.body_name for e in list_entries(session, limit=1, offset=2)] == ["Bonn"]


def test_by_reference(database: Database, register: Any) -> None:
    with database.reading() as session:
        found = entry_by_reference(session, " kp9-acd234 ")
        assert (found and found.body_name, entry_by_reference(session, "KP9-XXXXXX")) == ("Bonn", None)


@pytest.mark.parametrize(
    ("given", "name", "by"),
    [
        ({"address": "anna@koeln.example"}, "Köln", "address"),
        ({"address": "ANNA@koeln.example", "body": KOELN}, "Köln", "address"),
        ({"address": "anna@koeln.example", "body": BONN}, None, None),
        ({"address": "else@koeln.example", "body": BONN}, "Bonn", "body"),
        ({"body": BodyRef("Ulm")}, None, None),
        ({}, None, None),
    ],
)
def test_the_entry_that_a_message_is_about(
    database: Database, register: Any, given: dict[str, Any], name: str | None, by: str | None
) -> None:
    with database.reading() as session:
        match = find_entry_for(session, call="phase09", **given)
    assert (match and match.entry.body_name, match and match.by) == (name, by)


def test_the_conversation_comes_first_and_two_entries_in_it_are_ambiguous(database: Database, shop: Any) -> None:
    conversation = shop.conversation()
    first, second = shop.mails(2)
    with database.session() as session:
        set_conversation(session, first, conversation.id)
        set_conversation(session, second, conversation.id)
    koeln = shop.enter(KOELN, message_id=first)
    with database.reading() as session:
        match = find_entry_for(session, call="phase09", conversation_id=conversation.id)
        assert match and (match.entry.id, match.by) == (koeln.entry_id, "conversation")
        assert find_entry_for(session, call="phase09", conversation_id=conversation.id, body=BONN) == match
    shop.enter(BONN, message_id=second)
    with database.reading() as session:
        assert find_entry_for(session, call="phase09", conversation_id=conversation.id) is None
        named = find_entry_for(session, call="phase09", conversation_id=conversation.id, body=KOELN)
        assert named and named.entry.id == koeln.entry_id
