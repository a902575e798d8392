"""A fake Bot API server with one bot and one person, for the tests of what talks to Telegram."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from chat_desk import chat_workplace, desk

from klimapartner.assistant.fakes.botapi import FakeBotApi
from klimapartner.assistant.fakes.botapi_values import Bot, Chat

__all__ = ["chat_workplace", "desk"]

Ask = Callable[..., Any]


@pytest.fixture
def fake() -> Iterator[FakeBotApi]:
    with FakeBotApi() as server:
        yield server


@pytest.fixture
def bot(fake: FakeBotApi) -> Bot:
    return fake.add_bot()


@pytest.fixture
def chat(fake: FakeBotApi, bot: Bot) -> Chat:
    return fake.private(bot, fake.add_user("Ada", language="de", username="ada"))


@pytest.fixture
def ask(fake: FakeBotApi, bot: Bot) -> Iterator[Ask]:
    """Calls a method of the Bot API by plain HTTP: the result, or code and description, and parameters if any."""
    with httpx.Client(base_url=fake.url, timeout=10) as client:

        def call(method: str, token: str = bot.token, **params: Any) -> Any:
            answer = client.post(f"/bot{token}/{method}", json=params).json()
            if answer["ok"]:
                return answer["result"]
            refusal = (answer["error_code"], answer["description"])
            return (*refusal, answer["parameters"]) if "parameters" in answer else refusal

        yield call
