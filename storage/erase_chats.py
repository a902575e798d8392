"""Blanking a person's chats; each empty chat stays, so that an update that comes once more is known and not read."""

from datetime import datetime

from sqlalchemy import select, update

from klimapartner.storage.chats import forget_chat
from klimapartner.storage.engine import Session
from klimapartner.storage.erase_find import Person, mentions
from klimapartner.storage.tables import ChatLineRow, ChatRow, ChatUpdateRow, TokenRow


def erase_chats(session: Session, person: Person, *, now: datetime) -> int:
    """Empty the person's chats, cut them off from their channel and entries; returns how many chats.

    Elsewhere, what others said about the person goes line by line.
    """
    for number in sorted(person.chats):
        forget_chat(session, number, now=now)
        chat = session.get_one(ChatRow, number)
        chat.address, chat.active = f"erased:{number}", False
    session.flush()
    _close_tokens(session, person, now)
    _others(session, person)
    return len(person.chats)


def _close_tokens(session: Session, person: Person, now: datetime) -> None:
    """No link or code that went to the person opens anything any more."""
    subjects = {str(number) for number in person.entries}
    for row in session.scalars(select(TokenRow).where(TokenRow.used_at.is_(None))):
        chat, _, reference = row.subject.partition(":")
        if row.subject in subjects or (reference and chat.isdigit() and int(chat) in person.chats):
            row.used_at = now
    session.flush()


def _others(session: Session, person: Person) -> None:
    lines = mentions(session, person, ChatLineRow, ChatLineRow.text, ChatLineRow.extras)
    session.execute(update(ChatLineRow).where(ChatLineRow.id.in_(lines)).values(text="", extras={}))
    updates = mentions(session, person, ChatUpdateRow, ChatUpdateRow.body)
    said = update(ChatUpdateRow).where(ChatUpdateRow.id.in_(updates))
    session.execute(said.values(body={}, error="", state="done"))
    for row in session.scalars(
        select(ChatRow).where(ChatRow.id.in_(mentions(session, person, ChatRow, ChatRow.state)))
    ):
        row.state = {}
    session.flush()
