"""The fake Bot API server posts updates to a webhook: with the secret, in order for each chat, until it is thanked."""

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

import httpx
import pytest

from klimapartner.assistant.fakes.botapi import FakeBotApi
from klimapartner.assistant.fakes.botapi_values import Bot, Chat
from klimapartner.assistant.fakes.botapi_webhook import SECRET_HEADER, Patience

Ask = Callable[..., Any]


@dataclass
class Receiver:
    """A webhook: it keeps what comes, and answers with the next of `answers`, then with an empty 200."""

    url: str = ""
    texts: list[str] = field(default_factory=list)
    secrets: list[str | None] = field(default_factory=list)
    answers: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    gate: Event = field(default_factory=Event)

    def receive(self, update: dict[str, Any], secret: str | None) -> tuple[int, dict[str, Any]]:
        self.texts.append(update["message"]["text"])
        self.secrets.append(secret)
        self.gate.wait(5)
        return self.answers.pop(0) if self.answers else (200, {})


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    kept = Receiver()
    kept.gate.set()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            update = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status, answer = kept.receive(update, self.headers[SECRET_HEADER])
            with suppress(BrokenPipeError, ConnectionResetError):  # the server that was kept waiting has hung up
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(json.dumps(answer).encode())

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        kept.url = f"http://127.0.0.1:{server.server_address[1]}/hook"
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield kept
        server.shutdown()


def test_updates_come_with_the_secret_and_are_then_forgotten(
    fake: FakeBotApi, ask: Ask, bot: Bot, chat: Chat, receiver: Receiver
) -> None:
    ask("setWebhook", url=receiver.url, secret_token="Geheim_1-2")
    fake.say(chat, "a")
    fake.wait_for(lambda: fake.pending(bot) == 0)
    assert (receiver.texts, receiver.secrets) == (["a"], ["Geheim_1-2"])


def test_without_a_secret_there_is_no_header(
    fake: FakeBotApi, ask: Ask, bot: Bot, chat: Chat, receiver: Receiver
) -> None:
    fake.say(chat, "from before")
    ask("setWebhook", url=receiver.url)
    fake.wait_for(lambda: fake.pending(bot) == 0)
    assert (receiver.texts, receiver.secrets) == (["from before"], [None])


def test_an_update_is_repeated_until_it_is_thanked_and_the_next_of_the_chat_waits(
    fake: FakeBotApi, ask: Ask, bot: Bot, chat: Chat, receiver: Receiver
) -> None:
    receiver.answers = [(500, {}), (404, {}), (200, {})]
    ask("setWebhook", url=receiver.url)
    for text in ("a", "b"):
        fake.say(chat, text)
    fake.wait_for(lambda: fake.pending(bot) == 0)
    assert receiver.texts == ["a", "a", "a", "b"]
    info = ask("getWebhookInfo")
    assert (info["url"], info["pending_update_count"]) == (receiver.url, 0)
    assert info["last_error_message"] == "Wrong response from the webhook: 404 Not Found"


def test_a_slow_webhook_gets_the_update_again(receiver: Receiver) -> None:
    with FakeBotApi(patience=Patience(answer=0.1, pause=0.01)) as fake:
        bot = fake.add_bot()
        chat = fake.private(bot, fake.add_user())
        receiver.gate.clear()
        httpx.post(f"{fake.url}/bot{bot.token}/setWebhook", json={"url": receiver.url})
        fake.say(chat, "a")
        fake.wait_for(lambda: len(receiver.texts) >= 2)
        receiver.gate.set()
        fake.wait_for(lambda: fake.pending(bot) == 0)
    assert set(receiver.texts) == {"a"}


def test_the_server_gives_up_in_the_end(receiver: Receiver) -> None:
    with FakeBotApi(patience=Patience(pause=0.0, attempts=3)) as fake:
        bot = fake.add_bot()
        chat = fake.private(bot, fake.add_user())
        receiver.answers = [(500, {})] * 3
        httpx.post(f"{fake.url}/bot{bot.token}/setWebhook", json={"url": receiver.url})
        fake.say(chat, "a")
        fake.wait_for(lambda: fake.pending(bot) == 0)
    assert receiver.texts == ["a", "a", "a"]


def test_another_chat_does_not_wait(fake: FakeBotApi, ask: Ask, bot: Bot, chat: Chat, receiver: Receiver) -> None:
    other = fake.private(bot, fake.add_user("Bea"))
    receiver.gate.clear()
    ask("setWebhook", url=receiver.url)
    fake.say(chat, "a")
    fake.say(other, "b")
    fake.wait_for(lambda: len(receiver.texts) == 2)
    receiver.gate.set()
    fake.wait_for(lambda: fake.pending(bot) == 0)
    assert sorted(receiver.texts) == ["a", "b"]


def test_the_same_update_comes_twice(fake: FakeBotApi, ask: Ask, bot: Bot, chat: Chat, receiver: Receiver) -> None:
    ask("setWebhook", url=receiver.url)
    fake.repeat(bot, fake.say(chat, "a"))
    fake.wait_for(lambda: fake.pending(bot) == 0)
    assert receiver.texts == ["a", "a"]


def test_a_webhook_may_answer_with_a_call(fake: FakeBotApi, ask: Ask, chat: Chat, receiver: Receiver) -> None:
    receiver.answers = [(200, {"method": "sendMessage", "chat_id": chat.id, "text": "gleich"})]
    ask("setWebhook", url=receiver.url)
    fake.say(chat, "a")
    assert [message.text for message in fake.wait_sent(chat, 1)] == ["gleich"]


def test_updates_wait_while_nobody_is_there(
    fake: FakeBotApi, ask: Ask, bot: Bot, chat: Chat, receiver: Receiver
) -> None:
    ask("setWebhook", url="http://127.0.0.1:9/hook")
    fake.say(chat, "a")
    fake.wait_for(lambda: "last_error_message" in ask("getWebhookInfo"))
    assert ask("getWebhookInfo")["last_error_message"] == "Connection refused"
    ask("setWebhook", url=receiver.url)
    fake.wait_for(lambda: fake.pending(bot) == 0)
    assert receiver.texts == ["a"]


def test_pending_updates_are_dropped_on_demand(fake: FakeBotApi, ask: Ask, bot: Bot, chat: Chat) -> None:
    fake.say(chat, "a")
    assert ask("deleteWebhook", drop_pending_updates=True) is True
    assert (fake.pending(bot), ask("getUpdates")) == (0, [])


@pytest.mark.parametrize(
    ("params", "description"),
    [
        ({"url": "http://127.0.0.1:9/"}, "Webhook was set"),
        ({"url": ""}, "Webhook is already deleted"),
        ({"url": "ftp://example.org"}, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook"),
        (
            {"url": "http://127.0.0.1:9/", "secret_token": "mit Leerzeichen"},
            "Bad Request: secret token contains unallowed characters",
        ),
        ({"url": "http://127.0.0.1:9/", "secret_token": "x" * 257}, "Bad Request: secret token is too long"),
    ],
)
def test_setting_a_webhook_is_commented(fake: FakeBotApi, bot: Bot, params: dict[str, str], description: str) -> None:
    answer = httpx.post(f"{fake.url}/bot{bot.token}/setWebhook", json=params)
    assert answer.json()["description"] == description


def test_what_is_known_of_a_webhook(fake: FakeBotApi, ask: Ask, bot: Bot) -> None:
    assert ask("getWebhookInfo") == {"url": "", "has_custom_certificate": False, "pending_update_count": 0}
    ask("setWebhook", url="http://127.0.0.1:9/", allowed_updates=["message"], max_connections=3)
    assert ask("getWebhookInfo") == {
        "url": "http://127.0.0.1:9/",
        "has_custom_certificate": False,
        "pending_update_count": 0,
        "max_connections": 3,
        "ip_address": "127.0.0.1",
        "allowed_updates": ["message"],
    }
    assert fake.webhook_url(bot) == "http://127.0.0.1:9/"
