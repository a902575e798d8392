"""The own account: password, language, second factor with recovery codes, and where one is signed in."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pyotp
import pytest
from console_desk import PASSWORD, Console, Staff, copied_console, said, texts, values
from httpx import Response
from lxml import html

from klimapartner.assistant.totp_secrets import is_sealed
from klimapartner.storage.recovery import count_recovery_codes
from klimapartner.storage.sessions import open_session, sessions_of
from klimapartner.storage.users import find_user, kept_totp, set_totp

NEW = "another horse battery"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def code_of(secret: str, console: Console) -> str:
    return pyotp.TOTP(secret).at(console.hands.now)


def user_id(console: Console, name: str = "editor") -> int:
    with console.session() as session:
        user = find_user(session, name)
    assert user
    return user.id


def with_factor(console: Console, name: str = "editor") -> None:
    number = user_id(console, name)
    with console.session() as session:
        set_totp(session, number, SECRET, who=name, now=console.hands.now)


def signs_in(console: Console, password: str, name: str = "editor") -> bool:
    answer = console.client().post("/console/login", data={"name": name, "password": password}, follow_redirects=False)
    return answer.status_code == 303


def test_a_new_password_counts_and_ends_the_other_sessions(console: Console) -> None:
    here, there = console.sign_in(), console.sign_in()
    here.get("/account")
    answer = here.post("/account/password", old=PASSWORD, password=NEW, again=NEW)
    assert said(answer) == ["Das neue Passwort gilt ab jetzt. Ihre anderen Sitzungen sind beendet."]
    assert (there.get("/").url.path, here.get("/").url.path) == ("/console/login", "/console/")
    assert (signs_in(console, PASSWORD), signs_in(console, NEW)) == (False, True)


@pytest.mark.parametrize(
    ("old", "password", "again", "wrong"),
    [
        ("not mine, not mine", NEW, NEW, "Das bisherige Passwort stimmt nicht."),
        (PASSWORD, "short", "short", "Das Passwort ist zu kurz. Es braucht mindestens 12 Zeichen."),
        (PASSWORD, "x" * 201, "x" * 201, "Das Passwort ist zu lang. Höchstens 200 Zeichen."),
        (PASSWORD, NEW, NEW + "!", "Die beiden neuen Passwörter sind nicht gleich."),
        (PASSWORD, "my editor password", "my editor password",
         "Das Passwort enthält Ihren Namen oder Ihre Adresse. Bitte wählen Sie ein anderes."),
        (PASSWORD, "aaaabbbbcccc", "aaaabbbbcccc",
         "Das Passwort besteht aus zu wenigen verschiedenen Zeichen. Bitte wählen Sie ein anderes."),
    ],
)  # fmt: skip
def test_a_password_that_will_not_do(console: Console, old: str, password: str, again: str, wrong: str) -> None:
    staff = console.sign_in()
    staff.get("/account")
    answer = staff.post("/account/password", old=old, password=password, again=again)
    assert (answer.status_code, said(answer)) == (422, [wrong])
    assert signs_in(console, PASSWORD)


def test_pages_are_in_the_chosen_language(console: Console) -> None:
    staff = console.sign_in()
    staff.get("/account")
    assert texts(staff.post("/account/language", language="en"), "h1") == ["My account"]
    assert said(staff.post("/account/language", language="de")) == ["Die Seiten sind jetzt auf Deutsch."]


def test_sessions_are_listed_and_ended_one_by_one(console: Console) -> None:
    here, there = console.sign_in(), console.sign_in()
    page = here.get("/account")
    assert len(texts(page, ".sessions tbody tr")) == 2
    (action,) = values(page, ".sessions td form", "action")
    assert said(here.post(action.removeprefix("/console"))) == ["Die Sitzung ist beendet."]
    assert there.get("/").url.path == "/console/login"


def test_nobody_ends_the_session_of_somebody_else(console: Console) -> None:
    other, staff = console.sign_in("reader"), console.sign_in()
    number = user_id(console, "reader")
    with console.session() as session:
        (found,) = sessions_of(session, number)
    staff.get("/account")
    staff.post(f"/account/sessions/{found.id}/end")
    assert other.get("/").url.path == "/console/"


def set_up(staff: Staff, console: Console, path: str) -> Response:
    """Set up the second factor as a person does: read the key off the page, type the app's code."""
    page = staff.get(path)
    (secret,) = values(page, "input[name=secret]", "value")
    assert texts(page, ".otp-key") == [" ".join(secret[i : i + 4] for i in range(0, 32, 4))]
    return staff.post(path, secret=secret, code=code_of(secret, console))


def test_the_secret_of_a_second_factor_does_not_lie_open(console: Console) -> None:
    staff = console.sign_in()
    set_up(staff, console, "/account/second-factor")
    with console.session() as session:
        (found,) = kept_totp(session).values()
    assert is_sealed(found)


def test_without_a_key_no_second_factor_is_set_up(filled_sqlite: Path, tmp_path: Path) -> None:
    with copied_console(filled_sqlite, tmp_path, console={"second_factor_key": {}}) as console:
        page = console.sign_in().get("/account/second-factor")
    assert said(page) == [
        "Der zweite Faktor lässt sich noch nicht einrichten: Die Administration muss zuerst console.second_factor_key "
        "setzen."
    ]


def test_a_second_factor_is_set_up_and_its_recovery_codes_are_shown_once(console: Console) -> None:
    here, there = console.sign_in(), console.sign_in()
    page = set_up(here, console, "/account/second-factor")
    codes = texts(page, ".codes code")
    assert (len(set(codes)), {len(code) for code in codes}) == (10, {19})
    assert there.get("/").url.path == "/console/login"
    account = here.get("/account")
    assert [code for code in codes if code in account.text] == []
    assert "10 von 10 Wiederherstellungscodes sind noch unbenutzt." in texts(account, "section p")
    assert set_up_again(here) == "/console/account"


def set_up_again(staff: Staff) -> str:
    return str(staff.get("/account/second-factor").url.path)


def test_the_picture_holds_the_key_and_needs_no_inline_style(console: Console) -> None:
    page = console.sign_in().get("/account/second-factor")
    (svg,) = html.fromstring(page.text).cssselect(".qr svg")
    assert sorted(svg.attrib) == ["viewbox", "xmlns"]
    assert [node for node in svg.iter() if node.get("style") is not None] == []
    assert " style=" not in page.text


@pytest.mark.parametrize("code", ["", "000000", "12345", "abcdef"])
def test_a_wrong_code_does_not_switch_it_on_and_the_key_stays(console: Console, code: str) -> None:
    staff = console.sign_in()
    (secret,) = values(staff.get("/account/second-factor"), "input[name=secret]", "value")
    answer = staff.post("/account/second-factor", secret=secret, code=code)
    assert (answer.status_code, values(answer, "input[name=secret]", "value")) == (422, [secret])
    with console.session() as session:
        user = find_user(session, "editor")
    assert user and not user.second_factor


@pytest.mark.parametrize("secret", ["", "A", "a" * 32, "1" * 32, "A" * 32 + "?issuer=evil"])
def test_a_key_that_is_none_of_ours_is_not_taken(console: Console, secret: str) -> None:
    staff = console.sign_in()
    staff.get("/account/second-factor")
    answer = staff.post("/account/second-factor", secret=secret, code="123456")
    assert (answer.status_code, values(answer, "input[name=secret]", "value") == [secret]) == (422, False)


def test_a_recovery_code_lets_in_once(console: Console) -> None:
    codes = texts(set_up(console.sign_in(), console, "/account/second-factor"), ".codes code")

    def enter(code: str) -> tuple[str, list[str]]:
        staff = console.sign_in()
        staff.get("/login/code")
        answer = staff.post("/login/code", code=code)
        return answer.url.path, said(answer)

    told = ["Sie haben einen Wiederherstellungscode benutzt. Übrig sind: 9. Neue bekommen Sie unter „Mein Konto“."]
    assert enter(codes[0].replace("-", " ").upper()) == ("/console/", told)
    assert enter(codes[0])[0] == "/console/login/code"


def test_the_recovery_code_of_somebody_else_opens_nothing(console: Console) -> None:
    codes = texts(set_up(console.sign_in("lead"), console, "/account/second-factor"), ".codes code")
    with_factor(console)
    staff = console.sign_in()
    staff.get("/login/code")
    assert staff.post("/login/code", code=codes[0]).status_code == 403


def test_new_recovery_codes_end_the_old_ones_and_need_a_code(console: Console) -> None:
    staff = console.sign_in()
    old = texts(set_up(staff, console, "/account/second-factor"), ".codes code")
    staff.get("/account")
    assert said(staff.post("/account/recovery-codes", code="000000")) == [
        "Der Code stimmt nicht oder wurde schon benutzt."
    ]
    new = texts(staff.post("/account/recovery-codes", code=old[0]), ".codes code")
    assert (len(new), set(new) & set(old)) == (10, set())
    assert staff.post("/account/recovery-codes", code=old[1]).status_code == 422


def test_it_is_switched_off_with_a_code_and_the_recovery_codes_end(console: Console) -> None:
    staff = console.sign_in()
    codes = texts(set_up(staff, console, "/account/second-factor"), ".codes code")
    staff.get("/account")
    assert staff.post("/account/second-factor/off", code="000000").status_code == 422
    assert said(staff.post("/account/second-factor/off", code=codes[0])) == ["Der zweite Faktor ist abgeschaltet."]
    with console.session() as session:
        user = find_user(session, "editor")
        assert user
        assert (user.second_factor, count_recovery_codes(session, user.id)) == (False, 0)


@pytest.fixture
def strict(filled_sqlite: Path, tmp_path: Path) -> Iterator[Console]:
    """A console whose office asks everybody for a second factor."""
    with copied_console(filled_sqlite, tmp_path, console={"second_factor": True}) as console:
        yield console


def test_where_it_is_required_who_has_none_sets_it_up_first(strict: Console) -> None:
    staff = Staff(strict.client(), "editor")
    form = {"name": "editor", "password": PASSWORD}
    assert staff.client.post("/console/login", data=form).url.path == "/console/login/second-factor"
    assert {staff.get(path).url.path for path in ("/", "/entries", "/account", "/account/second-factor")} == {
        "/console/login"
    }
    page = set_up(staff, strict, "/login/second-factor")
    assert len(texts(page, ".codes code")) == 10
    assert staff.get("/").url.path == "/console/"
    staff.get("/account")
    assert staff.post("/account/second-factor/off", code="x").status_code == 403


def test_where_it_becomes_required_open_sessions_without_it_go_no_further(strict: Console) -> None:
    number = user_id(strict)
    with strict.session() as session:
        token = open_session(session, number, agent="", complete=True, now=strict.hands.now, valid=timedelta(hours=1))
    client = strict.client()
    client.cookies.set("console", token)
    assert client.get("/console/").url.path == "/console/login"


def test_a_password_alone_never_replaces_a_second_factor(strict: Console) -> None:
    with_factor(strict)
    staff = strict.sign_in()
    staff.get("/login/code")
    assert staff.get("/login/second-factor").url.path == "/console/login"
    staff.get("/login/code")
    answer = staff.post("/login/second-factor", secret=SECRET, code=code_of(SECRET, strict))
    assert answer.url.path == "/console/login"
    assert staff.get("/").url.path == "/console/login"
