"""What the component's interface promises: once is once, nobody else's chat, nothing before consent, safe headers."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from chat_desk import chat_settings
from fastapi.testclient import TestClient
from httpx import Response

from klimapartner.assistant.chat_work import say
from klimapartner.assistant.staff_chat import has_left
from klimapartner.assistant.web.app import create_app
from klimapartner.assistant.web.assets import widget_script
from klimapartner.assistant.web.headers import POLICY
from klimapartner.assistant.workplace import Workplace, open_workplace
from klimapartner.storage.chat_lines import lines_of
from klimapartner.storage.chats import get_chat, list_chats

EMBEDDER = "https://www.klimastadt.example"
Opened = tuple[TestClient, Workplace]


@pytest.fixture
def open_site(tmp_path: Path) -> Iterator[Callable[..., Opened]]:
    """Opens a site with settings of its own."""
    opened: list[Any] = []

    def opens(**more: Any) -> Opened:
        web = {"embed": [EMBEDDER], "messages_per_minute": 5} | more.pop("web", {})
        place = open_workplace(chat_settings(f"sqlite:///{tmp_path}/chat.db", web=web, **more))
        work = place.__enter__()
        opened.append(place)
        return TestClient(create_app(work)), work

    yield opens
    for place in opened:
        place.__exit__(None, None, None)


@pytest.fixture
def site(open_site: Callable[..., Opened]) -> Opened:
    return open_site()


def begin(client: TestClient, **headers: str) -> str:
    answer = client.post("/chat/api/sessions", json={"consent": True, "language": "de"}, headers=headers)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["token"])


def write(client: TestClient, token: str, text: str, key: str = "key-0001", **body: Any) -> Response:
    headers = {"X-Chat-Token": token, "Idempotency-Key": key}
    return client.post("/chat/api/messages", json={"text": text} | body, headers=headers)


def said(client: TestClient, token: str) -> list[str]:
    lines = client.get("/chat/api/lines", headers={"X-Chat-Token": token}).json()["lines"]
    return ["".join(part["text"] for part in line["parts"]) for line in lines if line["who"] == "person"]


def test_a_message_with_the_same_key_is_taken_in_once(site: Opened) -> None:
    client, _ = site
    token = begin(client)
    first, second = (write(client, token, "Bis wann ist die Frist?") for _ in range(2))
    assert (first.status_code, first.json()["id"]) == (200, second.json()["id"])
    assert said(client, token) == ["Bis wann ist die Frist?"]


def test_the_same_key_in_another_chat_is_another_message(site: Opened) -> None:
    client, _ = site
    first, second = begin(client), begin(client)
    write(client, first, "Wer darf teilnehmen?")
    write(client, second, "Bis wann ist die Frist?")
    assert (said(client, first), said(client, second)) == (["Wer darf teilnehmen?"], ["Bis wann ist die Frist?"])


def test_the_greeting_says_that_it_is_a_machine_and_is_no_line_of_the_person(site: Opened) -> None:
    client, _ = site
    lines = client.post("/chat/api/sessions", json={"consent": True}).json()["lines"]
    assert [line["who"] for line in lines] == ["assistant"]
    assert "automatisch" in lines[0]["parts"][0]["text"]


def test_without_consent_there_is_no_chat(site: Opened) -> None:
    client, work = site
    assert client.post("/chat/api/sessions", json={"consent": False}).status_code == 422
    with work.database.reading() as session:
        assert list_chats(session) == []


def test_the_token_is_stored_as_a_hash_only(site: Opened) -> None:
    client, work = site
    token = begin(client)
    with work.database.reading() as session:
        (chat,) = list_chats(session)
    assert (chat.channel, len(chat.address), token in chat.address) == ("web", 64, False)


@pytest.mark.parametrize("path", ["lines", "events", "transcript.txt", "lines/1/document"])
def test_a_wrong_token_opens_nothing(site: Opened, path: str) -> None:
    client, _ = site
    begin(client)
    answer = client.get(f"/chat/api/{path}", headers={"X-Chat-Token": "wrong"})
    assert (answer.status_code, answer.json()) == (401, {"error": "ended"})


def test_a_pressed_button_is_shown_with_its_label(site: Opened) -> None:
    client, _ = site
    opened = client.post("/chat/api/sessions", json={"consent": True}).json()
    button = opened["lines"][0]["buttons"][0][0]
    write(client, opened["token"], button["value"], kind="button")
    assert said(client, opened["token"]) == [button["label"]]


def test_too_many_messages_are_refused_with_the_time_to_wait(site: Opened) -> None:
    client, _ = site
    token = begin(client)
    answers = [write(client, token, "Hallo", key=f"key-{number:05}") for number in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert answers[-1].json() == {"error": "too_many"}
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 61


@pytest.mark.parametrize(
    ("text", "key", "status", "code"),
    [
        ("  ", "key-0001", 422, "empty"),
        ("x" * 4001, "key-0001", 422, "too_long"),
        ("Hallo", "short", 400, "failed"),
        ("Hallo", "no blanks here", 400, "failed"),
    ],
)
def test_what_is_wrong_with_a_message(site: Opened, text: str, key: str, status: int, code: str) -> None:
    client, _ = site
    answer = write(client, begin(client), text, key=key)
    assert (answer.status_code, answer.json()) == (status, {"error": code})


def test_a_huge_body_is_refused_unread(site: Opened) -> None:
    client, _ = site
    assert write(client, "any", "x" * 100_000).status_code == 413


def test_a_forgotten_chat_is_empty_and_its_token_opens_nothing(site: Opened) -> None:
    client, work = site
    token = begin(client)
    write(client, token, "Bis wann ist die Frist?")
    assert client.delete("/chat/api/session", headers={"X-Chat-Token": token}).status_code == 204
    assert write(client, token, "Noch da?", key="key-0002").status_code == 401
    with work.database.reading() as session:
        (chat,) = list_chats(session)
        assert (lines_of(session, chat.id), dict(chat.state), chat.active) == ([], {}, False)


@pytest.mark.parametrize(("ending", "kind"), [("txt", "text/plain"), ("html", "text/html")])
def test_the_transcript_holds_what_was_said(site: Opened, ending: str, kind: str) -> None:
    client, _ = site
    token = begin(client)
    write(client, token, "Darf <b>jede</b> Stadt mitmachen?")
    answer = client.get(f"/chat/api/transcript.{ending}", headers={"X-Chat-Token": token})
    expected = "Darf <b>jede</b> Stadt" if ending == "txt" else "Darf &lt;b&gt;jede&lt;/b&gt; Stadt"
    assert (answer.headers["content-type"].partition(";")[0], expected in answer.text) == (kind, True)
    assert answer.headers["content-disposition"] == f"attachment; filename*=UTF-8''Chatverlauf-{today(site)}.{ending}"


def today(site: Opened) -> str:
    return f"{site[1].clock():%Y-%m-%d}"


def test_a_fetching_browser_is_there(site: Opened) -> None:
    client, work = site
    token = begin(client)
    client.get("/chat/api/lines", headers={"X-Chat-Token": token})
    with work.database.reading() as session:
        (chat,) = list_chats(session)
        assert has_left(session, chat, now=work.clock()) is False


def test_the_teams_answer_is_fetched(site: Opened) -> None:
    client, work = site
    token = begin(client)
    with work.database.session() as session:
        say(session, get_chat(session, 1), "Hier ist das Team.", now=work.clock())
    lines = client.get("/chat/api/lines", headers={"X-Chat-Token": token}).json()["lines"]
    assert (lines[-1]["who"], lines[-1]["parts"]) == ("staff", [{"text": "Hier ist das Team.", "href": ""}])


@pytest.mark.parametrize(
    ("origin", "status", "allowed"),
    [
        (EMBEDDER, 200, EMBEDDER),
        ("https://evil.example", 403, None),
        ("null", 403, None),
        ("http://testserver", 200, None),
    ],
)
def test_only_allowed_origins_may_call(site: Opened, origin: str, status: int, allowed: str | None) -> None:
    client, _ = site
    answer = client.get("/chat/api/config?lang=de", headers={"Origin": origin})
    assert (answer.status_code, answer.headers.get("access-control-allow-origin")) == (status, allowed)
    assert "access-control-allow-credentials" not in answer.headers


def test_cors_ends_at_the_interface(site: Opened) -> None:
    client, _ = site
    answer = client.get("/chat", headers={"Origin": EMBEDDER})
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize(
    "path", ["/chat", "/chat/privacy", "/healthz", "/chat/api/config", "/nowhere", "/chat/widget.js"]
)
def test_every_answer_is_safe(site: Opened, path: str) -> None:
    headers = site[0].get(path).headers
    assert (headers["content-security-policy"], headers["x-content-type-options"]) == (POLICY, "nosniff")
    assert (headers["referrer-policy"], headers["x-frame-options"]) == ("same-origin", "DENY")
    assert "unsafe" not in POLICY


def test_health(site: Opened) -> None:
    assert site[0].get("/healthz").json() == {"status": "ok", "waiting": 0}


@pytest.mark.parametrize("more", [{"controller": {"name": ""}}, {"controller": {"name": "Stelle"}}])
def test_without_a_controller_nothing_is_taken_in(open_site: Callable[..., Opened], more: dict[str, Any]) -> None:
    client, _ = open_site(**more)
    assert client.post("/chat/api/sessions", json={"consent": True}).json() == {"error": "not_ready"}
    assert client.get("/chat").status_code == 503


def test_a_chat_that_is_off_is_not_there(open_site: Callable[..., Opened]) -> None:
    client, _ = open_site(web={"chat": False})
    assert [client.get(path).status_code for path in ("/chat", "/chat/widget.js", "/healthz")] == [404, 404, 200]


def test_the_component_is_small_and_loads_nothing_from_elsewhere() -> None:
    script = widget_script()
    assert len(script.encode()) < 20_000
    assert script.replace("http://www.w3.org/2000/svg", "").count("://") == 0
