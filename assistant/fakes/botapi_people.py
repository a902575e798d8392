"""The people in the chats of the fake server: they write, press buttons, block, invite, and Telegram tells the bot."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from klimapartner.assistant.fakes.botapi_checks import TEXT_LIMIT
from klimapartner.assistant.fakes.botapi_html import utf16_length
from klimapartner.assistant.fakes.botapi_updates import Order
from klimapartner.assistant.fakes.botapi_values import Bot, Button, Chat, FakeError, Json, Message, NotThere, User
from klimapartner.assistant.fakes.botapi_wire import bot_json, chat_json, command_entities, user_json
from klimapartner.assistant.fakes.botapi_world import ChatState, Query, World


class People:
    """What a test does in the place of people. Each act gives the id of its update, None where the bot gets none.

    A bot gets none of a kind that its `allowed_updates` leaves out, nor, in a group with privacy mode on, of what is
    neither a command nor a reply to it. Source: Bot API, section "Update"; Bot features, section "Privacy mode".
    """

    def __init__(self, world: World) -> None:
        self.world = world

    def say(self, chat: Chat, text: str, sender: User | None = None, reply_to: int | None = None) -> int | None:
        """A person writes a text; `sender` is the chat's first member unless named.

        Raises:
            FakeError: the text is too long for one message: a real client would have cut it in several.
        """
        if utf16_length(text) > TEXT_LIMIT:
            raise FakeError(f"more than {TEXT_LIMIT} UTF-16 units in one message")
        return self._write(chat, sender, text=text, entities=tuple(command_entities(text)), reply_to=reply_to)

    def open_link(self, chat: Chat, payload: str = "") -> int | None:
        """A person opens the bot's link `https://t.me/<bot>?start=<payload>`. Source: Bot features, "Deep linking".

        Raises:
            FakeError: the payload is none that Telegram passes on: at most 64 of A-Z, a-z, 0-9, _ and -.
        """
        if not re.fullmatch(r"[A-Za-z0-9_-]{0,64}", payload):
            raise FakeError(f"no payload of a deep link: {payload!r}")
        return self.say(chat, f"/start {payload}".strip())

    def post(self, chat: Chat, sender: User | None = None, **fields: Any) -> int | None:
        """A person sends anything else, in fields of the Bot API's Message: `contact={…}`, `voice={…}`, …"""
        return self._write(chat, sender, extra=fields)

    def edit(self, chat: Chat, text: str, message_id: int | None = None, sender: User | None = None) -> int | None:
        """A person edits a message of theirs, the last one unless named.

        Raises:
            NotThere: there is no such message.
        """
        with self.world.changed:
            state, person = self.world.chat(chat), sender or chat.members[0]
            own = [each for each in state.messages.values() if each.sender == person.id and each.text]
            old = _newest(own, message_id)
            new = replace(
                old,
                text=text,
                entities=tuple(command_entities(text)),
                versions=(*old.versions, old.text),
                edited=self.world.clock(),
            )
            state.messages[new.id] = new
            return self._tell(chat, "edited_message", state.wire(new), _heard(state, new))

    def press(self, chat: Chat, label: str, message_id: int | None = None, sender: User | None = None) -> int | None:
        """A person presses the button that reads `label`, on the newest message that has it unless one is named.

        A button of the reply keyboard writes its label into the chat.

        Raises:
            NotThere: no such button is shown, or it only opens an address.
        """
        with self.world.changed:
            state = self.world.chat(chat)
            message = _with_button(state, label, message_id)
            if message is None:
                return self.say(chat, _keyboard_label(state, label), sender)
            button = next(each for row in message.buttons for each in row if each.text == label)
            if button.data is None:
                raise NotThere(f"button {label!r} only opens {button.url}")
            return self._press(state, message, button, sender or chat.members[0])

    def forge(self, chat: Chat, data: str, message_id: int | None = None, sender: User | None = None) -> int | None:
        """A changed client sends callback data of its own, on the bot's newest message unless one is named."""
        with self.world.changed:
            state = self.world.chat(chat)
            message = _newest([each for each in state.messages.values() if each.sender == chat.bot.id], message_id)
            return self._press(state, message, Button("", data), sender or chat.members[0])

    def expire_queries(self, bot: Bot) -> None:
        """All buttons pressed so far are too old to be answered."""
        with self.world.changed:
            for query in self.world.state(bot).queries.values():
                query.open = False

    def block(self, chat: Chat) -> int | None:
        """The person blocks the bot (private chat), or someone throws it out (group): it gets 403 from now on."""
        private = chat.type == "private"
        gone = (
            "Forbidden: bot was blocked by the user"
            if private
            else f"Forbidden: bot was kicked from the {chat.type} chat"
        )
        with self.world.changed:
            self.world.chat(chat).gone = gone
            return self._membership(chat, "member", "kicked")

    def unblock(self, chat: Chat) -> int | None:
        """The person takes the bot back (private chat)."""
        with self.world.changed:
            self.world.chat(chat).gone = None
            return self._membership(chat, "kicked", "member")

    def join(self, chat: Chat) -> int | None:
        """Someone adds the bot to the group; the id is that of `my_chat_member`, a service message follows."""
        with self.world.changed:
            self.world.chat(chat).gone = None
            update = self._membership(chat, "left", "member")
            self._service(chat, new_chat_members=[bot_json(chat.bot)])
            return update

    def migrate(self, chat: Chat) -> Chat:
        """The group becomes a supergroup: the old id answers 400 with `migrate_to_chat_id` from now on."""
        with self.world.changed:
            old = self.world.chat(chat)
            new = replace(chat, id=-1_000_000_000_000 - self.world.number(), type="supergroup")
            self.world.state(chat.bot).chats[new.id] = ChatState(new)
            self._service(chat, migrate_to_chat_id=new.id)
            self._service(new, migrate_from_chat_id=chat.id)
            old.migrated_to = new.id
            return new

    def tell(self, bot: Bot, kind: str, payload: Json) -> int | None:
        """Telegram sends any update, as `channel_post`, in fields of the Bot API."""
        with self.world.changed:
            update = self.world.state(bot).queue.add(kind, payload, lane=0)
            self.world.touch()
            return update

    def repeat(self, bot: Bot, update_id: int | None) -> None:
        """Telegram delivers an update once more.

        Raises:
            NotThere: there was no such update.
        """
        with self.world.changed:
            self.world.state(bot).queue.repeat(update_id or 0)
            self.world.touch()

    def hold(self, bot: Bot) -> None:
        """Updates are kept back from now on, until `release`."""
        with self.world.changed:
            self.world.state(bot).queue.hold()

    def release(self, bot: Bot, order: Order = list) -> None:
        """What was kept back goes out, in another order where `order` gives one (`reversed`, a shuffle)."""
        with self.world.changed:
            self.world.state(bot).queue.release(order)
            self.world.touch()

    def _write(self, chat: Chat, sender: User | None, **fields: Any) -> int | None:
        with self.world.changed:
            state, person = self.world.chat(chat), sender or chat.members[0]
            blank: Callable[..., Message] = Message
            message = state.add(
                blank(
                    **{"id": 0, "chat_id": chat.id, "sender": person.id, "date": self.world.clock(), "text": ""}
                    | fields
                )
            )
            return self._tell(chat, "message", state.wire(message), _heard(state, message))

    def _service(self, chat: Chat, **extra: Any) -> int | None:
        with self.world.changed:
            state = self.world.chat(chat)
            message = state.add(Message(0, chat.id, chat.members[0].id, self.world.clock(), "", extra=extra))
            return self._tell(chat, "message", state.wire(message), heard=True)

    def _press(self, state: ChatState, message: Message, button: Button, person: User) -> int | None:
        query = Query(str(self.world.number()), state.chat.id)
        self.world.state(state.chat.bot).queries[query.id] = query
        payload: Json = {
            "id": query.id,
            "from": user_json(person),
            "message": state.wire(message),
            "chat_instance": str(abs(state.chat.id) * 7919),
            "data": button.data,
        }
        return self._tell(state.chat, "callback_query", payload, heard=True)

    def _membership(self, chat: Chat, old: str, new: str) -> int | None:
        payload = {
            "chat": chat_json(chat),
            "from": user_json(chat.members[0]),
            "date": int(self.world.clock().timestamp()),
            "old_chat_member": _member(chat.bot, old),
            "new_chat_member": _member(chat.bot, new),
        }
        return self._tell(chat, "my_chat_member", payload, heard=True)

    def _tell(self, chat: Chat, kind: str, payload: Json, heard: bool) -> int | None:
        update = self.world.state(chat.bot).queue.add(kind, payload, chat.id) if heard else None
        self.world.touch()
        return update


def _member(bot: Bot, status: str) -> Json:
    """Source: Bot API, section "ChatMember"."""
    until = {"until_date": 0} if status == "kicked" else {}
    return {"status": status, "user": bot_json(bot)} | until


def _heard(state: ChatState, message: Message) -> bool:
    """Whether the bot sees the message at all: in a group with privacy mode on, only what is meant for it."""
    bot = state.chat.bot
    if state.chat.type == "private" or bot.reads_groups:
        return True
    command, _, name = message.text.partition(" ")[0].partition("@")
    answered = state.messages.get(message.reply_to or 0)
    for_bot = command.startswith("/") and name.lower() in ("", bot.username.lower())
    return for_bot or (answered is not None and answered.sender == bot.id)


def _newest(messages: list[Message], message_id: int | None) -> Message:
    for message in reversed(messages):
        if message_id in (None, message.id) and not message.deleted:
            return message
    raise NotThere(f"no message {message_id or ''} of this sender")


def _with_button(state: ChatState, label: str, message_id: int | None) -> Message | None:
    """The message with the inline button; None where none has it, and none is named."""
    shown = [each for each in state.messages.values() if not each.deleted]
    for message in reversed(shown):
        if message_id in (None, message.id) and label in message.labels:
            return message
    if message_id is not None:
        raise NotThere(f"message {message_id} has no button {label!r}")
    return None


def _keyboard_label(state: ChatState, label: str) -> str:
    """The label, where the reply keyboard shown now has it."""
    for message in reversed(state.messages.values()):
        if message.removes_keyboard:
            break
        if message.keyboard and label in [button.text for row in message.keyboard for button in row]:
            return label
    labels = sorted({each for message in state.messages.values() for each in message.labels})
    raise NotThere(f"no button {label!r} is shown; there are {labels}")
