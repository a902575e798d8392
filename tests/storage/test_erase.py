"""After an erasure nothing about the person is found, in no table and in no file; everyone else is untouched."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from klimapartner.storage.engine import Database
from klimapartner.storage.erase import erase_person
from klimapartner.storage.errors import Refused, StorageError
from klimapartner.storage.history import list_history, record
from klimapartner.storage.leases import claim_messages, finish_message
from klimapartner.storage.messages import get_message, message_raw, set_conversation
from klimapartner.storage.offers import add_offer
from klimapartner.storage.outbox import get_outbox
from klimapartner.storage.participants import list_participants, register_participant
from klimapartner.storage.readings import add_reading
from klimapartner.storage.register import BodyRef, FieldValue, staff_set
from klimapartner.storage.tables import Base
from klimapartner.storage.tasks import add_task
from klimapartner.storage.unanswered import add_unanswered

ADDRESS = "anna.berg@koeln.example"
SECRETS = ("anna.berg", "Anna Berg", "0221 4711", "Bergziege")


def _fields(name: str, email: str, phone: str) -> dict[str, FieldValue]:
    quote = [{"text": f"Viele Grüße, {name}"}]
    return {
        "contact.name": FieldValue(name, evidence=quote),
        "contact.email": FieldValue(email),
        "contact.phone": FieldValue(phone, evidence=quote),
        "topics": FieldValue(["water"], evidence=[{"text": "Wasser, sagt die Bergziege"}]),
    }


@pytest.fixture
def anna(database: Database, shop: Any, now: datetime) -> dict[str, int]:
    """All that Anna Berg can leave behind."""
    conversation = shop.conversation(address="Anna.Berg@Koeln.example")
    message = shop.mail(b"From: Anna Berg <Anna.Berg@koeln.example>\r\n\r\nBergziege", message_id="<anna.berg@x>")
    entry = shop.enter(
        BodyRef("Köln", "05315000"), message_id=message, fields=_fields("Anna Berg", ADDRESS, "0221 4711")
    )
    mail = shop.post(
        conversation.id, message_id=message, to_name="Anna Berg", to_addr=ADDRESS, body_text="Guten Tag Anna Berg"
    )
    with database.session() as session:
        set_conversation(session, message, conversation.id)
        add_reading(session, message_id=message, model_version="1", body={"contact": "Anna Berg"}, now=now)
        add_task(session, kind="call", text="Anna Berg anrufen", entry_id=entry.entry_id, now=now)
        add_unanswered(session, message_id=message, code="held", reason="Bergziege", now=now)
        record(
            session, now=now, who="team", subject="entry", subject_id=entry.entry_id, action="answered", field="mail",
            new={"text": "Liebe Bergziege"},
        )  # fmt: skip
        register_participant(
            session, call="phase09", event="w", name="Anna Berg", email=ADDRESS, body="", message_id=message, now=now
        )
        staff_set(
            session,
            entry_id=entry.entry_id,
            field="contact.name",
            value="Dr. Anna Berg",
            expected_version=entry.version,
            actor="maria",
            now=now,
        )
        [claimed] = [m for m in claim_messages(session, owner="a", now=now, lease=now - now) if m.id == message]
        finish_message(session, claimed.id, owner="a", now=now, reason="read: Anna Berg")
        add_offer(
            session,
            call="phase09",
            name="Ouidah",
            country="BJ",
            message_id=message,
            contact_name="Anna Berg",
            contact_email=ADDRESS,
            now=now,
        )
    return {"message": message, "entry": entry.entry_id, "mail": mail.id}


def _everything(database: Database) -> str:
    with database.reading() as session:
        rows = [session.execute(text(f"SELECT * FROM {name}")).all() for name in Base.metadata.tables]
    return "\n".join(
        str(bytes(cell) if isinstance(cell, memoryview) else cell) for table in rows for row in table for cell in row
    )


def _erase(database: Database, now: datetime, address: str = ADDRESS) -> dict[str, int]:
    with database.session() as session:
        return erase_person(session, address=address, who="maria", now=now).counts


def test_the_search_below_would_find_everything(database: Database, anna: dict[str, int]) -> None:
    assert [secret in _everything(database) for secret in SECRETS] == [True] * len(SECRETS)


def test_nothing_is_left_in_any_table(database: Database, anna: dict[str, int], now: datetime) -> None:
    counts = _erase(database, now, " Anna.Berg@KOELN.example ")
    left = _everything(database).casefold()
    assert [secret for secret in SECRETS if secret.casefold() in left] == []
    assert {name: counts[name] for name in ("messages", "conversations", "outbox", "participants", "offers")} == {
        "messages": 1,
        "conversations": 1,
        "outbox": 1,
        "participants": 1,
        "offers": 1,
    }


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_nothing_is_left_in_the_files(database: Database, anna: dict[str, int], now: datetime, tmp_path: Path) -> None:
    _erase(database, now)
    database.scrub()
    files = b"".join(path.read_bytes() for path in sorted(tmp_path.glob("klimapartner.db*"))).lower()
    assert b"05315000" in files
    assert [secret for secret in SECRETS if secret.lower().encode() in files] == []


def test_scrub_keeps_the_database_usable(database: Database, shop: Any) -> None:
    shop.mail()
    database.scrub()
    shop.enter(BodyRef("Köln", "05315000"))
    assert len(shop.entries()) == 1


def test_the_entry_itself_stays(database: Database, shop: Any, anna: dict[str, int], now: datetime) -> None:
    _erase(database, now)
    entry = shop.entry(anna["entry"])
    assert (entry.ags, entry.value("topics"), entry.value("contact.name")) == ("05315000", ["water"], None)
    with database.reading() as session:
        lines = list_history(session, "entry", anna["entry"])
        assert message_raw(session, anna["message"]) == b""
    assert ("contact.name", None, None) in [(line.field, line.old, line.new) for line in lines]
    assert (lines[-1].who, lines[-1].action) == ("maria", "erased")


def test_a_waiting_mail_is_discarded(database: Database, anna: dict[str, int], now: datetime) -> None:
    _erase(database, now)
    with database.reading() as session:
        assert get_outbox(session, anna["mail"]).state == "discarded"
        assert [line.action for line in list_history(session, "outbox", anna["mail"])] == ["queued", "discarded"]


def test_others_are_untouched(database: Database, shop: Any, anna: dict[str, int], now: datetime) -> None:
    other = "joanna.berg@koeln.example"
    message = shop.mail(f"From: {other}".encode(), uid=5, message_id="<j@x>")
    fields = _fields("Joanna Bergmann", other, "0228 1")
    entry = shop.enter(BodyRef("Bonn", "05314000"), message_id=message, fields=fields)
    with database.session() as session:
        register_participant(
            session, call="phase09", event="w", name="Jo", email=other, body="", message_id=message, now=now
        )
    before = shop.entry(entry.entry_id)
    _erase(database, now)
    with database.reading() as session:
        assert message_raw(session, message) == f"From: {other}".encode()
        assert [person.email for person in list_participants(session, "phase09")] == [other]
    assert shop.entry(entry.entry_id) == before


def test_afterwards_the_rules_hold_again(database: Database, anna: dict[str, int], now: datetime) -> None:
    _erase(database, now)
    with pytest.raises(Refused), database.session() as session:
        session.execute(text("DELETE FROM history"))


def test_a_mail_that_is_still_in_the_mailbox_is_not_stored_again(
    database: Database, shop: Any, anna: dict[str, int], now: datetime
) -> None:
    _erase(database, now)
    raw = b"From: Anna Berg <Anna.Berg@koeln.example>\r\n\r\nBergziege"
    assert shop.mail(raw, uid=77, uidvalidity=8) == anna["message"]
    with database.reading() as session:
        assert get_message(session, anna["message"]).state == "done"


@pytest.mark.parametrize("address", ["", "anna", "@koeln.example", "anna@"])
def test_what_is_no_address_erases_nothing(database: Database, now: datetime, address: str) -> None:
    with pytest.raises(StorageError):
        _erase(database, now, address)


def test_what_a_stranger_claimed_about_an_entry_goes_with_them(database: Database, shop: Any, now: datetime) -> None:
    entry = shop.enter(BodyRef("Köln", "05315000"))
    message = shop.mail(b"From: anna.berg@koeln.example\r\n\r\nx", uid=9)
    with database.session() as session:
        add_task(session, kind="proposal", text="vergleichen", message_id=message, entry_id=entry.entry_id, now=now)
        record(
            session, now=now, who="klimapartner", subject="entry", subject_id=entry.entry_id, action="claimed",
            field="contact.phone", new="0221 4711",
        )  # fmt: skip
    _erase(database, now)
    with database.reading() as session:
        claims = [line.new for line in list_history(session, "entry", entry.entry_id) if line.action == "claimed"]
    assert claims == [None]
