"""For doctor: does the token work, is the webhook well, and does the bot hear?"""

import asyncio

from aiogram.exceptions import AiogramError, TelegramUnauthorizedError
from aiogram.types import User, WebhookInfo

from klimapartner.assistant.telegram.hearing import DEAF_AFTER, TelegramError, heard_at
from klimapartner.assistant.telegram.serving import make_bot
from klimapartner.assistant.telegram.webhook import secret_of
from klimapartner.assistant.workplace import Workplace


def look_at_bot(work: Workplace) -> str:
    """What Telegram says of the bot.

    Raises:
        SettingsError, TelegramError: what is wrong, and what is to be done.
    """
    settings = work.settings.telegram
    if settings.webhook_url:
        secret_of(settings)
    me, hook = asyncio.run(_ask(work))
    if hook.last_error_message and hook.pending_update_count:
        raise TelegramError(f"Der Webhook ist für Telegram nicht erreichbar: {hook.last_error_message}.")
    way = "Webhook" if settings.webhook_url else "Abruf"
    return f"@{me.username}, {settings.mode}, {way}, {hook.pending_update_count} Nachrichten warten, {_hears(work)}"


async def _ask(work: Workplace) -> tuple[User, WebhookInfo]:
    try:
        async with make_bot(work.settings.telegram) as bot:
            return await bot.get_me(), await bot.get_webhook_info()
    except TelegramUnauthorizedError as error:
        raise TelegramError("Telegram kennt den Token nicht (401); bitte telegram.token prüfen.") from error
    except AiogramError as error:
        raise TelegramError(f"Telegram ist nicht erreichbar ({type(error).__name__}).") from error


def _hears(work: Workplace) -> str:
    with work.database.reading() as session:
        last = heard_at(session)
    if last is None:
        return "lief noch nie; `klimapartner run` startet ihn"
    age = work.clock() - last
    if age > DEAF_AFTER:
        minutes = age.total_seconds() / 60
        raise TelegramError(f"Der Bot hört seit {minutes:.0f} Minuten nichts mehr; läuft `klimapartner run`?")
    return "hört"
