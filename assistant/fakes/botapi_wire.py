"""The values as the JSON objects of the Bot API. Source: Bot API, sections "User", "Chat", "Message", "Document"."""

import hashlib
import re

from klimapartner.assistant.fakes.botapi_html import utf16_length
from klimapartner.assistant.fakes.botapi_values import Bot, Button, Chat, Json, Message, User

_COMMAND = re.compile(r"(?<!\S)/[A-Za-z0-9_]{1,32}(?:@[A-Za-z0-9_]+)?")


def bot_json(bot: Bot) -> Json:
    """The bot as a User."""
    return {"id": bot.id, "is_bot": True, "first_name": bot.name, "username": bot.username}


def user_json(user: User) -> Json:
    """A person as a User."""
    optional = {"last_name": user.last_name, "username": user.username, "language_code": user.language}
    return {"id": user.id, "is_bot": False, "first_name": user.first_name} | _present(optional)


def chat_json(chat: Chat) -> Json:
    """The chat; a private one carries the names of the person."""
    if chat.type != "private":
        return {"id": chat.id, "type": chat.type, "title": chat.title}
    person = chat.members[0]
    names = {"first_name": person.first_name, "last_name": person.last_name, "username": person.username}
    return {"id": chat.id, "type": chat.type} | _present(names)


def sender_json(chat: Chat, sender: int) -> Json:
    """Who wrote: the bot itself or a member of the chat."""
    people = {member.id: member for member in chat.members}
    return user_json(people[sender]) if sender in people else bot_json(chat.bot)


def message_json(chat: Chat, message: Message, answered: Message | None = None) -> Json:
    """The message; `answered` is the one it replies to."""
    wire: Json = {
        "message_id": message.id,
        "date": int(message.date.timestamp()),
        "chat": chat_json(chat),
        "from": sender_json(chat, message.sender),
    }
    if message.edited:
        wire["edit_date"] = int(message.edited.timestamp())
    if answered:
        wire["reply_to_message"] = message_json(chat, answered)
    if message.buttons:
        wire["reply_markup"] = {
            "inline_keyboard": [[_button_json(button) for button in row] for row in message.buttons]
        }
    return wire | _content(message) | message.extra


def command_entities(text: str) -> list[Json]:
    """What Telegram marks by itself in the text of a person: commands."""
    return [
        {"type": "bot_command", "offset": utf16_length(text[: found.start()]), "length": len(found.group())}
        for found in _COMMAND.finditer(text)
    ]


def _content(message: Message) -> Json:
    entities = list(message.entities)
    if message.document is None:
        return _present({"text": message.text or None, "entities": entities or None})
    name = hashlib.sha256(message.document.content).hexdigest()[:32]
    document = {
        "file_id": f"document-{message.chat_id}-{message.id}-{name}",
        "file_unique_id": name[:16],
        "file_name": message.document.name,
        "mime_type": message.document.mime_type,
        "file_size": len(message.document.content),
    }
    return {"document": document} | _present({"caption": message.text or None, "caption_entities": entities or None})


def _button_json(button: Button) -> Json:
    return {"text": button.text} | _present({"callback_data": button.data, "url": button.url})


def _present(fields: Json) -> Json:
    return {name: value for name, value in fields.items() if value is not None}
