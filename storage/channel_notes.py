"""What a channel remembers of a chat by itself, beside the dialogue: a JSON value under a key of the channel's own."""

from datetime import datetime

from sqlalchemy import select

from klimapartner.storage.columns import Json
from klimapartner.storage.engine import Session
from klimapartner.storage.sql import clip, find, insert_if_new
from klimapartner.storage.tables import ChannelNoteRow


def get_note(session: Session, chat_id: int, key: str, default: Json = None) -> Json:
    """The value kept under the key, else `default`."""
    row = find(session, ChannelNoteRow, ChannelNoteRow.chat_id == chat_id, ChannelNoteRow.key == clip(key))
    return default if row is None or row.body is None else row.body


def notes_of(session: Session, chat_id: int, prefix: str) -> dict[str, Json]:
    """All values of a chat whose keys begin so, by key."""
    chosen = select(ChannelNoteRow).where(
        ChannelNoteRow.chat_id == chat_id, ChannelNoteRow.key.startswith(prefix, autoescape=True)
    )
    return {row.key: row.body for row in session.scalars(chosen.execution_options(populate_existing=True))}


def note_once(session: Session, chat_id: int, key: str, value: Json, *, now: datetime) -> bool:
    """Keep a value under a key that is new; False, and nothing changes, where the chat has one already."""
    values = {"chat_id": chat_id, "key": clip(key), "body": value, "updated_at": now}
    return insert_if_new(session, ChannelNoteRow, values, ("chat_id", "key"))


def set_note(session: Session, chat_id: int, key: str, value: Json, *, now: datetime) -> None:
    """Keep a value under the key; it goes with all else when the chat is forgotten."""
    values = {"chat_id": chat_id, "key": clip(key), "body": value, "updated_at": now}
    if not insert_if_new(session, ChannelNoteRow, values, ("chat_id", "key")):
        row = find(session, ChannelNoteRow, ChannelNoteRow.chat_id == chat_id, ChannelNoteRow.key == clip(key))
        assert row is not None
        row.body, row.updated_at = value, now
