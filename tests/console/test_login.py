"""Signing in and out: what opens, what does not, and that nothing is told to a stranger."""

from datetime import timedelta

import pyotp
import pytest
from console_desk import PASSWORD, Console

from klimapartner.assistant.console.safe_next import safe_next
from klimapartner.storage.users import find_user, set_totp


def test_who_is_not_signed_in_gets_to_the_login_and_back(console: Console) -> None:
    client = console.client()
    asked = client.get("/console/", follow_redirects=False)
    assert (asked.status_code, asked.headers["location"]) == (303, "/console/login?next=/console/")
    form = {"name": "editor", "password": PASSWORD, "next": "/console/?a=1"}
    signed = client.post("/console/login", data=form, follow_redirects=False)
    assert (signed.status_code, signed.headers["location"]) == (303, "/console/?a=1")
    assert client.get("/console/").status_code == 200


@pytest.mark.parametrize(("name", "password"), [("editor", "wrong"), ("nobody", PASSWORD), ("", "")])
def test_whatever_is_wrong_the_answer_is_the_same(console: Console, name: str, password: str) -> None:
    answer = console.client().post("/console/login", data={"name": name, "password": password})
    assert (answer.status_code, "Anmeldename oder Passwort stimmen nicht" in answer.text) == (403, True)
    assert "set-cookie" not in answer.headers


def test_htmx_is_told_to_leave_the_page(console: Console) -> None:
    answer = console.client().get("/console/", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (401, "/console/login?next=/console/")


def test_signing_out_ends_the_session_for_the_old_cookie_too(console: Console) -> None:
    staff = console.sign_in()
    cookie = staff.client.cookies["console"]
    assert staff.post("/logout").url.path == "/console/login"
    again = console.client()
    again.cookies.set("console", cookie)
    assert again.get("/console/").url.path == "/console/login"


def test_a_session_idles_out(console: Console) -> None:
    staff = console.sign_in()
    console.hands.now += timedelta(minutes=59)
    assert staff.get("/").url.path == "/console/"
    console.hands.now += timedelta(minutes=59)
    assert staff.get("/").url.path == "/console/"
    console.hands.now += timedelta(minutes=61)
    assert staff.get("/").url.path == "/console/login"


def test_the_second_factor_is_asked_for_and_its_code_counts_once(console: Console) -> None:
    secret = pyotp.random_base32()
    with console.session() as session:
        user = find_user(session, "editor")
        assert user
        set_totp(session, user.id, secret, who="editor", now=console.hands.now)
    code = pyotp.TOTP(secret).at(console.hands.now)

    def codes(given: str) -> tuple[str, int]:
        staff = console.sign_in()
        assert staff.get("/").url.path == "/console/login"
        staff.get("/login/code")
        answer = staff.post("/login/code", code=given)
        return answer.url.path, answer.status_code

    assert codes("000000") == ("/console/login/code", 403)
    assert codes(code) == ("/console/", 200)
    assert codes(code) == ("/console/login/code", 403)


def test_a_form_without_the_guard_or_from_elsewhere_is_refused(console: Console) -> None:
    staff = console.sign_in()
    assert staff.client.post("/console/logout", data={"guard": "x"}).status_code == 403
    foreign = {"Origin": "https://elsewhere.example", "Sec-Fetch-Site": "cross-site"}
    assert staff.client.post("/console/logout", data={"guard": staff.guard}, headers=foreign).status_code == 403
    assert staff.get("/").url.path == "/console/"
    answer = console.client().post("/console/login", data={"name": "editor", "password": PASSWORD}, headers=foreign)
    assert answer.status_code == 403


def test_tries_from_one_address_are_limited(console: Console) -> None:
    client = console.client()
    tries = [client.post("/console/login", data={"name": "x", "password": "y"}).status_code for _ in range(11)]
    assert tries == [403] * 10 + [429]


@pytest.mark.parametrize(
    ("wanted", "target"),
    [
        ("/console/entries?state=new", "/console/entries?state=new"),
        ("", "/console/"),
        ("https://evil.example/console/", "/console/"),
        ("//evil.example/console/", "/console/"),
        ("/\\evil.example", "/console/"),
        ("/console/\\..\\x", "/console/"),
        ("/chat", "/console/"),
        ("/console/login?next=/console/", "/console/"),
        ("/console/\r\nSet-Cookie: a=b", "/console/"),
    ],
)
def test_one_comes_back_only_to_the_console(wanted: str, target: str) -> None:
    assert safe_next(wanted) == target


def test_pages_carry_their_policy_and_unknown_ones_are_not_found(console: Console) -> None:
    staff = console.sign_in("reader")
    page = staff.get("/")
    assert page.headers["content-security-policy"].startswith(
        "default-src 'none'; script-src 'self'; style-src 'self';"
    )
    assert (page.headers["cache-control"], page.headers["x-frame-options"]) == ("no-store", "DENY")
    assert staff.get("/nothing").status_code == 404
    assert console.client().get("/", follow_redirects=False).headers["location"] == "/console/"
