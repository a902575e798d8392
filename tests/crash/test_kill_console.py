"""kill -9 around every transaction of a form of the console, start again, send the form again: done once, whole."""

import secrets
import shutil
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from chat_desk import NOW, OFFICE, chat_settings
from console_desk import Console, open_console, said
from crash_office import Changes, CrashOffice, Result, changes, in_database, in_sink
from crash_worker import EVERY_COMMIT
from postgres_server import new_database

from klimapartner.assistant.dispatch import open_gate
from klimapartner.assistant.settings import Settings
from klimapartner.assistant.web.chat_session import begin_visit
from klimapartner.mailbox.fakes.smtp_sink import SmtpSink

HOUR, MERGED = 3600.0, "Die beiden Einträge sind zusammengeführt."
HUSUM, AHRWEILER, NUERNBERG, ZITTAU, GERSTHOFEN, WUNSTORF = 2, 3, 7, 8, 9, 10
BY_HUSUM, TO_AHRWEILER, TO_ZITTAU, QUESTION = 3, 4, 14, 19
BATCH = {"letter": "missing", "batch": "b1", "action": "send"}
TOWN = {"municipality": "Bonn", "world_region": "africa", "name": "Kim Muster", "email": "kim@bonn.example"}
# Reads of pages, which are noted, and what a page says once: both are made anew by whoever sends a form again.
PASSING = ("accesses", "sessions")
# Whoever erases somebody of whom nothing is left gets a certificate that says so.
CERTIFICATE: Changes = {"rows": ([("erasures", "1")], [("erasures", "2")])}

# What staff do, as the forms of their pages send it; ids are those of the demo's mails.
DEEDS: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "decide": [(f"/entries/{HUSUM}/status", {"version": 1, "status": "in_review"})],
    "decide for all": [("/entries/bulk", {"all_matching": "1", "status": "in_review", "assign_to": "editor"})],
    "correct": [(f"/entries/{HUSUM}/fields/contact.phone", {"version": 1, "value": ["04841 666-0"]})],
    "correct the body": [(f"/entries/{HUSUM}/fields/municipality", {"version": 1, "value": ["Bonn"]})],
    "confirm": [(f"/entries/{HUSUM}/confirm", {"version": 1})],
    "comment": [(f"/entries/{HUSUM}/comments", {"comment": "Ruft am Montag an."})],
    "be reminded": [(f"/entries/{HUSUM}/reminders", {"day": "2022-03-01", "reminder": "anrufen"})],
    "enter by hand": [("/entries/new", TOWN)],
    "write a letter": [("/compose", BATCH | {"entry": HUSUM, "released": "1"})],
    "write to all": [("/compose", BATCH | {"query": "region=africa", "released": "1"})],
    "reply": [("/messages/21/reply", {"subject": "Ihre Frage", "body": "Gern."})],
    "answer after all": [("/unanswered/13/answer", {})],
    "release": [("/outbox/act", {"action": "release", "ids": [TO_ZITTAU, QUESTION]})],
    "hold": [("/outbox/act", {"action": "hold", "ids": [BY_HUSUM, TO_AHRWEILER]})],
    "discard": [(f"/outbox/{BY_HUSUM}/act", {"action": "discard"})],
    "merge": [(f"/entries/{NUERNBERG}/merge", {"other": ZITTAU})],
    "part again": [(f"/entries/{GERSTHOFEN}/merges/1/undo", {})],
    "take a pair": [("/match/accept", {"entry": HUSUM, "offer": 1})],
    "invite": [("/events/workshop/invite", {})],
    "answer in a chat": [("/chats/1/answer", {"said": "Gern helfen wir."})],
    "bring in": [("/import/1", {})],
    "erase": [("/people/erase/now", {"key": "rolf.petersen@husum.example", "word": "ERASE"})],
}
SHEET = "Kommune;Region;E-Mail\nBonn;Afrika;kim@bonn.example\nKöln;Lateinamerika;robin@koeln.example\n"
QUICK = ("correct", "write a letter")


@dataclass(frozen=True)
class Template:
    """A filled office whose outbox is open, with a browser signed in: copied for every death."""

    copy: Callable[[], str]
    browser: tuple[dict[str, str], str]


def prepared(console: Console) -> tuple[dict[str, str], str]:
    with console.session() as session:
        open_gate(session, now=console.work.clock())
    begin_visit(console.work, "de")
    staff = console.sign_in("lead")
    sheet = {"file": ("liste.csv", SHEET.encode(), "text/csv")}
    brought = staff.client.post("/console/import", data={"guard": staff.guard}, files=sheet)
    assert brought.url.path == "/console/import/1"
    assert said(staff.post(f"/entries/{GERSTHOFEN}/merge", other=WUNSTORF)) == [MERGED]
    return dict(staff.client.cookies), staff.guard


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def template(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Template:
    folder = tmp_path_factory.mktemp("offices")
    if request.param == "sqlite":
        with open_console(f"sqlite:///{folder}/filled.db") as console:
            browser = prepared(console)

        def copy() -> str:
            path = folder / f"{secrets.token_hex(4)}.db"
            shutil.copy(folder / "filled.db", path)
            return f"sqlite:///{path}"

        return Template(copy, browser)
    server, name = request.getfixturevalue("postgres_server"), f"presses_{secrets.token_hex(4)}"
    with open_console(new_database(server, name)) as console:
        browser = prepared(console)
    return Template(lambda: new_database(server, f"press_{secrets.token_hex(4)}", template=name), browser)


def settings_of(url: str, sink: SmtpSink) -> Settings:
    imap = {"host": "localhost", "port": 1, "tls": "none"}
    smtp = {"host": sink.server.host, "port": sink.server.port, "tls": "none"}
    box = {"address": OFFICE, "imap": imap, "smtp": smtp}
    return chat_settings(url, now=NOW, web={"port": 0}, mailboxes={"box": box})


def sent_and_kept(office: CrashOffice, settings: Settings, sink: SmtpSink) -> Result:
    """All that waits is sent; then what there is, without what passes."""
    assert office.run("send", settings, ahead=HOUR).code == 0
    found = in_database(settings.database)
    rows = {table: count for table, count in found.pop("rows").items() if table not in PASSING}
    return {"sink": in_sink(sink), **found, "rows": rows}


def pressed(office: CrashOffice, template: Template, deed: str, *, die_at: int) -> tuple[int, Result]:
    """A form is sent, its process dies at a transaction, and the form is sent again: how many there were, what is."""
    with SmtpSink() as sink:
        settings, given = settings_of(template.copy(), sink), (template.browser, *DEEDS[deed])
        ended = office.run("press", settings, EVERY_COMMIT if die_at else "", die_at or 1, given=given)
        if die_at:
            assert ended.code == -signal.SIGKILL
            ended = office.run("press", settings, given=given)
        assert ended.code == 0
        return len(ended.commits), sent_and_kept(office, settings, sink)


@pytest.fixture(scope="module")
def quiet(crash_office: CrashOffice, template: Template) -> Iterator[Callable[[str], tuple[int, Result]]]:
    """What a deed makes where nothing happens, looked at once."""
    known: dict[str, tuple[int, Result]] = {}

    def look(deed: str) -> tuple[int, Result]:
        if deed not in known:
            known[deed] = pressed(crash_office, template, deed, die_at=0)
        return known[deed]

    yield look


@pytest.mark.parametrize("deed", [pytest.param(d, marks=() if d in QUICK else pytest.mark.long) for d in DEEDS])
def test_killed_around_any_transaction_and_pressed_again_it_is_done_once(
    crash_office: CrashOffice, template: Template, quiet: Callable[[str], tuple[int, Result]], deed: str
) -> None:
    commits, before = quiet(deed)
    found: dict[int, Changes] = {}
    for number in range(1, commits + 1):
        _, after = pressed(crash_office, template, deed, die_at=number)
        if (differs := changes(before, after)) and not (deed == "erase" and differs == CERTIFICATE):
            found[number] = differs
    assert (commits >= 2, found) == (True, {})
