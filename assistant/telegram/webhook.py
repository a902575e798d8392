"""The webhook: Telegram calls us. Not without a secret; answered only when the update is kept, worked on afterwards."""

import asyncio
import hmac
import re
from json import JSONDecodeError

import structlog
from aiogram import Dispatcher
from aiogram.exceptions import AiogramError
from aiogram.methods import SetWebhook
from aiohttp import web

from klimapartner.assistant.settings_chat import TelegramSettings
from klimapartner.assistant.telegram.desk import Desk
from klimapartner.assistant.telegram.health import note_well, note_wrong
from klimapartner.assistant.telegram.hearing import TelegramError
from klimapartner.assistant.telegram.taking_in import ALLOWED, take_in
from klimapartner.storage.errors import StorageError

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
_SECRET = re.compile(r"[A-Za-z0-9_-]{16,256}")
_AGAIN_SECONDS = 15.0
_HEARD_SECONDS = 30.0
log = structlog.get_logger(__name__)


def secret_of(settings: TelegramSettings) -> str:
    """The webhook's secret.

    Raises:
        SettingsError: none is set, or its file cannot be read.
        TelegramError: it is too short, or holds signs that Telegram does not take.
    """
    secret = settings.webhook_secret.read()
    if not _SECRET.fullmatch(secret):
        raise TelegramError("telegram.webhook_secret braucht 16 bis 256 Zeichen aus A-Z, a-z, 0-9, _ und -.")
    return secret


def application_of(desk: Desk, dispatcher: Dispatcher, secret: str) -> web.Application:
    """The small server behind the webhook's address."""

    async def receive(request: web.Request) -> web.Response:
        if not _is_telegram(request, secret):
            return web.Response(status=401)
        try:
            raw = await request.json()
            if isinstance(raw, dict):
                await take_in(desk, dispatcher, raw)
        except (JSONDecodeError, UnicodeDecodeError):
            log.warning("call of the webhook is not JSON")
        except StorageError as error:
            # Telegram brings it again.
            log.warning("update not kept", error=type(error).__name__)
            return web.Response(status=503)
        return web.Response()

    application = web.Application()
    application.router.add_post(desk.work.settings.telegram.webhook_path, receive)
    return application


def _is_telegram(request: web.Request, secret: str) -> bool:
    # As bytes: of text compare_digest takes ASCII only, and would fail on a forged header.
    given = request.headers.get(SECRET_HEADER, "").encode("utf-8", "surrogateescape")
    return hmac.compare_digest(given, secret.encode())


async def be_called(desk: Desk, dispatcher: Dispatcher) -> None:
    """Serve the webhook until the bot ends; what Telegram has for us then waits there.

    Raises:
        SettingsError, TelegramError: there is no proper secret, or the port is taken.
    """
    settings, secret = desk.work.settings.telegram, secret_of(desk.work.settings.telegram)
    runner = web.AppRunner(application_of(desk, dispatcher, secret), access_log=None, shutdown_timeout=5.0)
    await runner.setup()
    try:
        await _listen(runner, settings)
        while not await _announce(desk, secret):
            await desk.rest(asyncio.Event(), _AGAIN_SECONDS)
            if desk.ending.is_set():
                return
        while not desk.ending.is_set():
            await note_well(desk)
            await desk.rest(asyncio.Event(), _HEARD_SECONDS)
    finally:
        await runner.cleanup()


async def _listen(runner: web.AppRunner, settings: TelegramSettings) -> None:
    try:
        await web.TCPSite(runner, settings.webhook_host, settings.webhook_port).start()
    except OSError as error:
        raise TelegramError(
            f"Auf {settings.webhook_host}:{settings.webhook_port} ist kein Anschluss frei ({error.strerror}); bitte "
            "telegram.webhook_host und telegram.webhook_port prüfen."
        ) from error


async def _announce(desk: Desk, secret: str) -> bool:
    """Tell Telegram the address; one call at a time, so that the order of a chat is kept."""
    url = desk.work.settings.telegram.webhook_url
    try:
        return await desk.bot(SetWebhook(url=url, secret_token=secret, max_connections=1, allowed_updates=ALLOWED))
    except AiogramError as error:
        log.warning("webhook not set", error=type(error).__name__)
        await note_wrong(desk, f"Telegram nimmt die Adresse des Webhooks nicht an ({type(error).__name__}).")
        return False
