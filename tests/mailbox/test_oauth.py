"""Access tokens against a local stand-in of the identity providers."""

import http.server
import json
import threading
import urllib.parse
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from klimapartner.mailbox.errors import MailboxError, TokenRefused, TokenUnavailable
from klimapartner.mailbox.oauth import Token, TokenSource, google, microsoft, oauthbearer, xoauth2

SECRET = "sehr-geheim"


class Provider:
    """Answers each POST with what it was told to, and keeps path and form."""

    def __init__(self) -> None:
        self.status = 200
        self.body = b""
        self.asked: list[tuple[str, dict[str, str]]] = []
        provider = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                form = self.rfile.read(int(self.headers["Content-Length"])).decode()
                provider.asked.append((self.path, dict(urllib.parse.parse_qsl(form))))
                self.send_response(provider.status)
                self.send_header("Content-Length", str(len(provider.body)))
                self.end_headers()
                self.wfile.write(provider.body)

            def log_message(self, *_: object) -> None:
                pass

        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}"
        threading.Thread(target=self.http.serve_forever, args=(0.01,), daemon=True).start()

    def says(self, status: int, **answer: object) -> None:
        self.status, self.body = status, json.dumps(answer).encode()


@pytest.fixture
def provider() -> Iterator[Provider]:
    provider = Provider()
    yield provider
    provider.http.shutdown()
    provider.http.server_close()


def ask_microsoft(provider: Provider) -> Callable[[], Token]:
    return microsoft("contoso", "app", SECRET, base=provider.url)


def test_microsoft_client_credentials(provider: Provider) -> None:
    provider.says(200, access_token="ein-token", expires_in=3599, token_type="Bearer")
    assert ask_microsoft(provider)() == Token("ein-token", timedelta(seconds=3599))
    assert provider.asked == [
        (
            "/contoso/oauth2/v2.0/token",
            {
                "grant_type": "client_credentials",
                "client_id": "app",
                "client_secret": SECRET,
                "scope": "https://outlook.office365.com/.default",
            },
        )
    ]


def test_google_refresh_token(provider: Provider) -> None:
    provider.says(200, access_token="ein-token", expires_in="3600")
    request = google("app", SECRET, "1//refresh", url=f"{provider.url}/token")
    assert request() == Token("ein-token", timedelta(hours=1))
    assert provider.asked == [
        (
            "/token",
            {
                "grant_type": "refresh_token",
                "client_id": "app",
                "client_secret": SECRET,
                "refresh_token": "1//refresh",
            },
        )
    ]


ANSWERS = [
    (400, {"error": "invalid_client", "error_description": SECRET}, TokenRefused, "400, invalid_client"),
    (401, {"error": SECRET * 20}, TokenRefused, "401, ohne Angabe eines Grundes"),
    (200, {"token_type": "Bearer"}, TokenRefused, "200, ohne Angabe"),
    (200, {"access_token": ""}, TokenRefused, "200, ohne Angabe"),
    (429, {}, TokenUnavailable, "429"),
    (503, {"error": "temporarily_unavailable"}, TokenUnavailable, "503"),
]


@pytest.mark.parametrize(("status", "answer", "error", "said"), ANSWERS)
def test_a_refusal_names_the_reason_and_no_secret(
    provider: Provider, status: int, answer: dict[str, object], error: type[MailboxError], said: str
) -> None:
    provider.says(status, **answer)
    with pytest.raises(error, match=said) as refused:
        ask_microsoft(provider)()
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize("body", [b"", b"<html>", b"[1]", b"\xff"])
def test_an_answer_that_is_no_json(provider: Provider, body: bytes) -> None:
    provider.body = body
    with pytest.raises(TokenRefused):
        ask_microsoft(provider)()


def test_a_provider_that_cannot_be_reached(provider: Provider) -> None:
    request = microsoft("contoso", "app", SECRET, base="http://127.0.0.1:1")
    with pytest.raises(TokenUnavailable, match=r"127\.0\.0\.1 ist nicht erreichbar \(ConnectError\)") as gone:
        request()
    assert (gone.value.__cause__, gone.value.temporary) == (None, True)


class Office:
    """A clock that stands until it is moved, and numbered tokens."""

    def __init__(self, lifetime: timedelta) -> None:
        self.time = datetime(2022, 3, 1, tzinfo=UTC)
        self.lifetime = lifetime
        self.issued = 0

    def request(self) -> Token:
        self.issued += 1
        return Token(f"token {self.issued}", self.lifetime)

    def source(self) -> TokenSource:
        return TokenSource(self.request, lambda: self.time)


def test_a_token_is_kept_until_shortly_before_it_expires() -> None:
    office = Office(timedelta(hours=1))
    source = office.source()
    given = []
    for minutes in (0, 54, 1, 4, 60):
        office.time += timedelta(minutes=minutes)
        given.append(source.token())
    assert given == ["token 1", "token 1", "token 2", "token 2", "token 3"]


def test_a_token_shorter_than_the_margin_is_still_used() -> None:
    office = Office(timedelta(minutes=4))
    source = office.source()
    first = source.token()
    office.time += timedelta(minutes=1)
    assert (first, source.token()) == ("token 1", "token 1")


def test_a_refused_token_is_forgotten() -> None:
    source = Office(timedelta(hours=1)).source()
    source.token()
    source.renew()
    assert source.token() == "token 2"


def test_tokens_do_not_show_in_a_repr() -> None:
    assert repr(Token("geheim", timedelta(hours=1))) == "Token(lifetime=datetime.timedelta(seconds=3600))"


def test_sasl_strings() -> None:
    assert xoauth2("someuser@example.com", "ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg") == (
        "user=someuser@example.com\x01auth=Bearer ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg\x01\x01"
    )
    token = "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg=="
    assert oauthbearer("user,name=x@example.com", token, "server.example.com", 143) == (
        f"n,a=user=2Cname=3Dx@example.com,\x01host=server.example.com\x01port=143\x01auth=Bearer {token}\x01\x01"
    )
