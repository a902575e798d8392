"""What all parts of the running bot have in common."""

import asyncio
import secrets
from dataclasses import dataclass, field

from aiogram import Bot
from aiogram.fsm.context import FSMContext
from aiogram.fsm.storage.base import BaseEventIsolation, StorageKey

from klimapartner.assistant.telegram.background import Background
from klimapartner.assistant.telegram.fsm import SqlStorage
from klimapartner.assistant.workplace import Workplace


@dataclass(frozen=True)
class Desk:
    """Workplace and bot; `owner` is this process, `came_in` and `to_send` wake those who work on it."""

    work: Workplace
    bot: Bot
    storage: SqlStorage
    isolation: BaseEventIsolation
    background: Background
    owner: str = field(default_factory=lambda: f"bots:{secrets.token_hex(8)}")
    came_in: asyncio.Event = field(default_factory=asyncio.Event)
    to_send: asyncio.Event = field(default_factory=asyncio.Event)
    ending: asyncio.Event = field(default_factory=asyncio.Event)

    def key(self, chat_id: int) -> StorageKey:
        """The key of a chat's state; the same as the dispatcher's by its strategy CHAT."""
        return StorageKey(bot_id=self.bot.id, chat_id=chat_id, user_id=chat_id)

    def context(self, chat_id: int) -> FSMContext:
        """The state of a chat; read and change it under `isolation.lock`."""
        return FSMContext(storage=self.storage, key=self.key(chat_id))

    async def rest(self, wake: asyncio.Event, seconds: float) -> None:
        """Wait until there is something to do, it is time to end, or so long."""
        waiting = [asyncio.create_task(event.wait()) for event in (wake, self.ending)]
        await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        for task in waiting:
            task.cancel()
        wake.clear()
