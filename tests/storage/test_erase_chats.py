"""After an erasure nothing of the person is left in any chat, and the chats of others are untouched."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from klimapartner.storage.channel_notes import set_note
from klimapartner.storage.chat_inbox import store_update
from klimapartner.storage.chat_lines import add_line, lines_of
from klimapartner.storage.chats import Chat, get_chat, open_chat, save_chat
from klimapartner.storage.engine import Database
from klimapartner.storage.erase import erase_person
from klimapartner.storage.messages import message_raw
from klimapartner.storage.tables import Base
from klimapartner.storage.tasks import add_task
from klimapartner.storage.tokens import issue_code, redeem_code

ADDRESS = "anna.berg@koeln.example"
SECRETS = ("anna.berg", "Anna Berg", "Bergziege", "4711007")
SAID = f"Anna Berg, Bergziege, {ADDRESS}"


def _say(database: Database, address: str, words: str, now: datetime, conversation: int | None = None) -> Chat:
    with database.session() as session:
        chat = open_chat(session, channel="telegram", address=address, language="de", now=now)
        body = {"kind": "text", "text": words, "language": ""}
        store_update(session, channel="telegram", update_key=f"1:{len(words)}", chat_id=chat.id, body=body, now=now)
        add_line(session, chat_id=chat.id, who="person", text=words, now=now)
        set_note(session, chat.id, "keyboard", {"text": words}, now=now)
        state = {"form": {"said": [words]}}
        save_chat(session, chat.id, state=state, language="de", conversation_id=conversation, entry_id=None, now=now)
    return chat


@pytest.fixture
def annas(database: Database, shop: Any, now: datetime) -> Chat:
    """A chat in which Anna Berg said her address, and what came of it."""
    chat = _say(database, "4711007", SAID, now)
    letter = f"From: chat.{chat.id}@telegram.invalid\r\nX-Chat: telegram {chat.id} 1\r\n\r\nBergziege"
    message = shop.mail(letter.encode(), message_id="")
    with database.session() as session:
        add_task(session, kind="chat", text="Bergziege wünscht eine Person", chat_id=chat.id, now=now)
        add_task(session, kind="proposal", text="Bergziege vergleichen", message_id=message, chat_id=chat.id, now=now)
    return chat


def _erase(database: Database, now: datetime) -> dict[str, int]:
    with database.session() as session:
        return erase_person(session, address=ADDRESS, who="maria", now=now).counts


def _everything(database: Database) -> str:
    with database.reading() as session:
        rows = [session.execute(text(f"SELECT * FROM {name}")).all() for name in Base.metadata.tables]
    cells = (cell for table in rows for row in table for cell in row)
    return "\n".join(str(bytes(cell) if isinstance(cell, memoryview) else cell) for cell in cells).casefold()


def test_the_search_would_find_everything(database: Database, annas: Chat) -> None:
    assert [secret.casefold() in _everything(database) for secret in SECRETS] == [True] * len(SECRETS)


def test_nothing_is_left_of_the_chat(database: Database, annas: Chat, now: datetime) -> None:
    assert _erase(database, now)["chats"] == 1
    left = _everything(database)
    assert [secret for secret in SECRETS if secret.casefold() in left] == []
    with database.reading() as session:
        chat = get_chat(session, annas.id)
    assert (chat.active, chat.address, dict(chat.state)) == (False, f"erased:{annas.id}", {})


def test_a_message_of_the_chat_goes_though_the_address_is_not_in_it(
    database: Database, annas: Chat, now: datetime
) -> None:
    _erase(database, now)
    with database.reading() as session:
        assert message_raw(session, 1) == b""


def test_an_update_that_comes_once_more_is_known(database: Database, annas: Chat, now: datetime) -> None:
    _erase(database, now)
    with database.session() as session:
        chat = open_chat(session, channel="telegram", address="4711007", language="de", now=now)
        body = {"kind": "text", "text": "Bergziege", "language": ""}
        kept, new = store_update(
            session, channel="telegram", update_key=f"1:{len(SAID)}", chat_id=chat.id, body=body, now=now
        )
        assert (new, dict(kept.body)) == (False, {})


def test_a_chat_is_found_by_its_conversation(database: Database, shop: Any, now: datetime) -> None:
    conversation = shop.conversation(address=ADDRESS)
    chat = _say(database, "9", "Bergziege", now, conversation.id)
    assert _erase(database, now)["chats"] == 1
    with database.reading() as session:
        assert lines_of(session, chat.id) == []


def test_codes_of_the_chat_end(database: Database, annas: Chat, now: datetime) -> None:
    subject = f"{annas.id}:KP9-7F3K2M"
    with database.session() as session:
        code = issue_code(session, kind="chat-code", subject=subject, now=now, valid=timedelta(minutes=30))
    _erase(database, now)
    with database.session() as session:
        assert redeem_code(session, kind="chat-code", subject=subject, code=code, now=now) is False


def test_the_chats_of_others_are_untouched(database: Database, annas: Chat, shop: Any, now: datetime) -> None:
    other = _say(database, "8", "Wir sind die Gemeinde Harpstedt", now)
    with database.session() as session:
        add_line(session, chat_id=other.id, who="person", text="Fragen Sie joanna.berg@koeln.example", now=now)
    before = [line.text for line in _lines(database, other)]
    _erase(database, now)
    assert [line.text for line in _lines(database, other)] == before


def _lines(database: Database, chat: Chat) -> list[Any]:
    with database.reading() as session:
        return list(lines_of(session, chat.id))
