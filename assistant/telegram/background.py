"""Small calls that nobody waits for and that may fail: answered buttons, keyboards taken away."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import structlog
from aiogram import Bot
from aiogram.exceptions import AiogramError
from aiogram.methods import AnswerCallbackQuery, EditMessageReplyMarkup, TelegramMethod

_AT_END_SECONDS = 5.0
log = structlog.get_logger(__name__)


class Background:
    """Calls under way. What Telegram says to them ("too old", "not modified", gone) changes nothing for us."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._tasks: set[asyncio.Task[None]] = set()

    def answer_button(self, query_id: str, text: str = "") -> None:
        """End the waiting sign on a pressed button, with a word that is shown for a moment."""
        self._start(self._try(AnswerCallbackQuery(callback_query_id=query_id, text=text or None)))

    def take_keyboard(self, chat_id: int, message_id: int) -> None:
        """Take the buttons from a message."""
        self._start(self._try(EditMessageReplyMarkup(chat_id=chat_id, message_id=message_id, reply_markup=None)))

    async def drain(self) -> None:
        """Let what is under way end, for some seconds at the most."""
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=_AT_END_SECONDS)
            for task in late:
                task.cancel()

    def _start(self, call: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(call)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _try(self, method: TelegramMethod[Any]) -> None:
        try:
            await self._bot(method)
        except AiogramError as error:
            log.info("small call failed", method=method.__api_method__, error=type(error).__name__)
