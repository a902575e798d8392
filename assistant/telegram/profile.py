"""How the bot presents itself: commands by place and language, descriptions. Told only where something changed."""

import asyncio
import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

import structlog
from aiogram.exceptions import AiogramError
from aiogram.methods import SetMyCommands, SetMyDescription, SetMyShortDescription, TelegramMethod
from aiogram.types import BotCommand, BotCommandScopeAllGroupChats, BotCommandScopeAllPrivateChats

from klimapartner.assistant.chat_links import BOT_NAME
from klimapartner.assistant.dialogue.catalogue import command_texts
from klimapartner.assistant.languages import LANGUAGES, Language
from klimapartner.assistant.telegram.desk import Desk
from klimapartner.assistant.telegram.texts import group_commands, text
from klimapartner.storage.state import get_state, set_state

_TOLD = "telegram.profile"
# There is nothing to ask the state of where no entries are taken.
_INTAKE_ONLY = {"status"}
log = structlog.get_logger(__name__)


async def present(desk: Desk) -> None:
    """Keep the bot's name for links, and tell Telegram menu and descriptions; a refusal is tried at the next start."""
    me = await desk.bot.me()
    await asyncio.to_thread(_keep, desk, BOT_NAME, me.username or "")
    methods = list(_methods(desk.work.settings.telegram.mode))
    mark = _mark(desk.bot.id, methods)
    if await asyncio.to_thread(_kept, desk) == mark:
        return
    try:
        for method in methods:
            await desk.bot(method)
    except AiogramError as error:
        log.warning("profile not told", error=type(error).__name__)
        return
    await asyncio.to_thread(_keep, desk, _TOLD, mark)


def _methods(mode: str) -> Iterator[TelegramMethod[bool]]:
    """All that is told; German also stands for every language that we do not write."""
    codes: list[tuple[str | None, Language]] = [(None, "de"), *((code, code) for code in LANGUAGES)]
    for code, language in codes:
        private = {
            name: words
            for name, words in command_texts(language).items()
            if mode == "intake" or name not in _INTAKE_ONLY
        }
        yield SetMyCommands(commands=_menu(private), scope=BotCommandScopeAllPrivateChats(), language_code=code)
        groups = _menu(group_commands(language))
        yield SetMyCommands(commands=groups, scope=BotCommandScopeAllGroupChats(), language_code=code)
        yield SetMyDescription(description=text("description", language), language_code=code)
        yield SetMyShortDescription(short_description=text("short_description", language), language_code=code)


def _menu(commands: Mapping[str, str]) -> list[BotCommand]:
    return [BotCommand(command=name, description=words) for name, words in commands.items()]


def _mark(bot_id: int, methods: list[TelegramMethod[bool]]) -> str:
    told: list[Any] = [method.model_dump(mode="json", exclude_unset=True) for method in methods]
    return hashlib.sha256(json.dumps([bot_id, told]).encode()).hexdigest()


def _kept(desk: Desk) -> Any:
    with desk.work.database.reading() as session:
        return get_state(session, _TOLD)


def _keep(desk: Desk, key: str, value: str) -> None:
    with desk.work.database.session() as session:
        set_state(session, key, value, now=desk.work.clock())
