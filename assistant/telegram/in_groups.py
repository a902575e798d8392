"""The handlers of groups: only what is addressed to the bot is heard, and nothing of anybody is asked for or kept."""

import re

from aiogram import F, Router
from aiogram.enums import ChatMemberStatus, ChatType
from aiogram.filters import Command, CommandObject
from aiogram.types import ChatMemberUpdated, Message, Update

from klimapartner.assistant.dialogue.contract import Event
from klimapartner.assistant.telegram.desk import Desk
from klimapartner.assistant.telegram.inbound import hint_of, keep, key_of, note_moved, note_reachable, words_of

_THERE = {ChatMemberStatus.MEMBER, ChatMemberStatus.ADMINISTRATOR}


def group_router() -> Router:
    """A router of its own for every dispatcher; the handlers are tried in this order."""
    router = Router(name="groups")
    for observer in (router.message, router.my_chat_member):
        observer.filter(F.chat.type.in_({ChatType.GROUP, ChatType.SUPERGROUP}))
    router.message.register(hear_move, F.migrate_to_chat_id)
    router.message.register(hear_command, Command("ask", "help", "privacy", "start", ignore_case=True))
    router.message.register(hear_addressed, F.text, ~F.text.startswith("/"))
    router.my_chat_member.register(hear_membership)
    return router


async def hear_move(message: Message, desk: Desk) -> None:
    """The group became a supergroup."""
    assert message.migrate_to_chat_id is not None
    await note_moved(desk, message.chat.id, message.migrate_to_chat_id)


async def hear_command(message: Message, event_update: Update, desk: Desk, command: CommandObject) -> None:
    """/ask with a question, /privacy, and /help for all else."""
    name, question = command.command.lower(), (command.args or "").strip()
    asks = name == "ask" and bool(question)
    event = Event("text" if asks else "command", question if asks else name, hint_of(message.from_user))
    await _keep(message, event_update, desk, event)


async def hear_addressed(message: Message, event_update: Update, desk: Desk) -> None:
    """A reply to one of our messages, or a line that names us; all else is none of our business."""
    me = await desk.bot.me()
    named = re.compile(rf"@{re.escape(me.username or '')}\b", re.IGNORECASE)
    reply = message.reply_to_message
    to_us = bool(reply and reply.from_user and reply.from_user.id == me.id)
    if not to_us and not named.search(words_of(message)):
        return
    question = named.sub(" ", words_of(message)).strip()
    event = Event("text", question, hint_of(message.from_user)) if question else Event("command", "help")
    await _keep(message, event_update, desk, event)


async def hear_membership(my_chat_member: ChatMemberUpdated, event_update: Update, desk: Desk) -> None:
    """The bot says what it does where it is added, and keeps quiet where it is thrown out."""
    before, now = my_chat_member.old_chat_member.status, my_chat_member.new_chat_member.status
    if now in _THERE and before not in _THERE:
        event = Event("command", "help", hint_of(my_chat_member.from_user))
        await keep(desk, my_chat_member.chat.id, key_of(desk, event_update), event)
    elif now not in _THERE:
        await note_reachable(desk, my_chat_member.chat.id, False)


async def _keep(message: Message, event_update: Update, desk: Desk, event: Event) -> None:
    await keep(desk, message.chat.id, key_of(desk, event_update), event, {"reply_to": message.message_id})
