"""Forgetting what was said in chats when its time is up; messages, entries and history stay for the register."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, Delete, Update, delete, exists, update

from klimapartner.storage.engine import Session
from klimapartner.storage.tables import ChannelNoteRow, ChatLineRow, ChatRow, ChatUpdateRow, TokenRow


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How many lines went, and how many chats of which nothing is left."""

    lines: int
    chats: int


def forget_old(session: Session, *, before: datetime) -> Forgotten:
    """Delete lines, updates, channel notes and ended tokens from before a moment.

    A chat in which nothing happened since loses what its dialogue remembers, and goes when nothing of it is left. Its
    tasks keep their words, which quote nobody.
    """
    lines = _run(session, delete(ChatLineRow).where(ChatLineRow.created_at < before))
    _forget_updates(session, before)
    _run(session, delete(ChannelNoteRow).where(ChannelNoteRow.updated_at < before))
    _run(session, delete(TokenRow).where(TokenRow.expires_at < before))
    idle = ChatRow.updated_at < before
    _run(session, update(ChatRow).where(idle).values(state={}, conversation_id=None, entry_id=None))
    parts = (ChatLineRow, ChatUpdateRow, ChannelNoteRow)
    empty = [~exists().where(part.chat_id == ChatRow.id) for part in parts]
    chats = _run(session, delete(ChatRow).where(idle, *empty))
    session.expire_all()
    return Forgotten(lines, chats)


def _forget_updates(session: Session, before: datetime) -> None:
    """An update that a younger line answers stays for that line, without what it said."""
    old = ChatUpdateRow.received_at < before
    answered = exists().where(ChatLineRow.update_id == ChatUpdateRow.id)
    _run(session, delete(ChatUpdateRow).where(old, ~answered))
    _run(session, update(ChatUpdateRow).where(old).values(body={}, error="", state="done"))


def _run(session: Session, statement: Delete | Update) -> int:
    result = session.execute(statement.execution_options(synchronize_session=False))
    return cast("CursorResult[Any]", result).rowcount
