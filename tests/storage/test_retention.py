"""What is older than its period goes, as much as the preview said, and nothing else."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from klimapartner.storage.accesses import list_accesses, note_access
from klimapartner.storage.engine import Database
from klimapartner.storage.history import list_history
from klimapartner.storage.leases import claim_messages, finish_message
from klimapartner.storage.messages import message_raw
from klimapartner.storage.outbox import discard, get_outbox
from klimapartner.storage.readings import add_reading, latest_reading
from klimapartner.storage.register import BodyRef, FieldValue, set_status
from klimapartner.storage.retention import RULES, count_old, forget_kind
from klimapartner.storage.sessions import open_session, sessions_of
from klimapartner.storage.stored_files import keep_file
from klimapartner.storage.tasks import add_task
from klimapartner.storage.users import add_user

YEAR = timedelta(days=365)


def _run(database: Database, kind: str, now: datetime) -> tuple[int, int, int]:
    """What the preview says a year later, what goes, and what the preview says then."""
    later, before = now + YEAR, now + timedelta(days=1)
    with database.session() as session:
        expected = count_old(session, kind, before=before)
        gone = forget_kind(session, kind, before=before, now=later)
        return expected, gone, count_old(session, kind, before=before)


def _finish(database: Database, now: datetime) -> None:
    with database.session() as session:
        for one in claim_messages(session, owner="a", now=now, lease=timedelta()):
            finish_message(session, one.id, owner="a", now=now, reason="read")


@pytest.mark.parametrize("kind", RULES)
def test_nothing_goes_from_an_empty_database(database: Database, kind: str, now: datetime) -> None:
    assert _run(database, kind, now) == (0, 0, 0)


def test_messages_lose_their_words_and_the_register_keeps_its_values(
    database: Database, shop: Any, now: datetime
) -> None:
    fields = {"topics": FieldValue(["water"], evidence=[{"text": "Wasser"}])}
    entry = shop.enter(BodyRef("Köln", "05315000"), fields=fields)
    young = shop.mail(b"Subject: young\r\n\r\n", uid=2, received_at=now + YEAR)
    with database.session() as session:
        add_reading(session, message_id=1, model_version="1", body={"a": 1}, now=now)
    _finish(database, now)
    assert _run(database, "messages", now) == (1, 1, 0)
    after = shop.entry(entry.entry_id).fields["topics"]
    with database.reading() as session:
        reading = latest_reading(session, 1)
        assert (message_raw(session, 1), message_raw(session, young)) == (b"", b"Subject: young\r\n\r\n")
    assert (after.value, after.evidence, reading and reading.body) == (["water"], [], {})


def test_a_message_about_which_something_waits_stays(database: Database, shop: Any, now: datetime) -> None:
    unread, asked, answered = shop.mails(3)
    conversation = shop.conversation()
    shop.post(conversation.id, message_id=answered)
    with database.session() as session:
        add_task(session, kind="call", text="anrufen", message_id=asked, now=now)
        for one in claim_messages(session, owner="a", now=now, lease=timedelta()):
            if one.id != unread:
                finish_message(session, one.id, owner="a", now=now, reason="read")
    assert _run(database, "messages", now) == (0, 0, 0)


def test_mails_that_are_over_lose_words_and_recipient(database: Database, shop: Any, now: datetime) -> None:
    conversation = shop.conversation()
    over, waiting = (shop.post(conversation.id, number, step=str(number)) for number in (1, 2))
    with database.session() as session:
        discard(session, [over.id], reason="", who="maria", now=now)
    assert _run(database, "outbox", now) == (1, 1, 0)
    with database.reading() as session:
        left = [(mail.to_addr, mail.body_text) for mail in (get_outbox(session, one.id) for one in (over, waiting))]
    assert left == [("", ""), ("anna@koeln.example", "Guten Tag")]


def test_contacts_of_closed_entries_go_and_leave_a_line_in_the_history(
    database: Database, shop: Any, now: datetime
) -> None:
    fields = {"contact.name": FieldValue("Anna Berg"), "topics": FieldValue(["water"])}
    closed = shop.enter(BodyRef("Köln", "05315000"), fields=fields)
    opened = shop.enter(BodyRef("Bonn", "05314000"), fields=fields, reference="KP9-AAAAAA")
    with database.session() as session:
        set_status(
            session, entry_id=closed.entry_id, status="declined", expected_version=closed.version, actor="m", now=now
        )
    assert _run(database, "closed_contacts", now) == (1, 1, 0)
    values = [shop.entry(one.entry_id).value("contact.name") for one in (closed, opened)]
    with database.reading() as session:
        lines = list_history(session, "entry", closed.entry_id)
    assert (values, shop.entry(closed.entry_id).value("topics")) == ([None, "Anna Berg"], ["water"])
    assert [(line.old, line.new) for line in lines if line.field == "contact.name"] == [(None, None)]
    assert (lines[-1].who, lines[-1].action) == ("retention", "contact expired")


def test_accesses_sessions_and_files_are_deleted(database: Database, now: datetime) -> None:
    with database.session() as session:
        user = add_user(session, name="m", mail="m@x.example", role="lead", password="correct horse battery", now=now)
        keep_file(session, user.id, kind="sheet", name="x.csv", content=b"x", now=now)
        for at in (now, now + YEAR):
            note_access(session, now=at, who="m", action="read", subject="entry", subject_id=1)
            open_session(session, user.id, agent="", complete=True, now=at, valid=timedelta(hours=1))
    assert [_run(database, kind, now) for kind in ("accesses", "sessions", "stored_files")] == [(1, 1, 0)] * 3
    with database.reading() as session:
        assert (len(list_accesses(session)), len(sessions_of(session, user.id))) == (1, 1)
