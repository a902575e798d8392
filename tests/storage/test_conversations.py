"""What belongs together is found by Message-IDs and reference numbers."""

from datetime import datetime
from typing import Any

import pytest

from klimapartner.storage.conversations import (
    attach_entry,
    find_conversation,
    find_references,
    get_conversation,
)
from klimapartner.storage.engine import Database
from klimapartner.storage.messages import messages_of, set_conversation
from klimapartner.storage.register import BodyRef


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Re: Ihre Nachricht [KP9-7F3K2M]", ("KP9-7F3K2M",)),
        ("klima+kp9-7f3k2m@example.org", ("KP9-7F3K2M",)),
        ("KP9-7F3K2M und KP9-ACD234, KP9-7F3K2M", ("KP9-7F3K2M", "KP9-ACD234")),
        ("KP9-7F3K2M-2", ("KP9-7F3K2M",)),
        ("KP9-7F3K2 KP9-7F3K2MM KP9-7F3K2O", ()),
        ("Interesse an einer Klimapartnerschaft", ()),
    ],
)
def test_reference_numbers_in_text(text: str, found: tuple[str, ...]) -> None:
    assert find_references(text) == found


def test_numbers_are_unique_and_can_be_found_in_text(shop: Any) -> None:
    numbers = [shop.conversation().reference for _ in range(50)]
    assert len(set(numbers)) == 50
    assert find_references(" ".join(numbers)) == tuple(numbers)


@pytest.fixture
def threads(database: Database, shop: Any) -> tuple[Any, Any]:
    """Two conversations: the first has a received mail <a@x>, the second our answer <2@office.example>."""
    first, second = shop.conversation(), shop.conversation()
    message = shop.mail(message_id="<a@x>")
    with database.session() as session:
        set_conversation(session, message, first.id)
    shop.post(second.id, 2)
    return first, second


@pytest.mark.parametrize(
    ("message_ids", "expected"),
    [
        (["<a@x>"], 0),
        (["<2@office.example>"], 1),
        (["<unknown@x>", " <a@x> ", "<2@office.example>"], 0),
        (["<2@office.example>", "<a@x>"], 1),
        (["<unknown@x>", ""], None),
        ([], None),
    ],
)
def test_by_message_id(
    database: Database, threads: tuple[Any, Any], message_ids: list[str], expected: int | None
) -> None:
    with database.reading() as session:
        found = find_conversation(session, message_ids=message_ids, references=())
    assert found == (None if expected is None else threads[expected])


def test_by_number_where_no_message_id_is_known(database: Database, threads: tuple[Any, Any]) -> None:
    first, second = threads
    with database.reading() as session:
        by_number = find_conversation(session, message_ids=["<b@x>"], references=[second.reference.lower()])
        by_id = find_conversation(session, message_ids=["<a@x>"], references=[second.reference])
        unknown = find_conversation(session, message_ids=[], references=["KP9-AAAAAA"])
    assert (by_number, by_id, unknown) == (second, first, None)


def test_where_a_message_id_was_used_twice_the_first_mail_has_it(database: Database, shop: Any) -> None:
    first, second = shop.conversation(), shop.conversation()
    for uid, conversation in enumerate((first, second)):
        message = shop.mail(b"%d" % uid, uid=uid, message_id="<same@x>")
        with database.session() as session:
            set_conversation(session, message, conversation.id)
    with database.reading() as session:
        assert find_conversation(session, message_ids=["<same@x>"], references=()) == first


def test_the_number_of_a_second_entry_leads_to_its_conversation(database: Database, shop: Any) -> None:
    conversation = shop.conversation()
    shop.enter(BodyRef("Köln", "05315000"), reference=conversation.reference)
    second = shop.enter(BodyRef("Bonn", "05314000"), reference=conversation.reference)
    with database.reading() as session:
        assert find_conversation(session, message_ids=(), references=[second.reference]) == conversation


def test_a_conversation_keeps_its_first_entry(database: Database, shop: Any) -> None:
    conversation = shop.conversation()
    first, second = shop.enter(BodyRef("Köln", "05315000")), shop.enter(BodyRef("Bonn", "05314000"))
    with database.session() as session:
        attach_entry(session, conversation.id, first.entry_id)
        attach_entry(session, conversation.id, second.entry_id)
        assert get_conversation(session, conversation.id).entry_id == first.entry_id


def test_the_messages_of_a_conversation(database: Database, shop: Any, now: datetime) -> None:
    conversation = shop.conversation()
    ids = shop.mails(3)
    with database.session() as session:
        for number in ids[1:]:
            set_conversation(session, number, conversation.id)
        assert [message.id for message in messages_of(session, conversation.id)] == ids[1:]
