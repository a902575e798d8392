"""The chat as plain forms: consent first, one cookie, forms that only our own page can send."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from chat_desk import NOW, Desk, Hands, chat_settings, entered
from fastapi.testclient import TestClient
from httpx import Response

from klimapartner.assistant.chat_links import links_into_chat
from klimapartner.assistant.web.app import create_app
from klimapartner.assistant.workplace import open_workplace
from klimapartner.storage.search import entry_by_reference


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    with open_workplace(chat_settings(f"sqlite:///{tmp_path}/chat.db", web={"messages_per_minute": 3})) as work:
        yield TestClient(create_app(work))


@pytest.fixture
def linked(tmp_path: Path) -> Iterator[tuple[TestClient, str, str]]:
    """A site, the link of an acknowledgement, and the reference of its entry."""
    settings = chat_settings(f"sqlite:///{tmp_path}/linked.db", web={"public_url": "http://testserver"})
    with open_workplace(settings, lambda: NOW) as work:
        reference = entered(Desk(work, Hands()), "Herzogenaurach")
        with work.database.session() as session:
            entry = entry_by_reference(session, reference)
            assert entry is not None
            (link,) = links_into_chat(session, settings, entry.id, now=NOW)
        yield TestClient(create_app(work)), link.removeprefix("http://testserver"), reference


def begin(client: TestClient, language: str = "de") -> Response:
    return client.post("/chat/start", data={"language": language}, follow_redirects=False)


def hidden(client: TestClient) -> dict[str, str]:
    page = client.get("/chat").text
    return {name: re.findall(f'name="{name}" value="([^"]*)"', page)[0] for name in ("guard", "key")}


def mine(page: str) -> list[str]:
    return re.findall(r'<li class="person".*?<p class="text">(.*?)</p>', page, re.DOTALL)


def test_no_cookie_before_the_start(client: TestClient) -> None:
    answer = client.get("/chat")
    assert (answer.status_code, "set-cookie" in answer.headers) == (200, False)


def test_the_cookie_is_for_our_own_pages_only(client: TestClient) -> None:
    cookie = begin(client).headers["set-cookie"].lower()
    assert [part in cookie for part in ("httponly", "samesite=strict", "path=/chat", "max-age")] == [True] * 3 + [False]


def test_the_cookie_is_secure_where_the_page_is(tmp_path: Path) -> None:
    web = {"public_url": "https://chat.example"}
    with open_workplace(chat_settings(f"sqlite:///{tmp_path}/chat.db", web=web)) as work:
        answer = begin(TestClient(create_app(work)))
    assert "secure" in answer.headers["set-cookie"].lower()
    assert answer.headers["strict-transport-security"] == "max-age=31536000"


def test_a_message_and_its_answer_stand_on_the_page(client: TestClient) -> None:
    begin(client)
    page = client.post("/chat/say", data=hidden(client) | {"text": "Bis wann ist <i>die</i> Frist?"}).text
    assert mine(page) == ["Bis wann ist &lt;i&gt;die&lt;/i&gt; Frist?"]
    assert "31. März 2022" in page


def test_a_form_that_is_sent_twice_counts_once(client: TestClient) -> None:
    begin(client)
    form = hidden(client) | {"text": "Bis wann ist die Frist?"}
    pages = [client.post("/chat/say", data=form).text for _ in range(2)]
    assert [len(mine(page)) for page in pages] == [1, 1]


@pytest.mark.parametrize("path", ["/chat/say", "/chat/language", "/chat/delete"])
def test_a_form_without_the_guard_is_refused(client: TestClient, path: str) -> None:
    begin(client)
    form = {"guard": "wrong", "key": "k", "text": "Hallo", "language": "fr"}
    assert client.post(path, data=form).status_code == 403


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}]
)
@pytest.mark.parametrize("path", ["/chat/start", "/chat/say", "/chat/delete"])
def test_a_form_of_another_page_is_refused(client: TestClient, path: str, headers: dict[str, str]) -> None:
    assert client.post(path, data={"language": "de", "key": "k"}, headers=headers).status_code == 403


@pytest.mark.parametrize(("text", "status"), [("", 422), ("x" * 4001, 422)])
def test_a_problem_is_told_and_the_text_stays(client: TestClient, text: str, status: int) -> None:
    begin(client)
    answer = client.post("/chat/say", data=hidden(client) | {"text": text})
    assert (answer.status_code, 'role="alert"' in answer.text) == (status, True)
    assert f">{text}</textarea>" in answer.text


def test_too_many_messages(client: TestClient) -> None:
    begin(client)
    codes = [client.post("/chat/say", data=hidden(client) | {"text": f"Hallo {n}"}).status_code for n in range(4)]
    assert codes == [200, 200, 200, 429]


def test_deleting_ends_the_chat_and_the_cookie(client: TestClient) -> None:
    begin(client)
    form = hidden(client)
    page = client.post("/chat/delete", data=form)
    assert (page.status_code, "Ihr Chat ist gelöscht." in page.text, client.cookies.get("klimapartner_chat")) == (
        200,
        True,
        None,
    )


@pytest.mark.parametrize(
    ("accept", "language"),
    [("de-DE,de;q=0.9", "de"), ("fr-CA", "fr"), ("it,pt;q=0.5,en;q=0.4", "pt"), ("", "de"), ("da;q=x", "de")],
)
def test_the_page_speaks_the_browsers_language(client: TestClient, accept: str, language: str) -> None:
    page = client.get("/chat", headers={"Accept-Language": accept}).text
    assert re.findall(r'<html lang="(..)">', page) == [language]


def test_the_language_can_be_switched(client: TestClient) -> None:
    begin(client)
    page = client.post("/chat/language", data=hidden(client) | {"language": "fr"}).text
    assert (re.findall(r'<html lang="(..)">', page), mine(page)) == (["fr"], [])


def test_the_transcript_needs_the_cookie(client: TestClient) -> None:
    assert client.get("/chat/transcript.txt", follow_redirects=False).status_code == 303
    begin(client)
    assert client.get("/chat/transcript.txt").text.startswith("Chat zu den Klimapartnerschaften\n")


def test_nothing_inline(client: TestClient) -> None:
    begin(client)
    for path in ("/chat", "/chat/privacy", "/chat/delete"):
        page = client.get(path).text
        assert re.findall(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\bsrc=)", page) == []


def test_a_link_from_the_mail_is_used_on_a_click_only(linked: tuple[TestClient, str, str]) -> None:
    client, path, reference = linked
    client.get(path)
    client.get(path)
    form = {"language": "de", "start": path.partition("start=")[2]}
    assert f'name="start" value="{form["start"]}"' in client.get(path).text
    assert reference in client.post("/chat/start", data=form).text


def test_a_link_goes_on_in_the_chat_that_is_open(linked: tuple[TestClient, str, str]) -> None:
    client, path, reference = linked
    begin(client)
    page = client.get(path).text
    assert (reference in page, "Ja, öffnen" in page) == (False, True)
    form = hidden(client) | {"start": path.partition("start=")[2]}
    assert reference in client.post("/chat/tie", data=form).text


def test_a_link_works_once(linked: tuple[TestClient, str, str]) -> None:
    client, path, reference = linked
    form = {"language": "de", "start": path.partition("start=")[2]}
    pages = [client.post("/chat/start", data=form).text for _ in range(2)]
    assert [reference in page for page in pages] == [True, False]


@pytest.mark.parametrize("token", ['"><script>', "x" * 65, "ä"])
def test_what_is_no_token_is_left_out(client: TestClient, token: str) -> None:
    assert 'name="start"' not in client.get("/chat", params={"start": token}).text
    assert client.post("/chat/start", data={"language": "de", "start": token}).status_code == 400
