"""What comes in becomes an event and is kept; handlers return only when it is, so that it may be confirmed then."""

import asyncio
from collections.abc import Mapping
from typing import Any

from aiogram.types import Message, Update, User

from klimapartner.assistant.chat_work import receive
from klimapartner.assistant.dialogue.contract import Event
from klimapartner.assistant.languages import Language, language_of
from klimapartner.assistant.telegram.channels import channel_of
from klimapartner.assistant.telegram.desk import Desk
from klimapartner.storage.chat_inbox import ChatUpdate
from klimapartner.storage.chat_lines import add_line
from klimapartner.storage.chats import find_chat, move_chat, set_active


def key_of(desk: Desk, update: Update) -> str:
    """The key by which a repeat of an update is known: its number, and the bot's, since each bot counts by itself."""
    return f"{desk.bot.id}:{update.update_id}"


async def keep(
    desk: Desk, chat_id: int, key: str, event: Event, origin: Mapping[str, Any] | None = None
) -> tuple[ChatUpdate, bool]:
    """Keep an event, and wake those who answer; False where it had come before."""
    channel, address = channel_of(chat_id), str(chat_id)
    kept = await asyncio.to_thread(
        receive, desk.work, channel=channel, address=address, key=key, event=event, origin=origin
    )
    desk.came_in.set()
    return kept


async def note(desk: Desk, chat_row: int, text: str) -> None:
    """Let the channel say something by itself."""
    await asyncio.to_thread(_note, desk, chat_row, text)
    desk.to_send.set()


def _note(desk: Desk, chat_row: int, text: str) -> None:
    with desk.work.database.session() as session:
        add_line(session, chat_id=chat_row, who="assistant", text=text, state="queued", now=desk.work.clock())


async def note_reachable(desk: Desk, chat_id: int, reachable: bool) -> None:
    """Note that a person blocked the bot, or lets it in again; of a chat that is not known nothing is noted."""
    await asyncio.to_thread(_note_reachable, desk, chat_id, reachable)


def _note_reachable(desk: Desk, chat_id: int, reachable: bool) -> None:
    with desk.work.database.session() as session:
        if chat := find_chat(session, channel_of(chat_id), str(chat_id)):
            set_active(session, chat.id, reachable, now=desk.work.clock())


async def note_moved(desk: Desk, old: int, new: int) -> None:
    """Note that a group became a supergroup with another number."""
    await asyncio.to_thread(_note_moved, desk, old, new)


def _note_moved(desk: Desk, old: int, new: int) -> None:
    with desk.work.database.session() as session:
        if chat := find_chat(session, channel_of(old), str(old)):
            move_chat(session, chat.id, str(new), now=desk.work.clock())


def hint_of(user: User | None) -> str:
    """The language of a person's app, '' where it is not told."""
    return (user.language_code if user else None) or ""


def language_hint(user: User | None) -> Language:
    """The same as a language in which we write."""
    return language_of(hint_of(user).partition("-")[0])


def words_of(message: Message) -> str:
    """What is written in a message: its text, or the caption of what it brings."""
    return message.text or message.caption or ""
