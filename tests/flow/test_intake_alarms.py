"""Dead letters, alarms to the administrator and figures: what fails is seen, and told once."""

import asyncio
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from post_office import Post, letter

from klimapartner.assistant import dead_letters, reading_work
from klimapartner.assistant.alarms import Alarm, alarms_now, look_and_tell, tell
from klimapartner.assistant.dead_letters import retry_for_version, tell_staff
from klimapartner.assistant.doctor import examine
from klimapartner.assistant.metrics import registry_of, serve_metrics
from klimapartner.assistant.poll import poll_once
from klimapartner.assistant.reading_work import read_waiting
from klimapartner.assistant.service import serve
from klimapartner.assistant.trouble import note_trouble
from klimapartner.assistant.workplace import Workplace, open_workplace
from klimapartner.mailbox.fakes.hostile_imap import Fault, HostileImap
from klimapartner.mailbox.fakes.smtp_sink import SmtpSink
from klimapartner.storage.leases import bury_message, list_dead
from klimapartner.storage.messages import list_messages
from klimapartner.storage.state import set_state
from klimapartner.storage.tasks import list_tasks

ADMINISTRATOR = "admin@agency.example"
NOW = datetime(2022, 3, 15, 8, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PATIENCE = 20.0


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def host() -> Iterator[HostileImap]:
    mails = [letter(f"Frage {n}", Message_ID=f"<{n}@town.example>").as_bytes() for n in range(2)]
    with HostileImap(mails) as server:
        yield server


@pytest.fixture
def post(host: HostileImap, sink: SmtpSink, tmp_path: Path) -> Post:
    url = f"sqlite:///{tmp_path}/klimapartner.db"
    return Post(host.server, host.login, sink, url, more={"administrator": ADMINISTRATOR})


@pytest.fixture
def work(post: Post, clock: Clock) -> Iterator[Workplace]:
    with open_workplace(post.settings, clock) as workplace:
        yield workplace


def kinds(work: Workplace, since: datetime = NOW) -> list[str]:
    return [alarm.kind for alarm in alarms_now(work, since=since)]


def bury_all(work: Workplace) -> None:
    poll_once(work, "box")
    with work.database.session() as session:
        for message in list_messages(session):
            bury_message(session, message.id, reason="ValueError: kaputt", now=work.clock())


def test_all_well_is_no_alarm(work: Workplace) -> None:
    poll_once(work, "box")
    assert kinds(work) == []


def test_nothing_fetched_for_so_many_minutes(work: Workplace, clock: Clock) -> None:
    poll_once(work, "box")
    clock.now += timedelta(minutes=29)
    assert kinds(work) == []
    clock.now += timedelta(minutes=1)
    (alarm,) = alarms_now(work, since=NOW)
    text = "Seit 30 Minuten ist aus dem Postfach box nichts abgerufen. Läuft `klimapartner run`?"
    assert (alarm.kind, alarm.text) == ("poll:box", text)


def test_a_service_that_has_just_begun_is_given_time(work: Workplace, clock: Clock) -> None:
    poll_once(work, "box")
    clock.now += DAY
    assert kinds(work, since=clock.now) == []


def test_dead_letters(work: Workplace) -> None:
    bury_all(work)
    assert kinds(work) == ["deadletter"]


def test_a_part_that_fails(work: Workplace) -> None:
    with work.database.session() as session:
        note_trouble(session, "send", "KeyError", now=NOW)
    assert kinds(work) == ["fault:send"]


def test_a_secret_that_expires_soon(post: Post, clock: Clock) -> None:
    imap = {
        "host": post.imap.host, "port": post.imap.port, "tls": "none", "user": "demo",
        "auth": {"secret": {"value": "demo"}, "secret_expires": NOW + 10 * DAY},
    }  # fmt: skip
    post.box["imap"] = imap
    with open_workplace(post.settings, clock) as work:
        (alarm,) = alarms_now(work, since=NOW)
    assert alarm.text == "Ein Geheimnis von 127.0.0.1 (Postfach box) läuft am 25.03.2022 ab; bitte ein neues eintragen."


def test_an_alarm_is_a_mail_to_the_administrator_without_words_of_others(work: Workplace, post: Post) -> None:
    bury_all(work)
    assert look_and_tell(work, since=NOW) == 1
    (mail,) = post.answers
    assert (mail["To"], mail["Auto-Submitted"]) == (ADMINISTRATOR, "auto-generated")
    assert mail.get_content().splitlines()[0] == (
        "2 Nachrichten konnten nicht verarbeitet werden; `klimapartner deadletter list` zeigt sie."
    )


def send(work: Workplace, kind: str, sign: str) -> int:
    return asyncio.run(tell(work, [Alarm(kind, "Etwas ist falsch.", sign)]))


def test_one_of_a_kind_in_an_hour_and_the_same_once_a_day(work: Workplace, clock: Clock) -> None:
    assert [send(work, "deadletter", "1"), send(work, "deadletter", "2"), send(work, "limit", "1")] == [1, 0, 1]
    clock.now += HOUR
    assert [send(work, "limit", "1"), send(work, "deadletter", "2")] == [0, 1]
    clock.now += DAY
    assert send(work, "limit", "1") == 1


def test_an_alarm_that_could_not_be_sent_is_due_again(work: Workplace, post: Post) -> None:
    post.sink.answer("rcpt", 451, "later")
    assert [send(work, "limit", "1"), send(work, "limit", "1")] == [0, 1]


def test_a_dead_letter_is_tried_again_once_by_each_version(work: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    assert retry_for_version(work) == 0
    bury_all(work)
    assert retry_for_version(work) == 0
    monkeypatch.setattr(dead_letters, "_program", lambda: "99.0")
    assert retry_for_version(work) == 2
    read_waiting(work)
    with work.database.reading() as session:
        assert [message.state for message in list_messages(session)] == ["done", "done"]
    bury_all(work)
    assert retry_for_version(work) == 0


def test_a_mail_whose_reading_fails_is_kept_with_its_reason_and_the_next_is_read(
    work: Workplace, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    well = reading_work.read_stored

    def fails(session: object, office: object, stored: object) -> object:
        if stored.message_id == "<0@town.example>":  # type: ignore[attr-defined]
            raise ValueError("kaputt")
        return well(session, office, stored)  # type: ignore[arg-type]

    monkeypatch.setattr(reading_work, "read_stored", fails)
    poll_once(work, "box")
    for _ in range(6):
        read_waiting(work)
        clock.now += HOUR
    with work.database.reading() as session:
        (dead,) = list_dead(session)
        told = [(task.message_id, task.text) for task in list_tasks(session) if task.kind == "deadletter"]
        assert [message.state for message in list_messages(session)].count("done") == 1
    assert (dead.message_id, dead.state_reason) == ("<0@town.example>", "ValueError: kaputt")
    assert told == [(dead.id, "Nachricht nicht verarbeitbar: ValueError: kaputt")]


def test_a_dead_letter_that_nobody_told_of_becomes_a_task(work: Workplace) -> None:
    bury_all(work)
    for _ in range(2):
        tell_staff(work)
    with work.database.reading() as session:
        assert [task.kind for task in list_tasks(session)] == ["deadletter"] * 2


def test_the_figures(work: Workplace) -> None:
    poll_once(work, "box")
    registry = registry_of(work)
    names = ["backlog", "dead_letters", "held_answers", "open_tasks", "database_up"]
    assert [registry.get_sample_value(f"klimapartner_{name}") for name in names] == [2, 0, 0, 0, 1]
    last = registry.get_sample_value("klimapartner_last_poll_timestamp_seconds", {"mailbox": "box"})
    assert last == NOW.timestamp()


def test_the_figures_are_served_on_this_machine(work: Workplace, unused_port: int) -> None:
    poll_once(work, "box")
    serve_metrics(work, unused_port)
    with urllib.request.urlopen(f"http://127.0.0.1:{unused_port}/metrics", timeout=10) as answer:
        lines = answer.read().decode().splitlines()
    assert "klimapartner_backlog 2.0" in lines


@pytest.fixture
def unused_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def findings(work: Workplace) -> dict[str, tuple[bool, str]]:
    return {found.name: (found.well, found.text) for found in examine(work, send_test_mail=False)}


def test_doctor_says_what_is_wrong_and_what_to_do(work: Workplace) -> None:
    bury_all(work)
    with work.database.session() as session:
        note_trouble(session, "send", "KeyError", now=NOW)
    found = findings(work)
    assert found["Kennzahlen"] == (
        False,
        "2 Nachrichten sind liegen geblieben; `klimapartner deadletter list` nennt die Gründe, "
        "`klimapartner deadletter retry` versucht es noch einmal.",
    )
    assert found["Dienst"] == (False, "send: KeyError (Einzelheiten mit `klimapartner --debug run`).")


def wait_for(there: Callable[[], bool]) -> bool:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if there():
            return True
        time.sleep(0.05)
    return False


@pytest.fixture
def running(work: Workplace) -> Iterator[Callable[[], None]]:
    """Starts the pollers of a service, stopped at the end."""
    stop = threading.Event()
    service = threading.Thread(target=serve, args=(work, ["poll"], stop))
    yield service.start
    stop.set()
    service.join(PATIENCE)
    assert not service.is_alive()


def test_a_refused_login_is_told_at_once(
    sink: SmtpSink, tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("klimapartner.assistant.service.WATCH_SECONDS", 0.05)
    more = {"administrator": ADMINISTRATOR}
    with HostileImap([], [Fault("LOGIN", "refuse", times=-1, text="[AUTHENTICATIONFAILED] no")]) as host:
        post = Post(host.server, host.login, sink, f"sqlite:///{tmp_path}/klimapartner.db", more=more)
        stop = threading.Event()
        with open_workplace(post.settings, clock) as work:
            service = threading.Thread(target=serve, args=(work, ["poll"], stop))
            service.start()
            try:
                assert wait_for(lambda: bool(post.sink.received))
            finally:
                stop.set()
                service.join(PATIENCE)
    assert [mail["Subject"] for mail in post.answers] == ["klimapartner: Alarm (mailbox:box)"]


def test_a_poller_that_fails_in_a_way_nobody_foresaw_starts_anew(
    work: Workplace, running: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("klimapartner.assistant.service.FAULT_SECONDS", 0.05)
    monkeypatch.setattr("klimapartner.assistant.poll.message_id_of", _fails_twice())
    running()

    def stored() -> bool:
        with work.database.reading() as session:
            return len(list_messages(session)) == 2

    assert wait_for(stored)


def _fails_twice() -> Callable[[bytes], str]:
    left = [KeyError("x"), KeyError("y")]

    def message_id_of(raw: bytes) -> str:
        if left:
            raise left.pop()
        return ""

    return message_id_of


def test_state_of_another_kind_is_no_alarm(work: Workplace) -> None:
    with work.database.session() as session:
        set_state(session, "trouble.send", "", now=NOW)
    assert kinds(work) == []
