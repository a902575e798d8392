"""People: inviting them by a mail whose link nobody else sees, changing them, helping them back in."""

import asyncio
import re
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from chat_desk import OFFICE
from console_desk import PASSWORD, Console, Staff, copied_console, said, texts, values

from klimapartner.assistant.dispatch import open_gate, send_due
from klimapartner.mailbox.fakes.smtp_sink import SmtpSink
from klimapartner.storage.history import list_history
from klimapartner.storage.outbox import list_outbox
from klimapartner.storage.recovery import issue_recovery_codes
from klimapartner.storage.users import User, count_failure, find_user, set_totp

SITE = "https://klima.example"
LINK = re.compile(rf"{SITE}/console/invite\?token=(\S+)")
NEW = "another horse battery"
INVITED = (
    "Die Einladung an erika liegt im Postausgang. Er ist noch geschlossen; gesendet wird sie, sobald er geöffnet ist."
)


@pytest.fixture
def sink() -> Iterator[SmtpSink]:
    with SmtpSink() as opened:
        yield opened


@pytest.fixture
def office(filled_sqlite: Path, tmp_path: Path, sink: SmtpSink) -> Iterator[Console]:
    """A console that can send mail."""
    server = {"host": sink.server.host, "port": sink.server.port, "tls": "none"}
    boxes = {"box": {"address": OFFICE, "imap": server, "smtp": server}}
    with copied_console(filled_sqlite, tmp_path, mailboxes=boxes, web={"public_url": SITE}) as opened:
        yield opened


def admin_of(office: Console) -> Staff:
    """The administrator, in a browser that speaks TLS."""
    client = office.client()
    client.base_url = client.base_url.copy_with(scheme="https")
    client.headers["Origin"] = "https://localhost"
    staff = Staff(client, "administrator")
    client.post("/console/login", data={"name": "administrator", "password": PASSWORD})
    staff.get("/users")
    return staff


def user_of(office: Console, name: str) -> User:
    with office.session() as session:
        user = find_user(session, name)
    assert user
    return user


def send_all(office: Console, sink: SmtpSink) -> list[str]:
    """Open the outbox and send: the texts of the mails that arrive for erika."""
    with office.session() as session:
        open_gate(session, now=office.hands.now)
    while asyncio.run(send_due(office.work.settings, office.work.database, office.work.clock)):
        pass
    mine = [got for got in sink.received if got.recipients == ("erika@office.example",)]
    return [str(message_from_bytes(got.raw, policy=policy.default).get_content()) for got in mine]


def invite(office: Console, name: str = "erika") -> Staff:
    admin = admin_of(office)
    answer = admin.post("/users", name=name, mail=f"{name}@office.example", role="editor")
    assert said(answer) == [INVITED.replace("erika", name)]
    return admin


def open_link(office: Console, mail: str) -> tuple[Staff, str]:
    token = LINK.findall(mail)[0]
    return Staff(office.client(), "editor"), token


def test_an_invited_person_sets_a_password_and_signs_in(office: Console, sink: SmtpSink) -> None:
    invite(office)
    (mail,) = send_all(office, sink)
    visitor, token = open_link(office, mail)
    page = visitor.get("/invite", token=token)
    assert (page.status_code, texts(page, "main p")[0]) == (
        200, "Willkommen, erika. Wählen Sie ein Passwort; danach melden Sie sich damit an.",
    )  # fmt: skip
    done = visitor.post("/invite", token=token, password=NEW, again=NEW)
    assert (done.url.path, said(done)) == ("/console/invite/done", ["Ihr Passwort gilt ab jetzt."])
    answer = visitor.client.post("/console/login", data={"name": "erika", "password": NEW}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/console/")
    assert visitor.get("/invite", token=token).status_code == 410


def test_before_the_password_is_set_nobody_signs_in(office: Console) -> None:
    invite(office)
    for password in ("", "erika", "nobody", PASSWORD):
        answer = office.client().post("/console/login", data={"name": "erika", "password": password})
        assert answer.status_code == 403


def test_the_link_stands_neither_in_the_outbox_nor_in_the_database(office: Console, sink: SmtpSink) -> None:
    invite(office)
    (mail,) = send_all(office, sink)
    token = LINK.findall(mail)[0]
    with office.session() as session:
        (row,) = [row for row in list_outbox(session) if row.kind == "invite"]
    assert ("[Link]" in row.body_text, token in row.body_text, "token=" in row.body_text) == (True, False, False)
    path = Path(office.work.settings.database.removeprefix("sqlite:///"))
    stored = [part.read_bytes() for part in path.parent.glob("console.db*")]
    assert [token.encode() in content for content in stored] == [False] * len(stored)


def test_the_link_is_good_for_seven_days(office: Console, sink: SmtpSink) -> None:
    invite(office)
    (mail,) = send_all(office, sink)
    visitor, token = open_link(office, mail)
    office.hands.now += timedelta(days=7) - timedelta(seconds=1)
    assert visitor.get("/invite", token=token).status_code == 200
    office.hands.now += timedelta(seconds=1)
    assert visitor.get("/invite", token=token).status_code == 410
    assert visitor.post("/invite", token=token, password=NEW, again=NEW).status_code == 410


def test_a_password_that_will_not_do_leaves_the_link_as_it_is(office: Console, sink: SmtpSink) -> None:
    invite(office)
    (mail,) = send_all(office, sink)
    visitor, token = open_link(office, mail)
    answer = visitor.post("/invite", token=token, password="short", again="short")
    assert (answer.status_code, said(answer)) == (
        422, ["Das Passwort ist zu kurz. Es braucht mindestens 12 Zeichen."],
    )  # fmt: skip
    assert visitor.post("/invite", token=token, password=NEW, again=NEW).url.path == "/console/invite/done"


def test_a_form_from_elsewhere_sets_no_password(office: Console, sink: SmtpSink) -> None:
    invite(office)
    (mail,) = send_all(office, sink)
    visitor, token = open_link(office, mail)
    foreign = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    data = {"token": token, "password": NEW, "again": NEW}
    assert visitor.client.post("/console/invite", data=data, headers=foreign).status_code == 403
    assert user_of(office, "erika").invited


def test_a_new_address_gets_no_old_invitation_and_ends_old_links(office: Console, sink: SmtpSink) -> None:
    admin = invite(office)
    (mail,) = send_all(office, sink)
    visitor, token = open_link(office, mail)
    erika = user_of(office, "erika")
    admin.post(f"/users/{erika.id}/link")
    admin.post(f"/users/{erika.id}", mail="new@office.example", role="editor", active="yes", version=erika.version)
    assert visitor.get("/invite", token=token).status_code == 410
    assert len(send_all(office, sink)) == 1, "the second mail was for the old address"
    with office.session() as session:
        states = [(row.state, row.to_addr) for row in list_outbox(session) if row.kind == "invite"]
    assert states == [("sent", "erika@office.example"), ("failed", "erika@office.example")]


def test_a_forgotten_password_is_set_anew_and_ends_the_sessions(office: Console, sink: SmtpSink) -> None:
    old, admin = office.sign_in("editor"), admin_of(office)
    editor = user_of(office, "editor")
    admin.post(f"/users/{editor.id}", mail="erika@office.example", role="editor", active="yes", version=editor.version)
    admin.post(f"/users/{editor.id}/link")
    (mail,) = send_all(office, sink)
    visitor, token = open_link(office, mail)
    visitor.post("/invite", token=token, password=NEW, again=NEW)
    assert old.get("/").url.path == "/console/login"


@pytest.mark.parametrize(
    ("form", "wrong"),
    [
        ({"name": "editor"}, "Diesen Anmeldenamen gibt es schon."),
        ({"name": " "}, "Bitte geben Sie einen Anmeldenamen von 2 bis 60 Zeichen an, ohne Leerzeichen am Rand."),
        ({"name": "a\nb"}, "Bitte geben Sie einen Anmeldenamen von 2 bis 60 Zeichen an, ohne Leerzeichen am Rand."),
        ({"mail": "erika"}, "Das ist keine E-Mail-Adresse."),
        ({"mail": "a@b.example, c@d.example"}, "Das ist keine E-Mail-Adresse."),
        ({"mail": "a@b.example\r\nBcc: c@d.example"}, "Das ist keine E-Mail-Adresse."),
        ({"mail": "Erika <a@b.example>"}, "Das ist keine E-Mail-Adresse."),
        ({"role": "boss"}, "Bitte wählen Sie eine Rolle."),
    ],
    ids=str,
)
def test_an_invitation_that_will_not_do(office: Console, form: dict[str, str], wrong: str) -> None:
    admin = admin_of(office)
    answer = admin.post("/users", **({"name": "erika", "mail": "erika@office.example", "role": "editor"} | form))
    assert (answer.status_code, said(answer)) == (422, [wrong])
    with office.session() as session:
        assert [row for row in list_outbox(session) if row.kind == "invite"] == []


def test_a_name_with_html_in_it_is_only_a_name(office: Console, sink: SmtpSink) -> None:
    admin = admin_of(office)
    admin.post("/users", name="<b>{link}</b>", mail="erika@office.example", role="reader")
    assert texts(admin.get("/users"), "tbody th")[0] == "<b>{link}</b>"
    (mail,) = send_all(office, sink)
    assert (mail.count("token="), "Ihr Anmeldename ist <b>{link}</b>." in mail) == (1, True)


def test_a_role_counts_at_once_and_stands_in_the_history(any_console: Console) -> None:
    admin, staff = any_console.sign_in("administrator"), any_console.sign_in("editor")
    editor = user_of(any_console, "editor")
    assert staff.get("/log").status_code == 403
    admin.get(f"/users/{editor.id}")
    answer = admin.post(f"/users/{editor.id}", mail=editor.mail, role="lead", active="yes", version=editor.version)
    assert said(answer) == ["Gespeichert."]
    assert staff.get("/log").status_code == 200
    with any_console.session() as session:
        line = list_history(session, "user", editor.id)[-1]
    assert (line.who, line.action, line.field, line.old, line.new) == (
        "administrator", "changed", "role", "editor", "lead",
    )  # fmt: skip


def test_who_is_not_active_is_out_at_once(any_console: Console) -> None:
    admin, staff = any_console.sign_in("administrator"), any_console.sign_in("reader")
    reader = user_of(any_console, "reader")
    admin.get(f"/users/{reader.id}")
    admin.post(f"/users/{reader.id}", mail=reader.mail, role="reader", version=reader.version)
    assert staff.get("/").url.path == "/console/login"
    answer = any_console.client().post("/console/login", data={"name": "reader", "password": PASSWORD})
    assert answer.status_code == 403


def test_the_last_administrator_stays(any_console: Console) -> None:
    admin = any_console.sign_in("administrator")
    me = user_of(any_console, "administrator")
    admin.get(f"/users/{me.id}")
    for role, active in (("reader", "yes"), ("administrator", "")):
        answer = admin.post(f"/users/{me.id}", mail=me.mail, role=role, active=active, version=me.version)
        assert (answer.status_code, said(answer)) == (
            422, ["Mindestens eine aktive Person muss die Administration behalten."],
        )  # fmt: skip
    assert user_of(any_console, "administrator") == me


def test_two_administrators_do_not_overwrite_each_other(any_console: Console) -> None:
    admin = any_console.sign_in("administrator")
    reader = user_of(any_console, "reader")
    admin.get(f"/users/{reader.id}")
    admin.post(f"/users/{reader.id}", mail=reader.mail, role="editor", active="yes", version=reader.version)
    answer = admin.post(f"/users/{reader.id}", mail=reader.mail, role="lead", active="yes", version=reader.version)
    assert (answer.status_code, user_of(any_console, "reader").role) == (409, "editor")


def test_a_lost_phone_is_forgotten_with_its_codes_and_sessions(any_console: Console) -> None:
    admin, staff = any_console.sign_in("administrator"), any_console.sign_in("editor")
    editor = user_of(any_console, "editor")
    with any_console.session() as session:
        set_totp(session, editor.id, "A" * 32, who="editor", now=any_console.hands.now)
        issue_recovery_codes(session, editor.id, now=any_console.hands.now)
    admin.get(f"/users/{editor.id}")
    answer = admin.post(f"/users/{editor.id}/second-factor/reset")
    assert said(answer) == ["Der zweite Faktor von editor ist zurückgesetzt, alle Sitzungen sind beendet."]
    assert (user_of(any_console, "editor").second_factor, staff.get("/").url.path) == (False, "/console/login")


def test_a_lock_is_lifted(any_console: Console) -> None:
    editor, now = user_of(any_console, "editor"), any_console.hands.now
    with any_console.session() as session:
        for _ in range(10):
            count_failure(session, editor.id, now=now)
    admin = any_console.sign_in("administrator")
    page = admin.get(f"/users/{editor.id}")
    assert f"/console/users/{editor.id}/unlock" in values(page, "form", "action")
    assert said(admin.post(f"/users/{editor.id}/unlock")) == ["editor kann sich wieder anmelden."]
    assert any_console.sign_in("editor").get("/").url.path == "/console/"


def test_somebody_is_signed_out_everywhere(any_console: Console) -> None:
    admin, staff = any_console.sign_in("administrator"), any_console.sign_in("editor")
    editor = user_of(any_console, "editor")
    admin.get(f"/users/{editor.id}")
    assert said(admin.post(f"/users/{editor.id}/sessions/end")) == ["Alle Sitzungen von editor sind beendet."]
    assert staff.get("/").url.path == "/console/login"
    assert admin.get("/").url.path == "/console/"
