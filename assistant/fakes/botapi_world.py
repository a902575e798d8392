"""What the fake server knows: bots, chats, messages, the journal. One lock, and whoever waits is woken by a change.

Time comes from the clock that the server was given.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime

from klimapartner.assistant.fakes.botapi_faults import Faults
from klimapartner.assistant.fakes.botapi_updates import UpdateQueue
from klimapartner.assistant.fakes.botapi_values import Bot, Call, Chat, Json, Message, NotThere, Refused
from klimapartner.assistant.fakes.botapi_wire import message_json

Clock = Callable[[], datetime]

FIRST_UPDATE = 100_000_001


@dataclass(slots=True)
class Query:
    """A pressed button that waits for answerCallbackQuery; `answer` is what the bot said."""

    id: str
    chat_id: int
    open: bool = True
    answer: Json | None = None


@dataclass(slots=True)
class Webhook:
    """What setWebhook set, and how it goes. Source: Bot API, section "WebhookInfo"."""

    url: str
    secret: str
    max_connections: int
    last_error: str | None = None
    last_error_at: datetime | None = None


@dataclass(slots=True)
class Poll:
    """A getUpdates that waits; a refusal put here ends it."""

    refusal: Refused | None = None


@dataclass(slots=True)
class Profile:
    """What the bot shows of itself, by language code ("" for all others); commands by scope, too."""

    commands: dict[tuple[str, str], list[Json]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    descriptions: dict[str, str] = field(default_factory=dict)
    short_descriptions: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class ChatState:
    """One chat of one bot. `gone` is the description of the 403 that the bot gets, where it cannot write any more."""

    chat: Chat
    messages: dict[int, Message] = field(default_factory=dict)
    gone: str | None = None
    migrated_to: int | None = None
    next_message: int = 1

    def add(self, message: Message) -> Message:
        """Keeps a message under the next number."""
        numbered = replace(message, id=self.next_message)
        self.messages[numbered.id] = numbered
        self.next_message += 1
        return numbered

    def wire(self, message: Message) -> Json:
        """The message as JSON, with the one it replies to."""
        return message_json(self.chat, message, self.messages.get(message.reply_to or 0))


@dataclass(slots=True)
class BotState:
    """One bot with all that is its own."""

    bot: Bot
    queue: UpdateQueue
    chats: dict[int, ChatState] = field(default_factory=dict)
    queries: dict[str, Query] = field(default_factory=dict)
    profile: Profile = field(default_factory=Profile)
    webhook: Webhook | None = None
    logged_out: bool = False
    poll: Poll | None = None


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `count` messages of a bot in `seconds`: in each chat for itself, or in all together."""

    bot: Bot
    count: int
    seconds: float
    each_chat: bool


class World:
    """The whole state. Take `changed` before reading or writing, and call `touch` after a change."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.changed = threading.Condition(threading.RLock())
        self.changes = 0
        self.bots: dict[str, BotState] = {}
        self.calls: list[Call] = []
        self.faults = Faults()
        self.limits: list[Limit] = []
        self._wakers: set[Callable[[], None]] = set()
        self._next_id = 1000

    def number(self) -> int:
        """A number that nobody else has."""
        self._next_id += 1
        return self._next_id

    def touch(self) -> None:
        """Wakes all who wait for a change."""
        self.changes += 1
        self.changed.notify_all()
        for wake in self._wakers:
            wake()

    @contextmanager
    def listening(self, wake: Callable[[], None]) -> Iterator[None]:
        """Calls `wake`, from any thread, at every change within the block."""
        with self.changed:
            self._wakers.add(wake)
        try:
            yield
        finally:
            with self.changed:
                self._wakers.discard(wake)

    def state(self, bot: Bot) -> BotState:
        """The state of `bot`.

        Raises:
            NotThere: the bot is not one of this server.
        """
        if bot.token not in self.bots:
            raise NotThere(f"no bot {bot.username}")
        return self.bots[bot.token]

    def chat(self, chat: Chat) -> ChatState:
        """The state of `chat`.

        Raises:
            NotThere: the chat is not one of this server.
        """
        chats = self.state(chat.bot).chats
        if chat.id not in chats:
            raise NotThere(f"no chat {chat.id}")
        return chats[chat.id]
