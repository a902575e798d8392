"""Whether the bot for staff works: kept for doctor and alarms."""

import asyncio
from datetime import datetime, timedelta

import structlog
from telegram import Bot
from telegram.error import BadRequest, Forbidden, InvalidToken, TelegramError

from klimapartner.assistant.errors import AssistantError
from klimapartner.assistant.settings_staff_bot import StaffBotSettings
from klimapartner.assistant.staffbot.chats import served_numbers
from klimapartner.assistant.trouble import clear_trouble, note_trouble, trouble_of
from klimapartner.assistant.workplace import Workplace
from klimapartner.storage.errors import StorageError
from klimapartner.storage.state import get_state, set_state

PART = "bots:staff"
_WRONG = "staffbot.wrong_at"
# What was wrong is over when nothing was heard of it for so long.
_WELL_AFTER = timedelta(minutes=2)
log = structlog.get_logger(__name__)


def note_wrong(work: Workplace, text: str) -> None:
    """Keep what is wrong; `text` names no person."""
    try:
        with work.database.session() as session:
            set_state(session, _WRONG, work.clock().isoformat(), now=work.clock())
            note_trouble(session, PART, text, now=work.clock())
    except StorageError as error:
        log.warning("state not noted", error=type(error).__name__)


def note_well(work: Workplace) -> None:
    """The bot is at work; what was wrong longer ago is over."""
    try:
        with work.database.session() as session:
            kept = get_state(session, _WRONG)
            if not isinstance(kept, str) or work.clock() - datetime.fromisoformat(kept) > _WELL_AFTER:
                clear_trouble(session, PART, now=work.clock())
    except StorageError as error:
        log.warning("state not noted", error=type(error).__name__)


def look_at_staff_bot(work: Workplace) -> str:
    """Ask Telegram who the bot is and whether each chat is reached; the finding in words.

    Raises:
        SettingsError, AssistantError: the token is wrong, or Telegram or a chat cannot be reached.
    """
    with work.database.reading() as session:
        numbers = served_numbers(session, work.settings.staff_bot)
        trouble = trouble_of(session, PART)
    if trouble:
        raise AssistantError(trouble)
    return asyncio.run(_ask(work.settings.staff_bot, numbers))


async def _ask(settings: StaffBotSettings, numbers: list[int]) -> str:
    try:
        async with Bot(settings.token.read(), base_url=f"{settings.api_url.rstrip('/')}/bot") as bot:
            name, lost = bot.username, [number for number in numbers if not await _reaches(bot, number)]
    except InvalidToken:
        raise AssistantError("Telegram kennt den Token nicht (401); bitte staff_bot.token prüfen.") from None
    except TelegramError as error:
        raise AssistantError(f"Telegram ist nicht erreichbar ({type(error).__name__}).") from None
    if lost:
        unreached = ", ".join(map(str, lost))
        raise AssistantError(f"@{name} erreicht nicht: {unreached}; dort bitte /start schreiben oder ihn aufnehmen.")
    return f"@{name}; Chats: {len(numbers)}; Personen, die drücken dürfen: {len(settings.people)}"


async def _reaches(bot: Bot, number: int) -> bool:
    try:
        await bot.get_chat(number)
    except (BadRequest, Forbidden):
        return False
    return True
