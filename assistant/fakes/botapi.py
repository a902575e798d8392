"""A fake of Telegram's Bot API server: for the tests and the demo, over HTTP on 127.0.0.1.

Use it as a context manager, give its `url` to the bot's library, and play the people with `say`, `press` and so on.
"""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from types import TracebackType
from typing import Self, TypeVar

from klimapartner.assistant.fakes.botapi_faults import Fault, Rule
from klimapartner.assistant.fakes.botapi_http import HttpServer
from klimapartner.assistant.fakes.botapi_people import People
from klimapartner.assistant.fakes.botapi_updates import UpdateQueue
from klimapartner.assistant.fakes.botapi_values import Bot, Call, Chat, Json, Message, NotInTime, User
from klimapartner.assistant.fakes.botapi_webhook import Patience
from klimapartner.assistant.fakes.botapi_world import FIRST_UPDATE, BotState, ChatState, Clock, Limit, World

T = TypeVar("T")

PATIENCE = Patience()
WAIT_SECONDS = 5.0


def _now() -> datetime:
    return datetime.now(UTC)


class FakeBotApi(People):
    """The server and the test's side of it. All methods may be called from any thread.

    The acts of people (`say`, `press`, …) are described at `People`; the faults that `fail` takes in `botapi_faults`.
    """

    def __init__(self, port: int = 0, clock: Clock = _now, patience: Patience = PATIENCE) -> None:
        """Port 0 takes a free one; `clock` dates messages; `patience` is that with webhooks."""
        super().__init__(World(clock))
        self._http = HttpServer(self.world, port, patience)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def start(self) -> None:
        """Listens from now on; OSError where the port is taken."""
        self._http.start()

    def stop(self) -> None:
        """Ends all connections and the server's thread."""
        self._http.stop()

    @property
    def url(self) -> str:
        """The base address, without a slash at its end: "http://127.0.0.1:4711"."""
        return f"http://127.0.0.1:{self._http.port}"

    def add_bot(
        self, username: str = "klima_bot", name: str = "Klima", token: str | None = None, reads_groups: bool = False
    ) -> Bot:
        """A bot of this server; `reads_groups` is privacy mode switched off."""
        with self.world.changed:
            number = self.world.number()
            bot = Bot(number, token or f"{number}:fake-{username}", username, name, reads_groups)
            self.world.bots[bot.token] = BotState(bot, UpdateQueue(FIRST_UPDATE))
            return bot

    def add_user(
        self,
        first_name: str = "Ada",
        language: str | None = None,
        last_name: str | None = None,
        username: str | None = None,
    ) -> User:
        """A person; `language` is the code of the client, as "de"."""
        with self.world.changed:
            return User(self.world.number(), first_name, last_name, username, language)

    def private(self, bot: Bot, user: User) -> Chat:
        """The private chat of a person who has started the bot. Its id is that of the person."""
        return self._add_chat(Chat(bot, user.id, "private", "", (user,)))

    def group(self, bot: Bot, title: str, *members: User, type: str = "group") -> Chat:
        """A group, or with `type="supergroup"` a supergroup, that the bot is a member of, with at least one person."""
        with self.world.changed:
            number = self.world.number()
        return self._add_chat(
            Chat(bot, -number if type == "group" else -1_000_000_000_000 - number, type, title, members)
        )

    def _add_chat(self, chat: Chat) -> Chat:
        with self.world.changed:
            self.world.state(chat.bot).chats[chat.id] = ChatState(chat)
            return chat

    def fail(
        self,
        fault: Fault,
        times: int = 1,
        after: int = 0,
        method: str | None = None,
        chat: Chat | None = None,
        bot: Bot | None = None,
    ) -> None:
        """Of the calls that meet method, chat and bot, `after` go well, then `times` go wrong, then all go well.

        getUpdates goes wrong only where it is named, since it runs all the time.
        """
        with self.world.changed:
            self.world.faults.add(Rule(fault, after, times, method, chat, bot))

    def limit_bot(self, bot: Bot, count: int, seconds: float) -> None:
        """From now on the bot sends at most `count` messages in `seconds`; beyond that it gets 429."""
        with self.world.changed:
            self.world.limits.append(Limit(bot, count, seconds, each_chat=False))

    def limit_chats(self, bot: Bot, count: int, seconds: float) -> None:
        """From now on the bot sends at most `count` messages in `seconds` to any one chat; beyond that it gets 429."""
        with self.world.changed:
            self.world.limits.append(Limit(bot, count, seconds, each_chat=True))

    @contextmanager
    def outage(self) -> Iterator[None]:
        """Nobody listens at the port: connections end and new ones are refused, until the block is left."""
        self._http.pause()
        try:
            yield
        finally:
            self._http.resume()

    def history(self, chat: Chat) -> tuple[Message, ...]:
        """All messages of the chat, of people and of the bot, deleted ones too, in order."""
        with self.world.changed:
            return tuple(self.world.chat(chat).messages.values())

    def sent(self, chat: Chat) -> tuple[Message, ...]:
        """What the bot sent to the chat, in order, each as it is shown now."""
        return tuple(message for message in self.history(chat) if message.sender == chat.bot.id)

    def texts(self, chat: Chat) -> list[str]:
        """The texts of what the bot sent."""
        return [message.text for message in self.sent(chat)]

    def calls(self, method: str | None = None, bot: Bot | None = None, chat: Chat | None = None) -> tuple[Call, ...]:
        """The journal, oldest first; refused and cut calls, too. Method names count in any case."""
        with self.world.changed:
            return tuple(
                call
                for call in self.world.calls
                if (method is None or call.method.lower() == method.lower())
                and (bot is None or call.bot == bot)
                and (chat is None or (call.bot, call.chat_id) == (chat.bot, chat.id))
            )

    def answers(self, chat: Chat) -> list[Json]:
        """What the bot said by answerCallbackQuery in this chat, by parameters; open queries are left out."""
        with self.world.changed:
            queries = self.world.state(chat.bot).queries.values()
            return [query.answer for query in queries if query.chat_id == chat.id and query.answer is not None]

    def commands(self, bot: Bot, language: str = "", scope: str = "default") -> dict[str, str]:
        """The menu: description by command. A scope with ids reads "chat:5"."""
        with self.world.changed:
            commands = self.world.state(bot).profile.commands.get((scope, language), [])
            return {each["command"]: each["description"] for each in commands}

    def descriptions(self, bot: Bot) -> dict[str, str]:
        """What setMyDescription set, by language code."""
        with self.world.changed:
            return dict(self.world.state(bot).profile.descriptions)

    def short_descriptions(self, bot: Bot) -> dict[str, str]:
        """What setMyShortDescription set, by language code."""
        with self.world.changed:
            return dict(self.world.state(bot).profile.short_descriptions)

    def pending(self, bot: Bot) -> int:
        """How many updates the bot has not confirmed yet."""
        with self.world.changed:
            return len(self.world.state(bot).queue.pending)

    def polling(self, bot: Bot) -> bool:
        """Whether a getUpdates waits just now."""
        with self.world.changed:
            return self.world.state(bot).poll is not None

    def webhook_url(self, bot: Bot) -> str | None:
        """Where updates go, None without a webhook."""
        with self.world.changed:
            webhook = self.world.state(bot).webhook
            return webhook.url if webhook else None

    def webhook_error(self, bot: Bot) -> str | None:
        """What went wrong with the webhook last, as "Wrong response from the webhook: 401 Unauthorized"."""
        with self.world.changed:
            webhook = self.world.state(bot).webhook
            return webhook.last_error if webhook else None

    def wait_for(self, condition: Callable[[], T], timeout: float = WAIT_SECONDS) -> T:
        """Waits, at most `timeout` seconds, until `condition` gives something true, and gives that.

        It is asked at every change here, and some twenty times a second for what changes elsewhere. It blocks its
        thread: where the bot runs in the test's own event loop, await `until` instead.

        Raises:
            NotInTime: it did not.
        """
        end = time.monotonic() + timeout
        while True:
            seen = self.world.changes
            # Outside the lock, since a condition may itself ask the server over HTTP.
            if found := condition():
                return found
            if (left := end - time.monotonic()) <= 0:
                raise NotInTime(f"not within {timeout} s; last calls: {[_brief(call) for call in self.calls()[-5:]]}")
            self._wait_for_change(seen, min(left, 0.05))

    def _wait_for_change(self, seen: int, seconds: float) -> None:
        with self.world.changed:
            self.world.changed.wait_for(lambda: self.world.changes != seen, seconds)

    async def until(self, condition: Callable[[], T], timeout: float = WAIT_SECONDS) -> T:
        """As `wait_for`, without blocking the event loop."""
        return await asyncio.to_thread(self.wait_for, condition, timeout)

    def wait_sent(self, chat: Chat, count: int, timeout: float = WAIT_SECONDS) -> tuple[Message, ...]:
        """Waits until the bot has sent at least `count` messages to the chat, and gives all of them.

        Raises:
            NotInTime: it has not.
        """
        return self.wait_for(lambda: sent if len(sent := self.sent(chat)) >= count else (), timeout)

    async def until_sent(self, chat: Chat, count: int, timeout: float = WAIT_SECONDS) -> tuple[Message, ...]:
        """As `wait_sent`, without blocking the event loop."""
        return await asyncio.to_thread(self.wait_sent, chat, count, timeout)


def _brief(call: Call) -> str:
    return f"{call.method} {call.code} {call.description}".strip()
