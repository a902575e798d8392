"""The web routes on a real server and on both databases: answers, the stream of events, files, limits."""

import json
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from chat_desk import NOW, Desk, Hands, chat_settings
from fastapi.testclient import TestClient
from postgres_server import new_database

from klimapartner.assistant.chat_work import say
from klimapartner.assistant.web import stream
from klimapartner.assistant.web.app import create_app
from klimapartner.assistant.web.server import running
from klimapartner.assistant.web.streams import Streams
from klimapartner.assistant.workplace import Workplace, open_workplace
from klimapartner.storage.chats import get_chat, list_chats

Site = tuple[httpx.Client, Workplace]


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server on 10 February 2022, before the workshop."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('web')}/klimapartner.db"
    else:
        url = new_database(request.getfixturevalue("postgres_server"), f"web_{secrets.token_hex(4)}")
    settings = chat_settings(url, web={"port": 0, "messages_per_minute": 10_000})
    with (
        open_workplace(settings, lambda: NOW) as work,
        running(work) as (address, _),
        httpx.Client(base_url=f"{address}/chat/api", timeout=30) as client,
    ):
        yield client, work


@pytest.fixture
def token(site: Site) -> str:
    """A chat that has begun."""
    return begin(site[0])


def begin(client: httpx.Client) -> str:
    return str(client.post("sessions", json={"consent": True, "language": "de"}).json()["token"])


def post(client: httpx.Client, token: str, text: str, kind: str = "text", after: int = 0) -> list[dict[str, Any]]:
    headers = {"X-Chat-Token": token, "Idempotency-Key": secrets.token_hex(8)}
    answer = client.post("messages", json={"kind": kind, "text": text, "after": after}, headers=headers)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["lines"])


def texts(lines: list[dict[str, Any]]) -> list[str]:
    return ["".join(part["text"] for part in line["parts"]) for line in lines if line["who"] != "person"]


def press(client: httpx.Client, token: str, label: str) -> list[dict[str, Any]]:
    lines = client.get("lines", headers={"X-Chat-Token": token}).json()["lines"]
    buttons = [button for line in lines[::-1] for row in line["buttons"] for button in row]
    value = next(button["value"] for button in buttons if button["label"] == label)
    return post(client, token, value, "button", lines[-1]["id"])


def events(client: httpx.Client, token: str, after: int, most: int) -> Iterator[str]:
    """The first lines of a stream, without the empty ones."""
    headers = {"X-Chat-Token": token, "Last-Event-ID": str(after)}
    with client.stream("GET", "events", headers=headers) as answer:
        assert answer.status_code == 200
        seen = filter(None, answer.iter_lines())
        yield from (line for line, _ in zip(seen, range(most), strict=False))


@pytest.mark.shared
def test_dev_lines_are_answered_as_in_any_other_channel(site: Site, shared: Path) -> None:
    client, work = site
    rows = [json.loads(line) for line in (shared / "gold/dev/chat.jsonl").read_text(encoding="utf-8").splitlines()]
    # On PostgreSQL a part is enough: what is said does not hang on the database.
    for row in rows[:: 10 if "postgresql" in work.settings.database else 1]:
        token, other = begin(client), Desk(work, Hands(), channel="terminal")
        first = client.get("lines", headers={"X-Chat-Token": token}).json()["lines"][-1]["id"]
        other.command("start")
        assert texts(post(client, token, row["text"], after=first)) == [
            reply.strip("\n") for reply in other.say(row["text"])
        ]


def test_a_stream_begins_after_the_last_event_that_the_browser_has(site: Site, token: str) -> None:
    client, _ = site
    lines = post(client, token, "Bis wann ist die Frist?")
    told = list(events(client, token, lines[-2]["id"], 4))
    assert told[:3] == [": hello", f"id: {lines[-1]['id']}", "event: line"]
    assert json.loads(told[3].removeprefix("data: ")) == lines[-1]


def test_what_was_seen_is_not_sent_again(site: Site, token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    client, _ = site
    monkeypatch.setattr(stream, "LOOK_SECONDS", 0.01)
    last = post(client, token, "Bis wann ist die Frist?")[-1]["id"]
    assert list(events(client, token, last, 3)) == [": hello", ": still here", ": still here"]


def test_what_the_team_says_comes_by_the_stream(site: Site, token: str) -> None:
    client, work = site
    last = client.get("lines", headers={"X-Chat-Token": token}).json()["lines"][-1]["id"]
    with work.database.session() as session:
        newest = max(chat.id for chat in list_chats(session))
        say(session, get_chat(session, newest), "Hier ist das Team.", now=NOW)
    told = list(events(client, token, last, 4))
    assert texts([json.loads(told[3].removeprefix("data: "))]) == ["Hier ist das Team."]


def test_a_stream_that_no_proxy_may_hold_back(site: Site, token: str) -> None:
    with site[0].stream("GET", "events", headers={"X-Chat-Token": token}) as answer:
        kept = [answer.headers[name] for name in ("content-type", "cache-control", "x-accel-buffering")]
    assert kept == ["text/event-stream; charset=utf-8", "no-cache", "no"]


def test_the_stream_of_a_deleted_chat_ends(site: Site, token: str) -> None:
    client, _ = site
    headers = {"X-Chat-Token": token}
    with client.stream("GET", "events", headers=headers) as answer:
        client.delete("session", headers=headers)
        assert list(filter(None, answer.iter_lines()))[-2:] == ["event: ended", "data: {}"]


def test_the_workshop_comes_with_a_calendar_file(site: Site, token: str) -> None:
    client, _ = site
    post(client, token, "Ich möchte mich zum Workshop anmelden")
    post(client, token, "Stadt Datteln")
    press(client, token, "Einverstanden, weiter")
    post(client, token, "Kim Muster, kim@datteln.example")
    line = press(client, token, "Ja, absenden")[-1]
    answer = client.get(f"lines/{line['id']}/document", headers={"X-Chat-Token": token})
    assert answer.headers["content-type"].partition(";")[0] == "text/calendar"
    assert answer.headers["content-disposition"] == f"attachment; filename*=UTF-8''{line['document']}"
    assert line["document"].endswith(".ics")
    assert answer.text.splitlines()[0] == "BEGIN:VCALENDAR"


def test_the_file_of_another_chat_is_not_there(site: Site, token: str) -> None:
    client, _ = site
    answer = client.get("lines/1/document", headers={"X-Chat-Token": token})
    assert (answer.status_code, answer.json()) == (404, {"error": "failed"})


@pytest.mark.parametrize(("limits", "status"), [((0, 5), 503), ((5, 0), 429)])
def test_too_many_streams_are_refused_calmly(tmp_path: Path, limits: tuple[int, int], status: int) -> None:
    with open_workplace(chat_settings(f"sqlite:///{tmp_path}/chat.db")) as work:
        app = create_app(work)
        app.state.desk.streams._most, app.state.desk.streams._most_of_an_address = limits
        client = TestClient(app)
        token = client.post("/chat/api/sessions", json={"consent": True}).json()["token"]
        answer = client.get("/chat/api/events", headers={"X-Chat-Token": token})
    assert (answer.status_code, answer.json(), answer.headers["Retry-After"]) == (status, {"error": "busy"}, "20")


def test_a_closed_stream_makes_room() -> None:
    streams = Streams(most=2, most_of_an_address=1)
    with streams.one_more("a"):
        assert (streams.refusal("a"), streams.refusal("b")) == (429, 0)
        with streams.one_more("b"):
            assert streams.refusal("c") == 503
    assert streams.refusal("a") == 0
