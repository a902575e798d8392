"""The handlers of a person's own chat: text, commands, changed lines, buttons, and what cannot be read."""

from aiogram import F, Router
from aiogram.enums import ChatMemberStatus, ChatType, ContentType
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, ChatMemberUpdated, Message, Update

from klimapartner.assistant.dialogue.contract import Event
from klimapartner.assistant.telegram.desk import Desk
from klimapartner.assistant.telegram.inbound import (
    hint_of,
    keep,
    key_of,
    language_hint,
    note,
    note_reachable,
    words_of,
)
from klimapartner.assistant.telegram.menus import menu_data, menu_of, pressed
from klimapartner.assistant.telegram.texts import text

# What a person sends; all else is the service's own news of the chat ("message pinned").
_SENT_BY_PERSONS = {
    ContentType.ANIMATION, ContentType.AUDIO, ContentType.CONTACT, ContentType.DICE, ContentType.DOCUMENT,
    ContentType.LOCATION, ContentType.PHOTO, ContentType.POLL, ContentType.STICKER, ContentType.STORY,
    ContentType.VENUE, ContentType.VIDEO, ContentType.VIDEO_NOTE, ContentType.VOICE,
}  # fmt: skip


def private_router() -> Router:
    """A router of its own for every dispatcher; the handlers are tried in this order."""
    router = Router(name="private")
    for observer in (router.message, router.edited_message, router.my_chat_member):
        observer.filter(F.chat.type == ChatType.PRIVATE)
    router.callback_query.filter(F.message.chat.type == ChatType.PRIVATE)
    router.message.register(hear_command, F.text.startswith("/"))
    router.message.register(hear_text, F.text)
    router.message.register(hear_caption, F.caption)
    router.message.register(hear_unreadable, F.content_type.in_(_SENT_BY_PERSONS))
    router.edited_message.register(hear_edit, F.text | F.caption)
    router.callback_query.register(hear_button, F.data)
    router.my_chat_member.register(hear_membership)
    return router


async def hear_command(message: Message, event_update: Update, desk: Desk) -> None:
    """/start with the token of a link, /help and the others."""
    event = Event("command", words_of(message).removeprefix("/"), hint_of(message.from_user))
    await keep(desk, message.chat.id, key_of(desk, event_update), event)


async def hear_text(message: Message, event_update: Update, desk: Desk) -> None:
    """A line of text."""
    event = Event("text", words_of(message), hint_of(message.from_user))
    await keep(desk, message.chat.id, key_of(desk, event_update), event)


async def hear_caption(message: Message, event_update: Update, desk: Desk) -> None:
    """What stands under a picture or a file is a line of text; that the file is not read must be said."""
    event = Event("text", words_of(message), hint_of(message.from_user))
    update, new = await keep(desk, message.chat.id, key_of(desk, event_update), event)
    if new:
        mail = desk.work.chat_office.box.address
        await note(desk, update.chat_id, text("attachment", language_hint(message.from_user), mail=mail))


async def hear_unreadable(message: Message, event_update: Update, desk: Desk) -> None:
    """Pictures, voices, contacts: an empty line, to which the dialogue says that it reads text only.

    The pictures of an album come as many messages and are one event.
    """
    album = message.media_group_id
    key = f"{desk.bot.id}:album:{album}" if album else key_of(desk, event_update)
    await keep(desk, message.chat.id, key, Event("text", "", hint_of(message.from_user)))


async def hear_edit(edited_message: Message, event_update: Update, desk: Desk) -> None:
    """A line that was changed: it corrects the answer."""
    event = Event("edit", words_of(edited_message), hint_of(edited_message.from_user))
    await keep(desk, edited_message.chat.id, key_of(desk, event_update), event)


async def hear_button(callback_query: CallbackQuery, event_update: Update, desk: Desk, state: FSMContext) -> None:
    """A pressed button counts where its keyboard is the newest and was not used; the waiting sign always ends."""
    message = callback_query.message
    assert message is not None
    data = await state.get_data()
    menu = pressed(menu_of(data), message.message_id)
    if menu is None:
        desk.background.answer_button(callback_query.id, text("stale", language_hint(callback_query.from_user)))
        return
    event = Event("button", callback_query.data or "", hint_of(callback_query.from_user))
    await keep(desk, message.chat.id, key_of(desk, event_update), event)
    # Only after the event is kept: a crash between the two must not lose it, and its repeat is known by its key.
    await state.set_data(data | menu_data(menu))
    desk.background.answer_button(callback_query.id)
    desk.background.take_keyboard(message.chat.id, message.message_id)


async def hear_membership(my_chat_member: ChatMemberUpdated, desk: Desk) -> None:
    """The person blocked the bot, or lets it in again."""
    blocked = my_chat_member.new_chat_member.status == ChatMemberStatus.KICKED
    await note_reachable(desk, my_chat_member.chat.id, not blocked)
