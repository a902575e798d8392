"""One raw update into the dispatcher: kept before it is confirmed; a poisonous one is parked and blocks nobody."""

import asyncio
from collections.abc import Mapping
from typing import Any

import structlog
from aiogram import Dispatcher
from aiogram.fsm.strategy import FSMStrategy
from aiogram.types import Update

from klimapartner.assistant.telegram.channels import PRIVATE, channel_of
from klimapartner.assistant.telegram.desk import Desk
from klimapartner.assistant.telegram.in_groups import group_router
from klimapartner.assistant.telegram.in_private import private_router
from klimapartner.assistant.trouble import task_once
from klimapartner.storage.chat_inbox import park_update, store_update
from klimapartner.storage.chats import open_chat
from klimapartner.storage.errors import DatabaseUnavailable

ALLOWED = ["message", "edited_message", "callback_query", "my_chat_member"]
TRIES = 3
_PAUSE_SECONDS = 0.3
# Where an update names no chat, it is kept with this one.
_NOBODY = "0"
log = structlog.get_logger(__name__)


def dispatcher_of(desk: Desk) -> Dispatcher:
    """Routers in their order, durable state by chat, and one event of a chat at a time."""
    dispatcher = Dispatcher(
        storage=desk.storage, events_isolation=desk.isolation, fsm_strategy=FSMStrategy.CHAT, desk=desk
    )
    dispatcher.include_routers(private_router(), group_router())
    return dispatcher


async def take_in(desk: Desk, dispatcher: Dispatcher, raw: Mapping[str, Any]) -> None:
    """Keep an update; when this returns it may be confirmed.

    Raises:
        StorageError: the database is away; the update must come again.
    """
    for number in range(1, TRIES + 1):
        try:
            update = Update.model_validate(dict(raw), context={"bot": desk.bot})
            await dispatcher.feed_update(desk.bot, update)
            return
        except DatabaseUnavailable:
            raise
        # The text of the error may hold words of the person: only its kind is told.
        except Exception as error:
            log.warning("update not understood", tries=number, error=type(error).__name__)
            reason = type(error).__name__
            await asyncio.sleep(_PAUSE_SECONDS)
    await asyncio.to_thread(_park, desk, raw, reason)


def _park(desk: Desk, raw: Mapping[str, Any], reason: str) -> None:
    now, address = desk.work.clock(), _chat_of(raw)
    key = f"{desk.bot.id}:{raw.get('update_id', 'none')}"
    channel = channel_of(int(address) or 1)
    with desk.work.database.session() as session:
        chat = open_chat(session, channel=channel, address=address, language="de", now=now)
        body = {"raw": dict(raw)} if channel == PRIVATE else {}
        update, new = store_update(session, channel=channel, update_key=key, chat_id=chat.id, body=body, now=now)
        if new:
            park_update(session, update.id, error=reason)
            task_once(session, kind="telegram:parked", text="Eine Telegram-Nachricht war nicht lesbar", now=now)


def _chat_of(raw: Mapping[str, Any]) -> str:
    """Telegram's number of the chat, wherever an update of an unknown form may have it."""
    for part in raw.values():
        message = part.get("message", part) if isinstance(part, dict) else None
        chat = message.get("chat") if isinstance(message, dict) else None
        if isinstance(chat, dict) and isinstance(chat.get("id"), int):
            return str(chat["id"])
    return _NOBODY
