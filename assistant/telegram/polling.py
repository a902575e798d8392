"""Long polling: the offset moves only past updates that are kept, and no failure ends it."""

import asyncio
from typing import Any

import structlog
from aiogram import Dispatcher
from aiogram.exceptions import (
    AiogramError,
    TelegramConflictError,
    TelegramRetryAfter,
    TelegramUnauthorizedError,
)
from aiogram.methods import DeleteWebhook, TelegramMethod

from klimapartner.assistant.telegram.desk import Desk
from klimapartner.assistant.telegram.health import note_well, note_wrong
from klimapartner.assistant.telegram.hearing import TelegramError
from klimapartner.assistant.telegram.taking_in import ALLOWED, take_in
from klimapartner.storage.errors import StorageError

WAIT_SECONDS = 25
_ANSWER_SECONDS = 15
_SLOWEST_SECONDS = 60
_CONFLICT = (
    "Ein anderes Programm ruft die Nachrichten dieses Bots ab (409); bitte nur eines laufen lassen, und wenn es kein "
    "eigenes ist, bei @BotFather einen neuen Token holen."
)
_REFUSED = "Telegram kennt den Token nicht (401); bitte telegram.token prüfen."
log = structlog.get_logger(__name__)


class RawUpdates(TelegramMethod[list[dict[str, Any]]]):
    """getUpdates, without reading the updates: one of a new form must not block those that come with it."""

    __returning__ = list[dict[str, Any]]
    __api_method__ = "getUpdates"

    offset: int | None = None
    timeout: int = WAIT_SECONDS
    allowed_updates: list[str] = ALLOWED


async def poll(desk: Desk, dispatcher: Dispatcher) -> None:
    """Fetch updates until the bot ends. Raises TelegramError where the token is not known."""
    await _no_webhook(desk)
    offset: int | None = None
    failures = 0
    while not desk.ending.is_set():
        try:
            for raw in await _fetch(desk, offset):
                await take_in(desk, dispatcher, raw)
                offset = int(raw["update_id"]) + 1
            await note_well(desk)
            failures = 0
        except (AiogramError, StorageError) as error:
            failures += 1
            await _after(desk, error, failures)


async def _no_webhook(desk: Desk) -> None:
    """Telegram gives no updates to those who ask while a webhook is set; what waits stays."""
    try:
        await desk.bot(DeleteWebhook(drop_pending_updates=False))
    except AiogramError as error:
        log.warning("webhook not taken away", error=type(error).__name__)


async def _fetch(desk: Desk, offset: int | None) -> list[dict[str, Any]]:
    """The next updates; none where the bot ends while it waits."""
    call = asyncio.ensure_future(desk.bot(RawUpdates(offset=offset), request_timeout=WAIT_SECONDS + _ANSWER_SECONDS))
    ending = asyncio.ensure_future(desk.ending.wait())
    await asyncio.wait((call, ending), return_when=asyncio.FIRST_COMPLETED)
    ending.cancel()
    if call.done():
        return call.result()
    call.cancel()
    await asyncio.gather(call, return_exceptions=True)
    return []


async def _after(desk: Desk, error: Exception, failures: int) -> None:
    """Tell what is wrong, and wait: longer each time, but never for good."""
    log.warning("updates not fetched", error=type(error).__name__, failures=failures)
    if isinstance(error, TelegramUnauthorizedError):
        raise TelegramError(_REFUSED) from error
    if isinstance(error, TelegramConflictError):
        await note_wrong(desk, _CONFLICT)
    seconds = error.retry_after if isinstance(error, TelegramRetryAfter) else 2 ** min(failures - 1, 10)
    await desk.rest(asyncio.Event(), min(seconds, _SLOWEST_SECONDS))
