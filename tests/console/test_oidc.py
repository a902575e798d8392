"""Signing in with the office's account, against a real provider over HTTP: what opens, and everything that must not."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from chat_desk import chat_settings
from console_desk import Console, copied_console, said
from fastapi.testclient import TestClient
from httpx import Response
from joserfc.jwk import ECKey, OctKey, RSAKey
from oidc_provider import CLIENT, SECRET, Provider, oidc_provider

from klimapartner.assistant.errors import SettingsError
from klimapartner.storage.accesses import list_sign_ins
from klimapartner.storage.users import change_user, find_user, list_users, set_totp

CALLBACK = "http://localhost/console/login/oidc/callback"
FAILED = ["Die Anmeldung mit dem Konto des Hauses hat nicht geklappt. Bitte versuchen Sie es noch einmal."]
UNKNOWN = ["Zu diesem Konto des Hauses gibt es hier keinen Zugang. Bitte wenden Sie sich an die Administration."]
AWAY = [
    "Der Anmeldedienst des Hauses antwortet nicht. Bitte versuchen Sie es später oder melden Sie sich mit dem Passwort "
    "an."
]


@dataclass
class Door:
    """The console's door and the provider behind it."""

    console: Console
    provider: Provider

    def ask(self, client: TestClient, wanted: str = "") -> str:
        """The provider's address to which the browser is sent."""
        answer = client.get("/console/login/oidc", params={"next": wanted}, follow_redirects=False)
        assert answer.status_code == 303
        return answer.headers["location"]

    def back(self, client: TestClient, url: str) -> Response:
        """The browser comes back from the provider."""
        return client.get(url, follow_redirects=False)

    def sign_in(self, wanted: str = "") -> tuple[int, str]:
        """All of it in a new browser: status, and where it leads or what it says."""
        client = self.console.client()
        answer = self.back(client, self.provider.allow(self.ask(client, wanted)))
        return answer.status_code, answer.headers.get("location") or "".join(said(answer))


@pytest.fixture
def door(filled_sqlite: Path, tmp_path: Path) -> Iterator[Door]:
    with oidc_provider() as provider:
        oidc = {"issuer": provider.issuer, "client_id": CLIENT, "client_secret": {"value": SECRET}}
        web = {"public_url": "http://localhost"}
        with copied_console(filled_sqlite, tmp_path, console={"oidc": oidc}, web=web) as console:
            provider.now = lambda: console.hands.now.timestamp()
            yield Door(console, provider)


def test_a_verified_address_is_linked_once_and_then_the_subject_counts(door: Door) -> None:
    assert door.sign_in("/console/entries?state=new") == (303, "/console/entries?state=new")
    door.provider.person["email"] = "somebody.else@office.example"
    assert door.sign_in() == (303, "/console/")
    door.provider.person["sub"] = "kim-2"
    door.provider.person["email"] = "editor@office.example"
    assert door.sign_in() == (403, UNKNOWN[0])
    with door.console.session() as session:
        doors = [(a.who, a.action, a.detail) for a in list_sign_ins(session)]
        history = find_user(session, "editor")
    assert history is not None and history.linked
    assert doors == [
        ("", "sign-in failed", "oidc"), ("editor", "signed in", "oidc"), ("editor", "signed in", "oidc"),
    ]  # fmt: skip


def test_nobody_gets_an_access_by_the_provider_alone(door: Door) -> None:
    with door.console.session() as session:
        before = list_users(session)
    door.provider.person = {"sub": "new", "email": "new@office.example"}
    assert door.sign_in() == (403, UNKNOWN[0])
    with door.console.session() as session:
        assert list_users(session) == before


@pytest.mark.parametrize("verified", [False, None, "false", 0, "yes"])
def test_an_address_that_is_not_verified_links_nobody(door: Door, verified: object) -> None:
    door.provider.person["email_verified"] = verified
    assert door.sign_in() == (403, UNKNOWN[0])


def test_who_may_not_work_any_more_stays_outside(door: Door) -> None:
    assert door.sign_in() == (303, "/console/")
    with door.console.session() as session:
        user = find_user(session, "editor")
        assert user
        change_user(session, user.id, mail=user.mail, role=user.role, active=False, who="x", now=door.console.hands.now)
    assert door.sign_in() == (403, UNKNOWN[0])


def test_two_users_with_one_address_are_not_told_apart_by_it(door: Door) -> None:
    with door.console.session() as session:
        user = find_user(session, "reader")
        assert user
        now = door.console.hands.now
        change_user(session, user.id, mail="Editor@office.example", role="reader", active=True, who="x", now=now)
    assert door.sign_in() == (403, UNKNOWN[0])


def test_the_own_second_factor_is_still_asked_for(door: Door) -> None:
    with door.console.session() as session:
        user = find_user(session, "editor")
        assert user
        set_totp(session, user.id, "A" * 32, who="editor", now=door.console.hands.now)
    assert door.sign_in("/console/tasks") == (303, "/console/login/code?next=/console/tasks")


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://elsewhere.example"},
        {"aud": "another-client"},
        {"aud": [CLIENT, "another-client"]},
        {"aud": [CLIENT, "another-client"], "azp": "another-client"},
        {"nonce": "another"},
        {"nonce": None},
        {"exp": 1},
        {"exp": None},
        {"iat": None},
        {"sub": None},
        {"sub": ""},
        {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
    ],
    ids=str,
)
def test_a_token_for_somebody_else_or_another_time_opens_nothing(door: Door, claims: dict[str, object]) -> None:
    door.provider.claims = claims
    assert door.sign_in() == (403, FAILED[0])


def test_a_token_that_somebody_else_signed_opens_nothing(door: Door) -> None:
    door.provider.published = [RSAKey.generate_key(2048, {"kid": "one"}).as_dict(private=False)]
    assert door.sign_in() == (403, FAILED[0])


def test_a_token_signed_with_the_public_key_as_a_secret_opens_nothing(door: Door) -> None:
    public = door.provider.key.as_dict(private=False)
    door.provider.published = [public]
    door.provider.metadata = {"id_token_signing_alg_values_supported": ["RS256", "HS256", "none"]}
    door.provider.key, door.provider.algorithm = OctKey.import_key(SECRET.encode() * 2, {"kid": "one"}), "HS256"
    assert door.sign_in() == (403, FAILED[0])


def test_keys_may_change_and_be_of_another_kind(door: Door) -> None:
    assert door.sign_in() == (303, "/console/")
    door.provider.key, door.provider.algorithm = ECKey.generate_key("P-256", {"kid": "two"}), "ES256"
    assert door.sign_in() == (303, "/console/")


def test_an_answer_counts_once_and_only_in_the_browser_that_asked(door: Door) -> None:
    asker, thief = door.console.client(), door.console.client()
    url = door.provider.allow(door.ask(asker))
    door.ask(thief)
    assert said(door.back(thief, url)) == FAILED
    assert said(door.back(asker, url)) == FAILED, "a state that was tried elsewhere is used up"
    url = door.provider.allow(door.ask(asker))
    assert door.back(asker, url).headers["location"] == "/console/"
    assert said(door.back(asker, url)) == FAILED


def test_an_answer_comes_within_ten_minutes(door: Door) -> None:
    client = door.console.client()
    url = door.provider.allow(door.ask(client))
    door.console.hands.now += timedelta(minutes=10)
    assert said(door.back(client, url)) == FAILED


@pytest.mark.parametrize("query", ["", "state=x", "code=x", "state=x&code=y", "error=access_denied&state=x"])
def test_an_answer_without_a_question_opens_nothing(door: Door, query: str) -> None:
    client = door.console.client()
    door.ask(client)
    answer = door.back(client, f"/console/login/oidc/callback?{query}")
    assert (answer.status_code, said(answer)) == (403, FAILED)


def test_the_answer_of_another_provider_is_not_taken_to_ours(door: Door) -> None:
    client = door.console.client()
    url = door.provider.allow(door.ask(client))
    assert said(door.back(client, url.replace("iss=http", "iss=https"))) == FAILED
    door.provider.metadata = {"authorization_response_iss_parameter_supported": True}
    url = door.provider.allow(door.ask(client))
    assert said(door.back(client, url.partition("&iss=")[0])) == FAILED


def test_a_code_without_its_verifier_is_worth_nothing(door: Door) -> None:
    client = door.console.client()
    url = door.provider.allow(door.ask(client), code_challenge="another")
    assert said(door.back(client, url)) == FAILED


def test_the_address_comes_from_userinfo_where_the_token_has_none(door: Door) -> None:
    door.provider.person = {"sub": "kim-1"}
    door.provider.userinfo = {"sub": "kim-9", "email": "editor@office.example", "email_verified": True}
    assert door.sign_in() == (403, UNKNOWN[0]), "userinfo about another subject"
    door.provider.userinfo["sub"] = "kim-1"
    assert door.sign_in() == (303, "/console/")


@pytest.mark.parametrize("method", ["client_secret_post", "client_secret_basic"])
def test_the_client_shows_its_secret_as_the_provider_wants_it(door: Door, method: str) -> None:
    door.provider.metadata = {"token_endpoint_auth_methods_supported": [method]}
    assert door.sign_in() == (303, "/console/")


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://elsewhere.example"},
        {"token_endpoint": "http://elsewhere.example/token"},
        {"jwks_uri": None},
    ],
    ids=str,
)
def test_a_provider_that_describes_another_one_is_not_asked(door: Door, metadata: dict[str, object]) -> None:
    door.provider.metadata = metadata
    answer = door.console.client().get("/console/login/oidc", follow_redirects=False)
    assert (answer.status_code, said(answer)) == (503, AWAY)


def test_a_provider_that_is_away_is_named_and_the_password_still_works(door: Door) -> None:
    client = door.console.client()
    url = door.provider.allow(door.ask(client))
    door.provider.status = 502
    assert said(door.back(client, url)) == AWAY
    assert said(client.get("/console/login/oidc")) == AWAY
    assert door.console.sign_in("lead").get("/").url.path == "/console/"


def test_what_goes_to_the_provider_and_with_which_cookie(door: Door) -> None:
    client = door.console.client()
    answer = client.get("/console/login/oidc", follow_redirects=False)
    asked = dict(parse_qsl(urlsplit(answer.headers["location"]).query))
    assert (asked["redirect_uri"], asked["client_id"], asked["code_challenge_method"]) == (CALLBACK, CLIENT, "S256")
    assert len({asked["state"], asked["nonce"], asked["code_challenge"]}) == 3
    cookie = answer.headers["set-cookie"].lower()
    assert [part in cookie for part in ("httponly", "samesite=lax", "max-age=600", "path=/")] == [True] * 4


@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example", "/console/\\evil", "/chat"])
def test_after_the_provider_one_comes_to_the_console_and_nowhere_else(door: Door, wanted: str) -> None:
    assert door.sign_in(wanted) == (303, "/console/")


def test_without_a_provider_there_is_no_such_page(console: Console) -> None:
    assert console.client().get("/console/login/oidc", follow_redirects=False).status_code == 404


@pytest.mark.parametrize(
    ("oidc", "wrong"),
    [
        ({"issuer": "http://login.example", "client_id": "x"}, "https://"),
        ({"issuer": "https://login.example"}, "client_id"),
    ],
)
def test_a_provider_is_set_with_tls_and_a_client(oidc: dict[str, str], wrong: str) -> None:
    with pytest.raises(SettingsError, match=wrong):
        chat_settings("sqlite://", console={"oidc": oidc})
