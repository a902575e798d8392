"""The public bot at work until it is stopped: hearing, answering and sending side by side, by one process at a time."""

import asyncio
import threading
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any

import structlog
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import AiogramError, TelegramUnauthorizedError
from aiogram.fsm.storage.memory import SimpleEventIsolation
from aiogram.utils.token import TokenValidationError

from klimapartner.assistant.chat_work import answer_next
from klimapartner.assistant.settings_chat import TelegramSettings
from klimapartner.assistant.telegram.background import Background
from klimapartner.assistant.telegram.desk import Desk
from klimapartner.assistant.telegram.fsm import SqlStorage
from klimapartner.assistant.telegram.hearing import TelegramError
from klimapartner.assistant.telegram.polling import poll
from klimapartner.assistant.telegram.profile import present
from klimapartner.assistant.telegram.sender import send_lines
from klimapartner.assistant.telegram.taking_in import dispatcher_of
from klimapartner.assistant.telegram.webhook import be_called, secret_of
from klimapartner.assistant.workplace import Workplace
from klimapartner.storage.duties import leave_duty, take_duty
from klimapartner.storage.errors import StorageError

DUTY_LEASE = timedelta(seconds=30)
DUTY_SECONDS = 5.0
IDLE_SECONDS = 1.0
FAULT_SECONDS = 5.0
CALL_SECONDS = 30.0
log = structlog.get_logger(__name__)


def serve_telegram(work: Workplace, stop: threading.Event) -> int:
    """Run the public bot until `stop` is set, or until another process has its duty.

    Raises:
        SettingsError, TelegramError: token, secret or address are missing or wrong.
    """
    asyncio.run(_serve(work, stop))
    return 0


def make_bot(settings: TelegramSettings) -> Bot:
    """A client of the Bot API. Raises TelegramError where the token has not the form of one."""
    server = TelegramAPIServer.from_base(settings.api_url)
    try:
        return Bot(settings.token.read(), session=AiohttpSession(api=server, timeout=CALL_SECONDS))
    except TokenValidationError as error:
        raise TelegramError("telegram.token ist kein Token, wie @BotFather ihn gibt (Zahl:Zeichen).") from error


async def _serve(work: Workplace, stop: threading.Event) -> None:
    settings = work.settings.telegram
    if settings.webhook_url:
        secret_of(settings)
    async with make_bot(settings) as bot:
        isolation, storage = SimpleEventIsolation(), SqlStorage(work.database, work.clock)
        desk = Desk(work, bot, storage, isolation, Background(bot))
        watch = asyncio.create_task(_watch(desk, stop))
        try:
            if await _on_duty(desk):
                await _work(desk)
        finally:
            watch.cancel()
            await asyncio.to_thread(_leave, desk)


async def _work(desk: Desk) -> None:
    """All parts until one of them ends; the others then bring to its end what they have in hand."""
    await _introduce(desk)
    dispatcher = dispatcher_of(desk)
    hearing = be_called if desk.work.settings.telegram.webhook_url else poll
    parts = (hearing(desk, dispatcher), _answer(desk), send_lines(desk), _hold_duty(desk))
    ended = await asyncio.gather(*(_until_end(desk, part) for part in parts), return_exceptions=True)
    await desk.background.drain()
    for result in ended:
        if isinstance(result, BaseException):
            raise result


async def _until_end(desk: Desk, part: Coroutine[Any, Any, None]) -> None:
    try:
        await part
    finally:
        desk.ending.set()


async def _introduce(desk: Desk) -> None:
    """Ask Telegram who we are; wait for it as long as it takes."""
    while not desk.ending.is_set():
        try:
            await present(desk)
            break
        except TelegramUnauthorizedError as error:
            raise TelegramError("Telegram kennt den Token nicht (401); bitte telegram.token prüfen.") from error
        except AiogramError as error:
            log.warning("Telegram not reached", error=type(error).__name__)
            await _hold_once(desk)
            await desk.rest(asyncio.Event(), FAULT_SECONDS)


async def _answer(desk: Desk) -> None:
    """Answer what came in; where nothing waits, look again in a while, for what is tried anew."""
    while not desk.ending.is_set():
        try:
            if await asyncio.to_thread(answer_next, desk.work):
                desk.to_send.set()
            else:
                await desk.rest(desk.came_in, IDLE_SECONDS)
        except StorageError as error:
            log.warning("chats cannot be answered", error=type(error).__name__)
            await desk.rest(asyncio.Event(), FAULT_SECONDS)


async def _watch(desk: Desk, stop: threading.Event) -> None:
    """End where the service is stopped."""
    while not stop.is_set():
        await asyncio.sleep(0.1)
    desk.ending.set()


async def _on_duty(desk: Desk) -> bool:
    """Wait until no other process runs this bot; False where the service is stopped before."""
    told = False
    while not desk.ending.is_set():
        if await asyncio.to_thread(_take, desk):
            return True
        if not told:
            log.info("another process runs the bot, waiting", bot=desk.bot.id)
            told = True
        await desk.rest(asyncio.Event(), DUTY_SECONDS)
    return False


async def _hold_duty(desk: Desk) -> None:
    """Keep the duty; without it (the database was away for long, another process took over) the bot ends."""
    while not desk.ending.is_set():
        await desk.rest(asyncio.Event(), DUTY_SECONDS)
        if not await _hold_once(desk):
            log.warning("another process runs the bot now", bot=desk.bot.id)
            return


async def _hold_once(desk: Desk) -> bool:
    try:
        return await asyncio.to_thread(_take, desk)
    except StorageError as error:
        log.warning("duty not noted", error=type(error).__name__)
        return True


def _take(desk: Desk) -> bool:
    with desk.work.database.session() as session:
        return take_duty(session, _duty(desk), owner=desk.owner, now=desk.work.clock(), lease=DUTY_LEASE)


def _leave(desk: Desk) -> None:
    try:
        with desk.work.database.session() as session:
            leave_duty(session, _duty(desk), owner=desk.owner, now=desk.work.clock())
    except StorageError as error:
        log.warning("duty not given back", error=type(error).__name__)


def _duty(desk: Desk) -> str:
    return f"telegram:{desk.bot.id}"
