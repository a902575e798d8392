"""The door under attack: fixed sessions, guessed passwords, forged forms, cookies, addresses and headers."""

from datetime import timedelta
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import pyotp
import pytest
from console_desk import PASSWORD, Console, copied_console, texts
from fastapi.testclient import TestClient
from httpx import Response

from klimapartner.storage import users
from klimapartner.storage.accesses import list_sign_ins
from klimapartner.storage.sessions import sessions_of
from klimapartner.storage.users import LOCKED, find_user, set_totp

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def login(client: TestClient, name: str = "editor", password: str = PASSWORD, **more: str) -> Response:
    return client.post("/console/login", data={"name": name, "password": password} | more, follow_redirects=False)


def tokens(client: TestClient) -> list[str]:
    return [cookie.value or "" for cookie in client.cookies.jar if cookie.name == "console"]


def doors(console: Console) -> list[tuple[str, str, str]]:
    """What the log holds of sign-ins, oldest first: who, what, how."""
    with console.session() as session:
        return [(line.who, line.action, line.detail) for line in list_sign_ins(session)][::-1]


def test_a_session_that_somebody_planted_is_not_the_one_that_is_opened(console: Console) -> None:
    client = console.client()
    client.cookies.set("console", "planted", domain="localhost.local", path="/")
    login(client)
    assert "planted" not in tokens(client)
    planted = console.client()
    planted.cookies.set("console", "planted")
    assert planted.get("/console/").url.path == "/console/login"


def test_signing_in_again_ends_the_session_before(console: Console) -> None:
    client = console.client()
    login(client)
    (first,) = tokens(client)
    login(client)
    (second,) = tokens(client)
    old = console.client()
    old.cookies.set("console", first)
    assert (first == second, old.get("/console/").url.path) == (False, "/console/login")
    with console.session() as session:
        user = find_user(session, "editor")
        assert user
        assert len(sessions_of(session, user.id)) == 1


def test_the_token_before_the_second_factor_is_worth_nothing_after_it(console: Console) -> None:
    with console.session() as session:
        user = find_user(session, "editor")
        assert user
        set_totp(session, user.id, SECRET, who="editor", now=console.hands.now)
    staff = console.sign_in()
    (half,) = tokens(staff.client)
    staff.get("/login/code")
    staff.post("/login/code", code=pyotp.TOTP(SECRET).at(console.hands.now))
    assert half not in tokens(staff.client)
    old = console.client()
    old.cookies.set("console", half)
    assert (old.get("/console/login/code").url.path, staff.get("/").url.path) == ("/console/login", "/console/")


def try_often(console: Console, times: int, name: str = "editor") -> None:
    """Wrong passwords, from as many addresses as it takes."""
    for number in range(times):
        if number % 9 == 0:
            console.hands.now += timedelta(minutes=1)
        login(console.client(), name, "not the password")


def test_ten_wrong_passwords_lock_for_a_quarter_of_an_hour_and_the_answer_does_not_tell(console: Console) -> None:
    try_often(console, 10)
    console.hands.now += timedelta(minutes=1)
    locked, wrong = login(console.client()), login(console.client(), password="not the password")
    assert (locked.status_code, locked.text) == (wrong.status_code, wrong.text)
    console.hands.now += LOCKED - timedelta(minutes=1)
    assert login(console.client()).status_code == 303


def test_nine_wrong_passwords_do_not_lock_and_a_right_one_starts_anew(console: Console) -> None:
    try_often(console, 9)
    console.hands.now += timedelta(minutes=1)
    assert login(console.client()).status_code == 303
    try_often(console, 9)
    console.hands.now += timedelta(minutes=1)
    assert login(console.client()).status_code == 303


def test_ten_wrong_codes_lock_too(console: Console) -> None:
    with console.session() as session:
        user = find_user(session, "editor")
        assert user
        set_totp(session, user.id, SECRET, who="editor", now=console.hands.now)
    staff = console.sign_in()
    staff.get("/login/code")
    for code in ["000000", "aaaa-bbbb-cccc-dddd"] * 5:
        assert staff.post("/login/code", code=code).status_code == 403
    assert staff.post("/login/code", code=pyotp.TOTP(SECRET).at(console.hands.now)).status_code == 403
    console.hands.now += LOCKED
    assert staff.post("/login/code", code=pyotp.TOTP(SECRET).at(console.hands.now)).status_code == 200


@pytest.mark.parametrize("name", ["editor", "nobody", ""])
def test_a_hash_is_computed_whether_or_not_there_is_such_a_name(
    console: Console, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    asked: list[str] = []

    class Counting:
        def verify(self, known: str, given: str) -> bool:
            asked.append(known)
            return real.verify(known, given)

    real = users._HASHER
    monkeypatch.setattr(users, "_HASHER", Counting())
    login(console.client(), name, "not the password")
    assert [known.rpartition("$")[0].rpartition("$")[0] for known in asked] == ["$argon2id$v=19$m=65536,t=3,p=4"]


@pytest.mark.parametrize("path", ["invited", "inactive"])
def test_who_has_no_password_or_may_not_work_is_answered_as_anybody(console: Console, path: str) -> None:
    with console.session() as session:
        now = console.hands.now
        user = users.invite_user(session, name="new", mail="n@office.example", role="editor", who="x", now=now)
        if path == "inactive":
            users.set_password(session, "new", PASSWORD, who="x", now=now)
            users.change_user(session, user.id, mail=user.mail, role="editor", active=False, who="x", now=now)
    wrong, known = login(console.client(), "nobody"), login(console.client(), "new")
    assert (known.status_code, known.text) == (wrong.status_code, wrong.text)


def test_the_log_says_who_came_in_and_who_did_not_and_never_what_was_typed(console: Console) -> None:
    login(console.client())
    login(console.client(), "editor", "not the password")
    login(console.client(), "my secret password", "x")
    staff = console.sign_in("reader")
    staff.post("/logout")
    assert doors(console) == [
        ("editor", "signed in", "password"),
        ("editor", "sign-in failed", "password"),
        ("", "sign-in failed", "password"),
        ("reader", "signed in", "password"),
        ("reader", "signed out", ""),
    ]


def cookie(answer: Response) -> dict[str, Any]:
    """The one cookie that an answer sets, with its marks."""
    jar = SimpleCookie(answer.headers["set-cookie"])
    ((name, morsel),) = jar.items()
    marks = {key: morsel[key] for key in ("path", "domain", "samesite", "httponly", "secure")}
    return {"name": name} | marks


def test_the_cookie_is_for_our_pages_only(console: Console) -> None:
    assert cookie(login(console.client())) == {
        "name": "console", "path": "/", "domain": "", "samesite": "lax", "httponly": True, "secure": "",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("web", "headers"),
    [
        ({"public_url": "https://localhost"}, {}),
        ({"behind_proxy": True}, {"X-Forwarded-Proto": "https"}),
    ],
    ids=["public_url", "proxy"],
)
def test_behind_tls_the_cookie_is_bound_to_this_host_and_to_tls(
    filled_sqlite: Path, tmp_path: Path, web: dict[str, Any], headers: dict[str, str]
) -> None:
    with copied_console(filled_sqlite, tmp_path, web=web) as console:
        client = console.client()
        client.headers.update(headers)
        answer = login(client)
    assert cookie(answer) == {
        "name": "__Host-console", "path": "/", "domain": "", "samesite": "lax", "httponly": True, "secure": True,
    }  # fmt: skip


def test_a_stranger_cannot_claim_tls_without_a_proxy(console: Console) -> None:
    client = console.client()
    client.headers["X-Forwarded-Proto"] = "https"
    assert cookie(login(client))["name"] == "console"


@pytest.mark.parametrize(
    "foreign",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost.evil.example"},
        {"Origin": "http://localhost:8001"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
    ids=str,
)
def test_nobody_is_signed_in_or_changed_by_a_form_from_elsewhere(console: Console, foreign: dict[str, str]) -> None:
    data = {"name": "editor", "password": PASSWORD}
    assert console.client().post("/console/login", data=data, headers=foreign).status_code == 403
    staff = console.sign_in()
    staff.get("/account")
    forged = staff.client.post(
        "/console/account/language", data={"guard": staff.guard, "language": "en"}, headers=foreign
    )
    assert (forged.status_code, texts(staff.get("/account"), "h1")) == (403, ["Mein Konto"])


@pytest.mark.parametrize(
    "wanted",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/console/\r\nX-Evil: 1",
     "/console\t//evil.example", "%2f%2fevil.example", "/console/login?next=//evil.example"],
)  # fmt: skip
def test_after_signing_in_one_comes_to_the_console_and_no_header_is_slipped_in(console: Console, wanted: str) -> None:
    answer = login(console.client(), next=wanted)
    assert (answer.status_code, answer.headers["location"], answer.headers.get("x-evil")) == (303, "/console/", None)


@pytest.mark.parametrize("host", ["evil.example", "localhost:80@evil.example", "localhost\\.evil.example"])
def test_a_stranger_s_host_header_gets_into_no_address(console: Console, host: str) -> None:
    client = console.client()
    pages = [
        client.get(path, headers={"Host": host}, follow_redirects=False)
        for path in ("/console/", "/console/login", "/console/accessibility", "/console/nothing")
    ]
    seen = [page.text + page.headers.get("location", "") for page in pages]
    assert ["evil" in text for text in seen] == [False] * 4


def test_what_was_typed_is_never_shown_as_html(console: Console) -> None:
    answer = login(console.client(), "<script>alert(1)</script>", "x", next='"><script>alert(2)</script>')
    assert ("<script>alert" in answer.text, answer.status_code) == (False, 403)


def test_no_page_of_staff_is_kept_by_a_browser_or_shown_in_a_frame(console: Console) -> None:
    staff = console.sign_in("lead")
    heads = [staff.get(path).headers for path in ("/", "/account", "/entries", "/log")]
    kept = {(head["cache-control"], head["x-frame-options"], head["x-content-type-options"]) for head in heads}
    assert kept == {("no-store", "DENY", "nosniff")}
