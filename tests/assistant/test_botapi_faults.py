"""The fake Bot API server goes wrong on purpose: refusals, floods, proxies, cut connections, outages."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from klimapartner.assistant.fakes import botapi_faults as faults
from klimapartner.assistant.fakes.botapi import FakeBotApi
from klimapartner.assistant.fakes.botapi_polling import OTHER_POLLER
from klimapartner.assistant.fakes.botapi_values import Bot, Chat

Ask = Callable[..., Any]

BLOCKED = (403, "Forbidden: bot was blocked by the user")


@pytest.mark.parametrize(
    ("fault", "answer"),
    [
        (faults.flood(7), (429, "Too Many Requests: retry after 7", {"retry_after": 7})),
        (faults.forbidden(), BLOCKED),
        (faults.conflict(), (409, OTHER_POLLER)),
        (faults.bad_request("Bad Request: MESSAGE_ID_INVALID"), (400, "Bad Request: MESSAGE_ID_INVALID")),
    ],
)
def test_the_next_call_is_refused(
    fake: FakeBotApi, ask: Ask, chat: Chat, fault: faults.Fault, answer: tuple[Any, ...]
) -> None:
    fake.fail(fault)
    assert ask("sendMessage", chat_id=chat.id, text="a") == answer
    assert ask("sendMessage", chat_id=chat.id, text="b")["text"] == "b"
    assert fake.texts(chat) == ["b"]


def test_a_fault_meets_the_method_the_chat_and_the_number_it_was_meant_for(
    fake: FakeBotApi, ask: Ask, bot: Bot, chat: Chat
) -> None:
    other = fake.private(bot, fake.add_user("Bea"))
    fake.fail(faults.flood(1), times=2, method="sendMessage", chat=chat)
    codes = [
        ask("sendMessage", chat_id=where, text="a")[0]
        if where == chat.id
        else ask("sendMessage", chat_id=where, text="a")
        for where in (chat.id, chat.id)
    ]
    assert codes == [429, 429]
    assert ask("sendMessage", chat_id=other.id, text="a")["text"] == "a"
    assert ask("sendChatAction", chat_id=chat.id, action="typing") is True
    assert ask("sendMessage", chat_id=chat.id, text="a")["text"] == "a"


def test_polls_go_wrong_only_where_they_are_named(fake: FakeBotApi, ask: Ask) -> None:
    fake.fail(faults.flood(1))
    assert ask("getUpdates") == []
    fake.fail(faults.conflict(), method="getUpdates")
    assert ask("getUpdates") == (409, OTHER_POLLER)


def test_the_proxy_answers_with_a_page(fake: FakeBotApi, bot: Bot) -> None:
    fake.fail(faults.bad_gateway())
    answer = httpx.post(f"{fake.url}/bot{bot.token}/getMe")
    assert (answer.status_code, answer.headers["content-type"]) == (502, "text/html; charset=utf-8")
    assert "502 Bad Gateway" in answer.text


@pytest.mark.parametrize(("fault", "delivered"), [(faults.accepted_but_cut(), ["a"]), (faults.lost(), [])])
def test_the_connection_is_cut_with_or_without_delivery(
    fake: FakeBotApi, ask: Ask, chat: Chat, fault: faults.Fault, delivered: list[str]
) -> None:
    fake.fail(fault)
    with pytest.raises(httpx.RemoteProtocolError):
        ask("sendMessage", chat_id=chat.id, text="a")
    assert fake.texts(chat) == delivered
    assert [(call.code, call.accepted) for call in fake.calls("sendMessage")] == [(0, bool(delivered))]


def test_a_slow_answer_is_delivered_though_the_client_gave_up(fake: FakeBotApi, bot: Bot, chat: Chat) -> None:
    fake.fail(faults.slow(30))
    with pytest.raises(httpx.ReadTimeout):
        httpx.post(f"{fake.url}/bot{bot.token}/sendMessage", json={"chat_id": chat.id, "text": "a"}, timeout=0.2)
    assert fake.texts(chat) == ["a"]


def test_during_an_outage_nobody_listens(fake: FakeBotApi, ask: Ask, bot: Bot) -> None:
    with ThreadPoolExecutor() as pool:
        poll = pool.submit(ask, "getUpdates", timeout=30)
        fake.wait_for(lambda: fake.polling(bot))
        with fake.outage():
            with pytest.raises(httpx.RemoteProtocolError):
                poll.result(5)
            with pytest.raises(httpx.ConnectError):
                ask("getMe")
    assert ask("getMe")["id"] == bot.id


def test_flood_limits_hold_for_each_chat_and_by_the_clock() -> None:
    now = datetime(2026, 3, 29, tzinfo=UTC)
    with FakeBotApi(clock=lambda: now) as fake:
        bot = fake.add_bot()
        ada, bea = (fake.private(bot, fake.add_user(name)) for name in ("Ada", "Bea"))
        fake.limit_chats(bot, count=2, seconds=60)

        def send(chat: Chat) -> Any:
            return httpx.post(f"{fake.url}/bot{bot.token}/sendMessage", json={"chat_id": chat.id, "text": "a"}).json()

        assert [send(ada)["ok"], send(ada)["ok"], send(bea)["ok"]] == [True, True, True]
        now += timedelta(seconds=20)
        assert send(ada)["parameters"] == {"retry_after": 40}
        now += timedelta(seconds=40)
        assert send(ada)["ok"] is True


def test_a_flood_limit_of_the_whole_bot(fake: FakeBotApi, ask: Ask, bot: Bot, chat: Chat) -> None:
    other = fake.private(bot, fake.add_user("Bea"))
    fake.limit_bot(bot, count=1, seconds=600)
    ask("sendMessage", chat_id=chat.id, text="a")
    assert ask("sendMessage", chat_id=other.id, text="a")[0] == 429
    assert ask("sendChatAction", chat_id=other.id, action="typing") is True


def test_the_second_of_three_goes_wrong(fake: FakeBotApi, ask: Ask, chat: Chat) -> None:
    fake.fail(faults.lost(), after=1)
    ask("sendMessage", chat_id=chat.id, text="1")
    with pytest.raises(httpx.RemoteProtocolError):
        ask("sendMessage", chat_id=chat.id, text="2")
    ask("sendMessage", chat_id=chat.id, text="3")
    assert fake.texts(chat) == ["1", "3"]
