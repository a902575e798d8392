"""aiogram 3 and python-telegram-bot 22 work against the fake Bot API server, and read all that it answers."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiogram
import pytest
import telegram
from aiogram import exceptions as aiogram_errors
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import BotCommand, BotCommandScopeAllPrivateChats, BufferedInputFile, CallbackQuery
from aiogram.types import InlineKeyboardButton as AiogramButton
from aiogram.types import InlineKeyboardMarkup as AiogramMarkup
from aiogram.types import Message as AiogramMessage
from aiogram.webhook.aiohttp_server import SimpleRequestHandler, setup_application
from aiohttp import web
from telegram import error as telegram_errors
from telegram.ext import Application, CallbackQueryHandler, CommandHandler, ContextTypes, MessageHandler, filters

from klimapartner.assistant.fakes import botapi_faults as faults
from klimapartner.assistant.fakes.botapi import FakeBotApi
from klimapartner.assistant.fakes.botapi_values import Bot, Chat, Document

Send = Callable[[str], Awaitable[Any]]

YES = AiogramMarkup(inline_keyboard=[[AiogramButton(text="Ja", callback_data="y")]])
YES_PTB = telegram.InlineKeyboardMarkup([[telegram.InlineKeyboardButton("Ja", callback_data="y")]])
CALENDAR = Document("termin.ics", b"BEGIN:VCALENDAR", "text/calendar")


@asynccontextmanager
async def aiogram_bot(fake: FakeBotApi, bot: Bot) -> AsyncIterator[aiogram.Bot]:
    session = AiohttpSession(api=TelegramAPIServer.from_base(fake.url))
    async with aiogram.Bot(bot.token, session=session) as client:
        yield client


def telegram_application(fake: FakeBotApi, bot: Bot) -> Application[Any, Any, Any, Any, Any, Any]:
    return Application.builder().token(bot.token).base_url(f"{fake.url}/bot").build()


@asynccontextmanager
async def aiogram_conversation(fake: FakeBotApi, bot: Bot) -> AsyncIterator[None]:
    """A bot that greets by name, asks, and answers the button with an edit and a calendar file."""
    dispatcher = aiogram.Dispatcher()

    @dispatcher.message()
    async def greet(message: AiogramMessage) -> None:
        assert message.from_user
        await message.answer(f"<b>Hallo {message.from_user.first_name}</b>", parse_mode="HTML", reply_markup=YES)

    @dispatcher.callback_query()
    async def answer(query: CallbackQuery) -> None:
        assert isinstance(query.message, AiogramMessage)
        await query.answer("gut")
        await query.message.edit_text("erledigt")
        await query.message.answer_document(BufferedInputFile(CALENDAR.content, CALENDAR.name), caption="Termin")

    async with aiogram_bot(fake, bot) as client:
        polling = asyncio.create_task(dispatcher.start_polling(client, handle_signals=False))
        await fake.until(lambda: fake.polling(bot))
        yield
        await dispatcher.stop_polling()
        await polling


@asynccontextmanager
async def telegram_conversation(fake: FakeBotApi, bot: Bot) -> AsyncIterator[None]:
    """The same bot."""

    async def greet(update: telegram.Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        assert update.message and update.effective_user
        text = f"<b>Hallo {update.effective_user.first_name}</b>"
        await update.message.reply_text(text, parse_mode="HTML", reply_markup=YES_PTB)

    async def answer(update: telegram.Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        assert update.callback_query and update.effective_chat
        await update.callback_query.answer("gut")
        await update.callback_query.edit_message_text("erledigt")
        await update.effective_chat.send_document(CALENDAR.content, filename=CALENDAR.name, caption="Termin")

    application = telegram_application(fake, bot)
    application.add_handler(CommandHandler("start", greet))
    application.add_handler(CallbackQueryHandler(answer))
    async with application:
        await application.start()
        assert application.updater
        await application.updater.start_polling(timeout=5)
        yield
        await application.updater.stop()
        await application.stop()


@pytest.mark.parametrize("conversation", [aiogram_conversation, telegram_conversation])
async def test_a_conversation_from_the_first_command_to_the_file(
    fake: FakeBotApi, bot: Bot, chat: Chat, conversation: Callable[..., Any]
) -> None:
    async with conversation(fake, bot):
        fake.say(chat, "/start")
        (greeting,) = await fake.until_sent(chat, 1)
        assert (greeting.text, greeting.labels) == ("Hallo Ada", ("Ja",))
        fake.press(chat, "Ja")
        edited, file = await fake.until_sent(chat, 2)
        assert (edited.text, edited.versions, edited.labels) == ("erledigt", ("Hallo Ada",), ())
        assert (file.text, file.document) == ("Termin", CALENDAR)
        assert [answer["text"] for answer in fake.answers(chat)] == ["gut"]
    await fake.until(lambda: not fake.polling(bot))
    assert fake.pending(bot) == 0


@pytest.fixture(params=["aiogram", "python-telegram-bot"])
async def send(fake: FakeBotApi, bot: Bot, chat: Chat, request: pytest.FixtureRequest) -> AsyncIterator[Send]:
    """Sends a text to the chat, by the one library and by the other."""
    if request.param == "aiogram":
        async with aiogram_bot(fake, bot) as client:
            yield lambda text: client.send_message(chat.id, text)
    else:
        async with telegram.Bot(bot.token, base_url=f"{fake.url}/bot") as ptb:
            yield lambda text: ptb.send_message(chat.id, text)


@pytest.mark.parametrize(
    ("fault", "errors"),
    [
        (faults.flood(3), (aiogram_errors.TelegramRetryAfter, telegram_errors.RetryAfter)),
        (faults.forbidden(), (aiogram_errors.TelegramForbiddenError, telegram_errors.Forbidden)),
        (faults.conflict(), (aiogram_errors.TelegramConflictError, telegram_errors.Conflict)),
        (faults.bad_gateway(), (aiogram_errors.ClientDecodeError, telegram_errors.NetworkError)),
        (faults.accepted_but_cut(), (aiogram_errors.TelegramNetworkError, telegram_errors.NetworkError)),
        (faults.lost(), (aiogram_errors.TelegramNetworkError, telegram_errors.NetworkError)),
        (faults.bad_request("Bad Request: a"), (aiogram_errors.TelegramBadRequest, telegram_errors.BadRequest)),
    ],
)
async def test_each_fault_is_the_error_that_the_library_has_for_it(
    fake: FakeBotApi, send: Send, fault: faults.Fault, errors: tuple[type[Exception], ...]
) -> None:
    fake.fail(fault)
    with pytest.raises(errors):
        await send("a")


@pytest.mark.parametrize(
    ("text", "expected"),
    [("x" * 4097, "message is too long"), (" ", "text must be non-empty")],
)
async def test_a_refusal_is_told_in_the_words_of_the_server(send: Send, text: str, expected: str) -> None:
    errors = (aiogram_errors.TelegramBadRequest, telegram_errors.BadRequest)
    with pytest.raises(errors, match=f"(?i){expected}"):
        await send(text)


async def test_a_group_that_moved_is_an_error_of_its_own_with_the_new_id(fake: FakeBotApi, bot: Bot) -> None:
    group = fake.group(bot, "Team", fake.add_user())
    new = fake.migrate(group)
    async with aiogram_bot(fake, bot) as client:
        with pytest.raises(aiogram_errors.TelegramMigrateToChat) as moved:
            await client.send_message(group.id, "a")
    async with telegram.Bot(bot.token, base_url=f"{fake.url}/bot") as ptb:
        with pytest.raises(telegram_errors.ChatMigrated) as migrated:
            await ptb.send_message(group.id, "a")
    assert (moved.value.migrate_to_chat_id, migrated.value.new_chat_id) == (new.id, new.id)


async def test_aiogram_reads_every_other_answer(fake: FakeBotApi, bot: Bot, chat: Chat) -> None:
    async with aiogram_bot(fake, bot) as client:
        commands = [BotCommand(command="help", description="Hilfe")]
        scope = BotCommandScopeAllPrivateChats()
        await client.set_my_commands(commands, scope=scope, language_code="de")
        kept = await client.get_my_commands(scope=scope, language_code="de")
        assert [(each.command, each.description) for each in kept] == [("help", "Hilfe")]
        await client.set_my_description("Lang", language_code="de")
        await client.set_my_short_description("Kurz")
        await client.set_my_name("Klimabot")
        assert (await client.get_my_description(language_code="de")).description == "Lang"
        assert (await client.get_my_short_description(language_code="fr")).short_description == "Kurz"
        assert (await client.get_my_name()).name == "Klimabot"
        assert (await client.get_chat(chat.id)).first_name == "Ada"
        await client.set_webhook("http://127.0.0.1:9/hook", secret_token="geheim")
        assert (await client.get_webhook_info()).url == "http://127.0.0.1:9/hook"
        assert await client.delete_webhook(drop_pending_updates=True) is True
        assert await client.log_out() is True
    assert fake.commands(bot, "de", "all_private_chats") == {"help": "Hilfe"}
    assert (fake.descriptions(bot), fake.short_descriptions(bot)) == ({"de": "Lang"}, {"": "Kurz"})


async def test_python_telegram_bot_reads_every_other_answer(fake: FakeBotApi, bot: Bot, chat: Chat) -> None:
    async with telegram.Bot(bot.token, base_url=f"{fake.url}/bot") as client:
        scope = telegram.BotCommandScopeChat(chat.id)
        await client.set_my_commands([("cards", "Karten")], scope=scope, language_code="de")
        assert [each.command for each in await client.get_my_commands(scope, "de")] == ["cards"]
        assert (await client.get_my_name()).name == "Klima"
        assert (await client.get_chat(chat.id)).first_name == "Ada"
        await client.set_webhook("http://127.0.0.1:9/hook", secret_token="geheim")
        assert (await client.get_webhook_info()).url == "http://127.0.0.1:9/hook"
        assert await client.delete_webhook() is True
        message = await client.send_message(chat.id, "a", reply_markup=YES_PTB)
        assert await message.edit_reply_markup() is not False
        assert await message.delete() is True


ACTS: list[Callable[[FakeBotApi, Chat], Any]] = [
    lambda fake, chat: fake.say(chat, "Hallo"),
    lambda fake, chat: fake.say(chat, "/help", reply_to=1),
    lambda fake, chat: fake.edit(chat, "anders"),
    lambda fake, chat: fake.press(chat, "Ja"),
    lambda fake, chat: fake.post(chat, contact={"phone_number": "+49301", "first_name": "Ada"}),
    lambda fake, chat: fake.block(chat),
    lambda fake, chat: fake.unblock(chat),
    lambda fake, chat: fake.join(chat),
    lambda fake, chat: fake.migrate(chat),
]


@pytest.mark.parametrize("act", ACTS)
async def test_both_libraries_read_every_kind_of_update(
    fake: FakeBotApi, bot: Bot, act: Callable[[FakeBotApi, Chat], Any]
) -> None:
    group = fake.group(bot, "Team", fake.add_user("Ada", language="de"))
    async with aiogram_bot(fake, bot) as client, telegram.Bot(bot.token, base_url=f"{fake.url}/bot") as ptb:
        await client.send_message(group.id, "<i>Frage</i>", parse_mode="HTML", reply_markup=YES)
        fake.say(group, "/help")
        start = [update.update_id for update in await client.get_updates()][-1] + 1
        act(fake, group)
        by_aiogram = await client.get_updates(start)
        by_telegram = await ptb.get_updates(start)
    assert [each.update_id for each in by_aiogram] == [each.update_id for each in by_telegram]
    assert [each.event_type for each in by_aiogram] == [
        next(iter(each.to_dict().keys() - {"update_id"})) for each in by_telegram
    ]


async def test_two_workers_on_one_bot_get_conflicts_and_lose_nothing(fake: FakeBotApi, bot: Bot, chat: Chat) -> None:
    conflicts: list[BaseException] = []
    heard: list[str] = []

    async def hear(update: telegram.Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        assert update.message and update.message.text
        heard.append(update.message.text)

    async with aiogram_bot(fake, bot) as other:
        application = telegram_application(fake, bot)
        application.add_handler(MessageHandler(filters.TEXT, hear))
        async with application:
            await application.start()
            assert application.updater
            await application.updater.start_polling(timeout=5, error_callback=conflicts.append)
            await fake.until(lambda: fake.polling(bot))
            await other.get_updates(timeout=0)
            await fake.until(lambda: conflicts)
            fake.say(chat, "Hallo")
            await fake.until(lambda: heard)
            await application.updater.stop()
            await application.stop()
    assert ([type(each) for each in conflicts], heard) == ([telegram_errors.Conflict], ["Hallo"])


async def test_aiogram_takes_a_webhook_with_its_secret(fake: FakeBotApi, bot: Bot, chat: Chat) -> None:
    dispatcher = aiogram.Dispatcher()

    @dispatcher.message()
    async def echo(message: AiogramMessage) -> None:
        await message.answer(message.text or "")

    async with aiogram_bot(fake, bot) as client:
        app = web.Application()
        SimpleRequestHandler(dispatcher, client, secret_token="geheim").register(app, path="/hook")
        setup_application(app, dispatcher)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        await client.set_webhook(f"http://127.0.0.1:{runner.addresses[0][1]}/hook", secret_token="falsch")
        fake.say(chat, "Hallo")
        await fake.until(lambda: "401" in str(fake.webhook_error(bot)))
        assert fake.texts(chat) == []
        await client.set_webhook(f"http://127.0.0.1:{runner.addresses[0][1]}/hook", secret_token="geheim")
        assert [message.text for message in await fake.until_sent(chat, 1)] == ["Hallo"]
        await runner.cleanup()


async def test_500_chats_of_5_messages_at_once_are_all_answered_in_order(fake: FakeBotApi, bot: Bot) -> None:
    chats = [fake.private(bot, fake.add_user(str(number))) for number in range(500)]
    dispatcher = aiogram.Dispatcher(events_isolation=aiogram.fsm.storage.memory.SimpleEventIsolation())

    @dispatcher.message()
    async def echo(message: AiogramMessage) -> None:
        await message.answer(message.text or "")

    async with aiogram_bot(fake, bot) as client:
        polling = asyncio.create_task(dispatcher.start_polling(client, handle_signals=False))
        for number in range(5):
            for chat in chats:
                fake.say(chat, str(number))
        await fake.until(lambda: len(fake.calls("sendMessage")) == 2500, timeout=60)
        await dispatcher.stop_polling()
        await polling
    assert {tuple(fake.texts(chat)) for chat in chats} == {("0", "1", "2", "3", "4")}
