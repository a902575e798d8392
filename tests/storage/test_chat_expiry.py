"""What was said in a chat is deleted when its time is up; what the register needs stays."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from klimapartner.storage.channel_notes import set_note
from klimapartner.storage.chat_expiry import Forgotten, forget_old
from klimapartner.storage.chat_inbox import finish_update, store_update
from klimapartner.storage.chat_lines import add_line, lines_of
from klimapartner.storage.chats import get_chat, open_chat, save_chat
from klimapartner.storage.engine import Database
from klimapartner.storage.messages import message_raw
from klimapartner.storage.register import BodyRef
from klimapartner.storage.tables import ChannelNoteRow, ChatLineRow, ChatRow, ChatUpdateRow, TokenRow
from klimapartner.storage.tasks import add_task, list_tasks
from klimapartner.storage.tokens import issue_token

DAY = timedelta(days=1)


def _talk(database: Database, address: str, text: str, at: datetime, entry_id: int | None = None) -> int:
    """Somebody says something at a moment, and it is answered."""
    with database.session() as session:
        chat = open_chat(session, channel="web", address=address, language="de", now=at)
        body = {"kind": "text", "text": text, "language": ""}
        key = f"{address}:{at.isoformat()}"
        update, _ = store_update(session, channel="web", update_key=key, chat_id=chat.id, body=body, now=at)
        add_line(session, chat_id=chat.id, who="person", text=text, now=at)
        add_line(session, chat_id=chat.id, who="assistant", text="Antwort", update_id=update.id, now=at)
        finish_update(session, update.id, now=at)
        set_note(session, chat.id, "fetched_at", at.isoformat(), now=at)
        state = {"form": {"said": [text]}}
        save_chat(session, chat.id, state=state, language="de", conversation_id=None, entry_id=entry_id, now=at)
    return chat.id


def _forget(database: Database, before: datetime) -> Forgotten:
    with database.session() as session:
        return forget_old(session, before=before)


def _left(database: Database) -> list[int]:
    tables = (ChatRow, ChatUpdateRow, ChatLineRow, ChannelNoteRow, TokenRow)
    with database.reading() as session:
        return [session.scalars(select(func.count()).select_from(table)).one() for table in tables]


def test_nothing_of_an_old_chat_is_left(database: Database, now: datetime) -> None:
    _talk(database, "a", "Hallo", now - 3 * DAY)
    with database.session() as session:
        issue_token(session, kind="chat-entry", subject="1", now=now - 3 * DAY, valid=DAY)
    assert _forget(database, now - DAY) == Forgotten(lines=2, chats=1)
    assert _left(database) == [0, 0, 0, 0, 0]


def test_a_chat_that_goes_on_loses_its_old_lines_only(database: Database, now: datetime) -> None:
    chat = _talk(database, "a", "Alt", now - 3 * DAY)
    assert _talk(database, "a", "Neu", now) == chat
    assert _forget(database, now - DAY) == Forgotten(lines=2, chats=0)
    with database.reading() as session:
        assert [line.text for line in lines_of(session, chat)] == ["Neu", "Antwort"]
        assert dict(get_chat(session, chat).state) == {"form": {"said": ["Neu"]}}
    assert _left(database) == [1, 1, 2, 1, 0]


def test_an_old_update_whose_answer_is_young_stays_without_its_words(database: Database, now: datetime) -> None:
    chat = _talk(database, "a", "Alt", now - 3 * DAY)
    with database.session() as session:
        update = session.scalars(select(ChatUpdateRow)).one()
        add_line(session, chat_id=chat, who="assistant", text="Später", update_id=update.id, now=now)
    _forget(database, now - DAY)
    with database.reading() as session:
        assert [(row.body, row.state) for row in session.scalars(select(ChatUpdateRow))] == [({}, "done")]


def test_the_register_keeps_what_it_needs(database: Database, shop: Any, now: datetime) -> None:
    message = shop.mail(b"Subject: aus dem Chat\r\n\r\nInteresse")
    entry = shop.enter(BodyRef("Köln", "05315000"), message_id=message)
    chat = _talk(database, "a", "Hallo", now - 3 * DAY, entry.entry_id)
    with database.session() as session:
        add_task(session, kind="chat", text="Chat: eine Person wird gewünscht", chat_id=chat, now=now)
    _forget(database, now - DAY)
    with database.reading() as session:
        assert message_raw(session, message) == b"Subject: aus dem Chat\r\n\r\nInteresse"
        assert [task.text for task in list_tasks(session)] == ["Chat: eine Person wird gewünscht"]
    assert shop.entry(entry.entry_id).ags == "05315000"


def test_a_second_time_there_is_nothing_to_do(database: Database, now: datetime) -> None:
    _talk(database, "a", "Alt", now - 3 * DAY)
    assert [_forget(database, now - DAY) for _ in range(2)] == [Forgotten(2, 1), Forgotten(0, 0)]
