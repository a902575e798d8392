"""Several web processes on one database: chats are answered once and in order, whoever signed in is so at each."""

import secrets
from typing import Any

import pytest
from chat_desk import chat_settings
from console_desk import PASSWORD, Console, Staff
from fastapi.testclient import TestClient
from postgres_server import new_database

from klimapartner.assistant.chat_work import receive
from klimapartner.assistant.dialogue.contract import Event
from klimapartner.assistant.settings import Settings
from klimapartner.assistant.web.app import create_app
from klimapartner.assistant.workplace import Workplace, open_workplace
from klimapartner.storage.chat_inbox import count_waiting, list_parked
from klimapartner.storage.chat_lines import lines_of
from klimapartner.storage.chats import find_chat
from machines import Machines, wait_until

SAID = [f"Bis wann ist die Frist? ({number})" for number in range(12)]


@pytest.fixture
def settings(postgres_server: str) -> Settings:
    more: dict[str, Any] = {"web": {"port": 0}}
    return chat_settings(new_database(postgres_server, f"web_{secrets.token_hex(4)}"), **more)


def say(work: Workplace, address: str, number: int) -> None:
    receive(work, channel="web", address=address, key=f"{address}:{number}", event=Event("text", SAID[number]))


def said_in(work: Workplace, address: str) -> tuple[list[str], list[int | None]]:
    """What the person said, and to which update each answer belongs, both in the chat's order."""
    with work.database.reading() as session:
        chat = find_chat(session, "web", address)
        assert chat is not None
        lines = lines_of(session, chat.id)
    answers = [line.update_id for line in lines if line.who == "assistant"]
    return [line.text for line in lines if line.who == "person"], answers


@pytest.mark.postgres
@pytest.mark.parametrize("count", [4, pytest.param(500, marks=pytest.mark.long)])
def test_chats_keep_their_order_over_three_processes(machines: Machines, settings: Settings, count: int) -> None:
    chats = [f"chat{number}" for number in range(count)]
    with open_workplace(settings) as work:
        processes = [machines.start(settings, "web") for _ in range(3)]
        for number in range(len(SAID)):
            for chat in chats:
                say(work, chat, number)

        def answered() -> bool:
            with work.database.reading() as session:
                return count_waiting(session) == 0

        wait_until(answered, "all is answered", 120.0 + 2 * count)
        for chat in chats:
            lines, answers = said_in(work, chat)
            assert lines == SAID
            assert answers == sorted(answers, key=lambda update: update or 0)
        with work.database.reading() as session:
            assert list_parked(session) == []
    assert sum(machines.reached("klimapartner.chat.answered").values()) == len(SAID) * len(chats)
    assert machines.reached("klimapartner.chat.answered").keys() <= set(processes)


def test_whoever_signs_in_at_one_process_is_so_at_all_and_a_lock_holds_at_all(any_console: Console) -> None:
    with open_workplace(any_console.work.settings, any_console.work.clock) as other:
        there = create_app(other)
        here, lead = any_console.sign_in("lead"), Staff(_client(there), "lead")
        lead.client.cookies.update(here.client.cookies)
        assert lead.get("/account").url.path == "/console/account"
        lead.post("/logout")
        assert here.get("/account").url.path == "/console/login"

        for client in (any_console.client(), _client(there)):
            for _ in range(5):
                client.post("/console/login", data={"name": "editor", "password": "wrong wrong wrong"})
        for client in (any_console.client(), _client(there)):
            assert client.post("/console/login", data={"name": "editor", "password": PASSWORD}).status_code == 403


def _client(app: Any) -> TestClient:
    return TestClient(app, base_url="http://localhost", headers={"Origin": "http://localhost"})
