"""What comes in: presses and commands from the closed list of chats; all others get one calm line and no more."""

import asyncio
from typing import Any

import structlog
from telegram import Bot, BotCommand, CallbackQuery, Chat, Update
from telegram.constants import ChatType
from telegram.error import TelegramError
from telegram.ext import (
    Application,
    ApplicationHandlerStop,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    MessageHandler,
    TypeHandler,
    filters,
)

from klimapartner.assistant.staffbot.chats import kept_chat, note_moved, served_chats, served_numbers
from klimapartner.assistant.staffbot.desk import StaffDesk
from klimapartner.assistant.staffbot.digest import digest_text
from klimapartner.assistant.staffbot.presses import do_press, press_of
from klimapartner.assistant.staffbot.refresh import adopt_card, refresh_entry
from klimapartner.assistant.staffbot.texts import catalogue, text
from klimapartner.storage.chats import move_chat, set_active
from klimapartner.storage.errors import StorageError

# Telegram's limit of an answer to a press.
_LONGEST_ANSWER = 200
# A stranger who writes on and on is refused this often and then left alone.
_MOST_REFUSALS = 3
App = Application[Any, Any, Any, Any, Any, Any]
Context = ContextTypes.DEFAULT_TYPE
log = structlog.get_logger(__name__)


class Talk:
    """The handlers, with the desk that they work at."""

    def __init__(self, desk: StaffDesk) -> None:
        self._desk = desk
        self._language = desk.work.settings.staff_bot.language
        self._refused: dict[int, int] = {}

    def register(self, app: App) -> None:
        """Add all handlers; the guard comes before every other."""
        app.add_handler(TypeHandler(Update, self._guard), group=-1)
        app.add_handler(CallbackQueryHandler(self._press))
        app.add_handler(MessageHandler(filters.StatusUpdate.MIGRATE, self._moved))
        app.add_handler(CommandHandler("heute", self._today))
        app.add_handler(CommandHandler("id", self._number))
        app.add_handler(CommandHandler(["start", "hilfe", "help"], self._welcome))
        app.add_handler(MessageHandler(filters.ChatType.PRIVATE & ~filters.StatusUpdate.ALL, self._words))
        app.add_error_handler(_failed)

    async def _guard(self, update: Update, _: Context) -> None:
        """Let only listed chats through. Of a stranger nothing is logged but that there was one."""
        chat = update.effective_chat
        if chat is not None and await asyncio.to_thread(self._is_served, chat.id):
            return
        log.info("staff bot: not a listed chat", kind=chat.type if chat else "none")
        if chat is not None:
            await self._refuse(update, chat)
        raise ApplicationHandlerStop

    def _is_served(self, number: int) -> bool:
        now, settings = self._desk.work.clock(), self._desk.work.settings.staff_bot
        with self._desk.work.database.session() as session:
            if number not in served_numbers(session, settings):
                return False
            # Whoever writes can be reached again.
            for chat in served_chats(session, settings, now=now):
                if chat.address == str(number) and not chat.active:
                    set_active(session, chat.id, True, now=now)
            return True

    async def _refuse(self, update: Update, chat: Chat) -> None:
        refusal = text("talk.refusal", self._language)
        if update.callback_query:
            await _answer(update.callback_query, refusal)
            return
        said = update.effective_message.text or "" if update.effective_message else ""
        if update.message is None or self._refused.get(chat.id, 0) >= _MOST_REFUSALS:
            return
        # In a group the bot keeps quiet, unless it is asked for the number: that is how it comes onto the list.
        asked = said.partition("@")[0].strip() == "/id"
        if asked or chat.type == ChatType.PRIVATE:
            self._refused[chat.id] = self._refused.get(chat.id, 0) + 1
            number = text("talk.number", self._language, number=chat.id)
            await _say(update, number if asked else refusal)

    async def _press(self, update: Update, _: Context) -> None:
        query = update.callback_query
        assert query is not None
        press = press_of(query.data or "")
        if press is None:
            await _answer(query, text("press.unknown_button", self._language))
            return
        try:
            told = await asyncio.to_thread(do_press, self._desk.work, press, query.from_user.id)
        except StorageError as error:
            log.warning("press not done", error=type(error).__name__)
            await _answer(query, text("press.fault", self._language))
            return
        await _answer(query, told)
        if query.message:
            where = query.message.chat.id, press.entry_id, query.message.message_id
            await asyncio.to_thread(adopt_card, self._desk, *where)
        await refresh_entry(self._desk, press.entry_id)

    async def _moved(self, update: Update, _: Context) -> None:
        message = update.effective_message
        if message and message.migrate_to_chat_id:
            await asyncio.to_thread(self._note_moved, message.chat.id, message.migrate_to_chat_id)

    def _note_moved(self, old: int, new: int) -> None:
        now = self._desk.work.clock()
        with self._desk.work.database.session() as session:
            note_moved(session, old, new, now=now)
            if chat := kept_chat(session, old):
                move_chat(session, chat.id, str(new), now=now)

    async def _today(self, update: Update, _: Context) -> None:
        await _say(update, await asyncio.to_thread(self._digest))

    def _digest(self) -> str:
        with self._desk.work.database.reading() as session:
            return digest_text(session, self._desk.work, now=self._desk.work.clock())

    async def _number(self, update: Update, _: Context) -> None:
        number = update.effective_chat.id if update.effective_chat else 0
        await _say(update, text("talk.number", self._language, number=number))

    async def _welcome(self, update: Update, _: Context) -> None:
        await _say(update, text("talk.welcome", self._language, hour=self._desk.work.settings.staff_bot.digest_hour))

    async def _words(self, update: Update, _: Context) -> None:
        if update.message:
            await _say(update, text("talk.words", self._language))


async def present(bot: Bot) -> None:
    """Tell Telegram the commands, German for all and English for those who use it in English."""
    try:
        for language, code in (("de", None), ("en", "en")):
            commands = [BotCommand(name, words[language]) for name, words in catalogue()["command"].items()]
            await bot.set_my_commands(commands, language_code=code)
    except TelegramError as error:
        log.warning("commands not set", error=type(error).__name__)


async def _answer(query: CallbackQuery, words: str) -> None:
    """Tell the person who pressed; a press that is too old by now cannot be answered, and was done all the same."""
    try:
        await query.answer(words[:_LONGEST_ANSWER], show_alert=True)
    except TelegramError as error:
        log.info("press not answered", error=type(error).__name__)


async def _say(update: Update, words: str) -> None:
    if update.effective_chat is None:
        return
    try:
        await update.effective_chat.send_message(words)
    except TelegramError as error:
        log.info("reply not sent", error=type(error).__name__)


async def _failed(_: object, context: Context) -> None:
    # Not the error's text: it may hold what somebody wrote.
    log.error("staff bot failed at an update or job", error=type(context.error).__name__)
