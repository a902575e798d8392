"""IDLE, its renewal and the fallback to polling, with a real Dovecot behind a line that breaks."""

import threading
from collections.abc import Iterator

import pytest
from dovecot_server import Dovecot

from klimapartner.mailbox import idle
from klimapartner.mailbox.errors import ConnectionLost, MailboxError
from klimapartner.mailbox.fakes.embedded_imap import EmbeddedImap
from klimapartner.mailbox.fakes.hostile_imap import HostileImap
from klimapartner.mailbox.fakes.proxy import CuttingProxy
from klimapartner.mailbox.idle import backoff, follow, wait
from klimapartner.mailbox.imap import Session, connect
from klimapartner.mailbox.server import PasswordLogin, Server

LONG = 30.0  # seconds; no test waits for it to pass
LIMIT = 1_000_000


def mail(number: int, size: int = 0) -> bytes:
    return f"Subject: Mail {number}\r\n\r\n{'x' * size}\r\n".encode()


@pytest.mark.parametrize(
    ("attempt", "jitter", "seconds"),
    [(0, 0.0, 5.0), (1, 0.0, 10.0), (2, 0.5, 15.0), (7, 0.0, 640.0), (8, 0.0, 900.0), (10_000, 0.999, 450.45)],
)
def test_pauses_grow_to_a_limit(attempt: int, jitter: float, seconds: float) -> None:
    assert backoff(attempt, jitter) == pytest.approx(seconds)


@pytest.fixture
def embedded() -> Iterator[EmbeddedImap]:
    with EmbeddedImap() as server:
        yield server


def later(work: object, seconds: float = 0.1) -> None:
    """Run `work` from another thread once the test waits."""
    threading.Timer(seconds, work).start()  # type: ignore[arg-type]


def test_new_mail_ends_the_wait(embedded: EmbeddedImap) -> None:
    with connect(embedded.server, embedded.login) as session:
        session.select("INBOX")
        later(lambda: embedded.append(mail(1)))
        assert wait(session, threading.Event(), seconds=LONG) == "changed"
        assert session.uids() != []


def test_mail_that_came_between_search_and_idle_ends_the_wait() -> None:
    with HostileImap() as host, connect(host.server, host.login) as session:
        session.select("INBOX")
        session.uids()
        host.box.deliver(mail(1))
        assert wait(session, threading.Event(), seconds=LONG) == "changed"


@pytest.mark.dovecot
@pytest.mark.parametrize("line", ["server", "tls_server"])
def test_lines_that_arrive_byte_by_byte(dovecot: Dovecot, user: str, line: str) -> None:
    with CuttingProxy(getattr(dovecot, line)) as proxy, connect(proxy.server, dovecot.login(user)) as session:
        session.select("INBOX")
        proxy.chunk = 1
        with connect(dovecot.server, dovecot.login(user)) as other:
            later(lambda: other.append("INBOX", mail(1)))
            assert wait(session, threading.Event(), seconds=LONG) == "changed"
        assert [message.raw for message in session.fetch(session.uids(), LIMIT)] == [mail(1)]


def test_the_stop_event_ends_the_wait(embedded: EmbeddedImap) -> None:
    stop = threading.Event()
    with connect(embedded.server, embedded.login) as session:
        session.select("INBOX")
        later(stop.set)
        assert wait(session, stop, seconds=LONG) == "stopped"


def test_idle_is_renewed_and_the_session_goes_on(embedded: EmbeddedImap) -> None:
    with connect(embedded.server, embedded.login) as session:
        session.select("INBOX")
        assert [wait(session, threading.Event(), seconds=0.05) for _ in range(3)] == ["elapsed"] * 3
        assert session.uids() == []


def test_without_idle_the_wait_is_a_pause() -> None:
    with HostileImap(capabilities="IMAP4rev1") as host, connect(host.server, host.login) as session:
        session.select("INBOX")
        assert wait(session, threading.Event(), seconds=0.01) == "elapsed"
        stop = threading.Event()
        stop.set()
        assert wait(session, stop, seconds=LONG) == "stopped"


@pytest.mark.dovecot
def test_flags_of_other_people_do_not_end_the_wait(
    dovecot: Dovecot, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with connect(dovecot.server, dovecot.login(user)) as session, connect(dovecot.server, dovecot.login(user)) as other:
        session.append("INBOX", mail(1))
        session.select("INBOX")
        other.select("INBOX")
        later(lambda: other.mark([1], "\\Seen"))
        assert wait(session, threading.Event(), seconds=1.5) == "elapsed"


class Intake:
    """Stores by UID and stops when all that is expected is there."""

    def __init__(self, server: Server, login: PasswordLogin, expected: int) -> None:
        self.server = server
        self.login = login
        self.expected = expected
        self.stored: dict[int, bytes] = {}
        self.errors: list[MailboxError] = []
        self.stop = threading.Event()
        self.polls = 0

    def poll(self, session: Session) -> bool:
        self.polls += 1
        session.select("INBOX")
        fresh = session.fetch([uid for uid in session.uids() if uid not in self.stored], LIMIT)
        before = len(self.stored)
        for message in fresh:
            self.stored[message.uid] = message.raw
        if len(self.stored) >= self.expected:
            self.stop.set()
        return len(self.stored) > before

    def connect(self) -> Session:
        return connect(self.server, self.login)

    def run(self, seconds: float = LONG) -> None:
        follow(
            self.connect,
            self.poll,
            self.stop,
            report=self.errors.append,
            seconds=seconds,
            pauses=(0.01, 0.05),
        )


@pytest.mark.dovecot
@pytest.mark.parametrize("line", ["server", "tls_server"])
def test_a_line_cut_in_the_middle_of_fetch(dovecot: Dovecot, user: str, line: str) -> None:
    mails = [mail(number, size=20_000) for number in range(5)]
    with connect(dovecot.server, dovecot.login(user)) as session:
        for raw in mails:
            session.append("INBOX", raw)
    with CuttingProxy(getattr(dovecot, line)) as proxy:
        intake = Intake(proxy.server, dovecot.login(user), expected=5)
        proxy.cut_after(50_000)
        intake.run()
    assert proxy.cuts == 1
    assert list(intake.stored.values()) == mails
    assert [type(error) for error in intake.errors] == [ConnectionLost]


@pytest.mark.dovecot
@pytest.mark.parametrize("line", ["server", "tls_server"])
def test_a_line_cut_in_idle(dovecot: Dovecot, user: str, line: str) -> None:
    with CuttingProxy(getattr(dovecot, line)) as proxy:
        intake = Intake(proxy.server, dovecot.login(user), expected=1)

        def cut_and_deliver() -> None:
            proxy.cut()
            with connect(dovecot.server, dovecot.login(user)) as session:
                session.append("INBOX", mail(1))

        later(cut_and_deliver, 0.3)
        intake.run()
    assert list(intake.stored.values()) == [mail(1)]
    assert [type(error) for error in intake.errors] == [ConnectionLost]


@pytest.mark.dovecot
def test_a_line_that_died_without_a_word_is_noticed_at_the_next_renewal(dovecot: Dovecot, user: str) -> None:
    with CuttingProxy(dovecot.server) as proxy:
        server = Server(proxy.server.host, proxy.server.port, security="none", timeout=0.5)
        intake = Intake(server, dovecot.login(user), expected=1)
        intake.errors = Reviving(proxy)

        def die() -> None:
            proxy.hold()
            with connect(dovecot.server, dovecot.login(user)) as session:
                session.append("INBOX", mail(1))

        later(die, 0.3)
        intake.run(seconds=1.0)
    assert list(intake.stored.values()) == [mail(1)]
    assert [type(error) for error in intake.errors] == [ConnectionLost]


class Reviving(list[MailboxError]):
    """The first error that is reported brings the line back."""

    def __init__(self, proxy: CuttingProxy) -> None:
        super().__init__()
        self._proxy = proxy

    def append(self, error: MailboxError) -> None:
        super().append(error)
        self._proxy.release()


def test_a_poll_that_found_something_is_followed_by_another_before_idle(embedded: EmbeddedImap) -> None:
    embedded.append(mail(1))
    intake = Intake(embedded.server, embedded.login, expected=2)

    def poll(session: Session) -> bool:
        found = intake.poll(session)
        if intake.polls == 1:
            embedded.append(mail(2))
        return found

    follow(
        lambda: connect(embedded.server, embedded.login), poll, intake.stop, report=intake.errors.append, seconds=LONG
    )
    assert (intake.polls, len(intake.stored), intake.errors) == (2, 2, [])


def test_a_server_that_cannot_be_reached_is_tried_again() -> None:
    tries: list[MailboxError] = []
    stop = threading.Event()

    def report(error: MailboxError) -> None:
        tries.append(error)
        if len(tries) == 3:
            stop.set()

    with HostileImap() as host:
        gone, login = host.server, host.login
    follow(lambda: connect(gone, login), lambda _: False, stop, report=report, pauses=(0.001, 0.002))
    assert len(tries) == 3


def test_idle_is_renewed_before_the_server_gives_up(embedded: EmbeddedImap, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(idle, "LONGEST_IDLE", 0.05)
    with connect(embedded.server, embedded.login) as session:
        session.select("INBOX")
        assert wait(session, threading.Event(), seconds=LONG) == "elapsed"
