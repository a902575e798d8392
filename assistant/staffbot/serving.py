"""The bot for staff at work until it is stopped, by one process at a time."""

import asyncio
import logging
import threading
from datetime import timedelta
from zoneinfo import ZoneInfo

import structlog
from telegram.error import InvalidToken, TelegramError
from telegram.ext import Application, Defaults

from klimapartner.assistant.errors import AssistantError
from klimapartner.assistant.settings import Settings
from klimapartner.assistant.staffbot.desk import StaffDesk
from klimapartner.assistant.staffbot.health import PART, note_well
from klimapartner.assistant.staffbot.hearing import hear
from klimapartner.assistant.staffbot.jobs import plan
from klimapartner.assistant.staffbot.talk import App, Talk, present
from klimapartner.assistant.workplace import Workplace
from klimapartner.storage.duties import leave_duty, take_duty
from klimapartner.storage.errors import StorageError

DUTY_LEASE = timedelta(seconds=30)
DUTY_SECONDS = 5.0
CALL_SECONDS = 30.0
log = structlog.get_logger(__name__)


class StaffBotError(AssistantError):
    """The bot for staff cannot work with these settings."""


def serve_staff_bot(work: Workplace, stop: threading.Event) -> int:
    """Run the bot for staff until `stop` is set, or until another process has its duty.

    Raises:
        SettingsError, StaffBotError: the token is missing or wrong.
    """
    _quiet()
    asyncio.run(_serve(work, stop))
    return 0


def _quiet() -> None:
    """What the libraries log by themselves holds the token (httpx) and what people wrote: we say it in our words."""
    logging.getLogger("httpx").setLevel(logging.WARNING)
    for name in ("telegram", "apscheduler"):
        logging.getLogger(name).setLevel(logging.CRITICAL)


def application_of(settings: Settings) -> App:
    """The library's application: its own server if set, times by the office's clock.

    Raises:
        SettingsError, StaffBotError: the token is missing, has not the form of one, or is the public bot's.
    """
    bot, token = settings.staff_bot, settings.staff_bot.token.read()
    if settings.telegram.mode != "off" and settings.telegram.token.read() == token:
        raise StaffBotError("staff_bot.token ist der des öffentlichen Bots; das Team braucht einen eigenen.")
    builder = Application.builder().updater(None).token(token).base_url(f"{bot.api_url.rstrip('/')}/bot")
    # Generous: a call that is given up in the middle is one of which nobody knows whether it was done.
    builder = builder.connect_timeout(10).read_timeout(CALL_SECONDS).write_timeout(CALL_SECONDS).pool_timeout(10)
    try:
        return builder.defaults(Defaults(tzinfo=ZoneInfo(settings.timezone))).build()
    except InvalidToken:
        # Not the library's own words, here and below: they hold the token.
        raise StaffBotError("staff_bot.token ist leer oder kein Token, wie @BotFather ihn gibt.") from None


async def _serve(work: Workplace, stop: threading.Event) -> None:
    app = application_of(work.settings)
    desk = StaffDesk(work, app.bot)
    watch = asyncio.create_task(_watch(desk, stop))
    try:
        if await _on_duty(desk):
            await _work(app, desk)
    finally:
        watch.cancel()
        await asyncio.to_thread(_leave, desk)


async def _work(app: App, desk: StaffDesk) -> None:
    if not await _introduce(app, desk):
        return
    Talk(desk).register(app)
    assert app.job_queue is not None
    plan(app.job_queue, desk)
    await app.start()
    try:
        await present(app.bot)
        await _listen(app, desk)
    finally:
        desk.ending.set()
        await app.stop()
        await app.shutdown()


async def _listen(app: App, desk: StaffDesk) -> None:
    """Hear until the duty is lost or the service ends."""
    hearing = asyncio.create_task(hear(app, desk))
    try:
        await _hold_duty(desk)
    finally:
        desk.ending.set()
        await hearing


async def _introduce(app: App, desk: StaffDesk) -> bool:
    """Ask Telegram who we are; wait for it as long as it takes. False where the service is stopped before."""
    while not desk.ending.is_set():
        try:
            await app.initialize()
            # Somebody may have set one by hand: Telegram then refuses to be asked for updates.
            await app.bot.delete_webhook()
            return True
        except InvalidToken:
            raise StaffBotError("Telegram kennt den Token nicht (401); bitte staff_bot.token prüfen.") from None
        except TelegramError as error:
            log.warning("Telegram not reached", error=type(error).__name__)
            await _hold_once(desk)
            await desk.rest(DUTY_SECONDS)
    return False


async def _watch(desk: StaffDesk, stop: threading.Event) -> None:
    while not stop.is_set():
        await asyncio.sleep(0.1)
    desk.ending.set()


async def _on_duty(desk: StaffDesk) -> bool:
    """Wait until no other process runs this bot; False where the service is stopped before."""
    while not desk.ending.is_set():
        if await asyncio.to_thread(_take, desk):
            return True
        await desk.rest(DUTY_SECONDS)
    return False


async def _hold_duty(desk: StaffDesk) -> None:
    """Keep the duty; without it (the database was away for long, another process took over) the bot ends."""
    while not desk.ending.is_set():
        await asyncio.to_thread(note_well, desk.work)
        await desk.rest(DUTY_SECONDS)
        if not await _hold_once(desk):
            log.warning("another process runs the staff bot now")
            return


async def _hold_once(desk: StaffDesk) -> bool:
    try:
        return await asyncio.to_thread(_take, desk)
    except StorageError as error:
        log.warning("duty not noted", error=type(error).__name__)
        return True


def _take(desk: StaffDesk) -> bool:
    with desk.work.database.session() as session:
        return take_duty(session, PART, owner=desk.owner, now=desk.work.clock(), lease=DUTY_LEASE)


def _leave(desk: StaffDesk) -> None:
    try:
        with desk.work.database.session() as session:
            leave_duty(session, PART, owner=desk.owner, now=desk.work.clock())
    except StorageError as error:
        log.warning("duty not given back", error=type(error).__name__)
