"""The IMAP verbs against a server that misbehaves: one error of our own each time, and every mail exactly once."""

import dataclasses
import threading

import pytest

from klimapartner.mailbox import imap
from klimapartner.mailbox.errors import (
    CommandRefused,
    ConnectionLost,
    LoginRefused,
    MailboxError,
    ProtocolFault,
    ServerUnreachable,
)
from klimapartner.mailbox.fakes.hostile_imap import Fault, HostileImap
from klimapartner.mailbox.idle import IdleRefused, follow
from klimapartner.mailbox.imap import Fetched, Moved, Session, connect

MAILS = [f"Subject: Mail {number}\r\n\r\nHallo {number}\r\n".encode() for number in range(1, 5)]
LIMIT = 10_000
EVER = -1


class Intake:
    """The least that stores mail: by UIDVALIDITY and UID, and stored before it is moved."""

    def __init__(self, host: HostileImap, late: list[bytes]) -> None:
        self.host = host
        self.late = late  # arrives after the first poll
        self.stored: dict[tuple[int, int], bytes] = {}
        self.errors: list[MailboxError] = []
        self.stop = threading.Event()

    def poll(self, session: Session) -> bool:
        validity = session.select("INBOX")
        uids = session.uids()
        for message in session.fetch([uid for uid in uids if (validity, uid) not in self.stored], LIMIT):
            if not message.problem:
                self.stored[validity, message.uid] = message.raw
        session.move([uid for uid in uids if (validity, uid) in self.stored], "Erledigt")
        if not self.late and not self.host.box.raws():
            self.stop.set()
        while self.late:
            self.host.box.deliver(self.late.pop())
        return False

    def report(self, error: MailboxError) -> None:
        self.errors.append(error)
        if len(self.errors) > 20:
            self.stop.set()

    def run(self) -> None:
        pauses = (0.001, 0.005)
        follow(self.connect, self.poll, self.stop, report=self.report, seconds=0.05, pauses=pauses)

    def connect(self) -> Session:
        return connect(self.host.server, self.host.login)


COMMANDS = ["GREETING", "LOGIN", "LIST", "SELECT", "SEARCH", "FETCH", "MOVE", "CREATE", "IDLE", "DONE"]
BREAKS = ["drop", "drop-after", "half", "bye", "garbage"]


@pytest.mark.parametrize("kind", BREAKS)
@pytest.mark.parametrize("command", COMMANDS)
def test_a_connection_broken_at_any_command_loses_and_doubles_nothing(command: str, kind: str) -> None:
    with HostileImap(MAILS[:2], [Fault(command, kind, times=2)]) as host:
        intake = Intake(host, late=MAILS[2:])
        intake.run()
    assert sorted(intake.stored.values()) == MAILS
    assert sorted(host.box.raws("Erledigt")) == MAILS
    assert {type(error) for error in intake.errors} <= {ConnectionLost, ServerUnreachable}


def fetched(*faults: Fault) -> list[tuple[int, bytes, str]]:
    with HostileImap(MAILS[:2], faults) as host, connect(host.server, host.login) as session:
        session.select("INBOX")
        return [(message.uid, message.raw, message.problem) for message in session.fetch(session.uids(), LIMIT)]


BOTH = [(1, MAILS[0], ""), (2, MAILS[1], "")]
SECOND = [(2, MAILS[1], "")]

# The first FETCH asks for the sizes of both, the second for the text of the first.
ODD_ANSWERS = [
    (Fault("FETCH", "flags-only"), BOTH),
    (Fault("FETCH", "flags-only", skip=1), BOTH),
    (Fault("FETCH", "flags-only", skip=1, times=2), [(1, b"", "no-body"), *SECOND]),
    (Fault("FETCH", "nil-body", skip=1), BOTH),
    (Fault("FETCH", "nil-body", skip=1, times=2), [(1, b"", "no-body"), *SECOND]),
    (Fault("FETCH", "short-body", skip=1), BOTH),
    (Fault("FETCH", "wrong-uid"), BOTH),
    (Fault("FETCH", "wrong-uid", skip=1), BOTH),
    (Fault("FETCH", "missing", times=2), [(1, b"", "no-body"), *SECOND]),
    (Fault("FETCH", "refuse"), BOTH),
    (Fault("FETCH", "refuse", skip=1, times=2), [(1, b"", "no-body"), *SECOND]),
    (Fault("FETCH", "wrong-size", times=EVER), BOTH),
    (Fault("FETCH", "slow", times=EVER), BOTH),
    (Fault("SEARCH", "ghosts"), BOTH),
    (Fault("SEARCH", "vanish"), [(1, MAILS[0], "")]),
    (Fault("SELECT", "wrong-count"), BOTH),
]


@pytest.mark.parametrize(("fault", "expected"), ODD_ANSWERS)
def test_odd_answers_never_cost_another_message(fault: Fault, expected: list[tuple[int, bytes, str]]) -> None:
    assert fetched(fault) == expected


def test_a_message_without_internaldate() -> None:
    with HostileImap(MAILS[:1], [Fault("FETCH", "no-date")]) as host, connect(host.server, host.login) as session:
        session.select("INBOX")
        assert list(session.fetch([1], LIMIT)) == [Fetched(1, MAILS[0], None, len(MAILS[0]))]


def test_the_message_that_breaks_the_connection_is_named() -> None:
    fault = Fault("FETCH", "half", skip=2)
    with HostileImap(MAILS, [fault]) as host, connect(host.server, host.login) as session:
        session.select("INBOX")
        with pytest.raises(ConnectionLost) as lost:
            list(session.fetch([1, 2, 3], LIMIT))
        assert lost.value.uid == 2


def test_without_uidvalidity_nothing_is_fetched() -> None:
    with HostileImap(MAILS, [Fault("SELECT", "no-validity")]) as host:
        session = connect(host.server, host.login)
        with session, pytest.raises(ProtocolFault, match="UIDVALIDITY"):
            session.select("INBOX")


def test_renumbered_mails_have_a_new_uidvalidity() -> None:
    with HostileImap(MAILS[:2]) as host, connect(host.server, host.login) as session:
        before = session.select("INBOX")
        host.box.renumber()
        assert session.select("INBOX") != before
        assert [message.raw for message in session.fetch(session.uids(), LIMIT)] == [MAILS[1], MAILS[0]]


REFUSALS = [("LOGIN", LoginRefused), ("SELECT", CommandRefused), ("SEARCH", CommandRefused), ("MOVE", CommandRefused)]


@pytest.mark.parametrize(("command", "error"), REFUSALS)
def test_a_refusal_is_told_apart_from_a_broken_line(command: str, error: type[MailboxError]) -> None:
    with (
        HostileImap(MAILS, [Fault(command, "refuse")]) as host,
        pytest.raises(error, match="told to"),
        connect(host.server, host.login) as session,
    ):
        session.select("INBOX")
        session.move(session.uids(), "Erledigt")


@pytest.mark.parametrize("command", ["LOGIN", "SELECT", "SEARCH", "FETCH", "IDLE", "DONE"])
def test_a_server_that_says_nothing_is_given_up(command: str) -> None:
    with HostileImap(MAILS[:2], [Fault(command, "hang")]) as host:
        host.server = dataclasses.replace(host.server, timeout=0.1)
        intake = Intake(host, late=MAILS[2:])
        intake.run()
    assert [type(error) for error in intake.errors] == [ConnectionLost]
    assert sorted(intake.stored.values()) == MAILS


def test_a_server_that_drips_bytes_is_given_up() -> None:
    with HostileImap(MAILS, [Fault("FETCH", "slow", times=EVER)]) as host:
        host.pause = 0.05
        with connect(dataclasses.replace(host.server, limit=0.3), host.login) as session:
            session.select("INBOX")
            with pytest.raises(ConnectionLost):
                list(session.fetch([1], LIMIT))


@pytest.mark.parametrize(
    ("capabilities", "left", "moved"),
    [("MOVE UIDPLUS", [], MAILS), ("UIDPLUS", [], MAILS), ("", MAILS, []), ("MOVE", [], MAILS)],
)
def test_moving_takes_what_the_server_has(capabilities: str, left: list[bytes], moved: list[bytes]) -> None:
    with HostileImap(MAILS, capabilities=f"IMAP4rev1 {capabilities}".strip()) as host:
        with connect(host.server, host.login) as session:
            session.select("INBOX")
            session.move(session.uids(), "Erledigt")
        assert (host.box.raws(), host.box.raws("Erledigt")) == (left, moved)


def test_a_token_that_logs_in_and_opens_nothing_is_a_refused_login() -> None:
    fault = Fault("SELECT", "refuse", text="User is authenticated but not connected.")
    with HostileImap(MAILS, [fault]) as host, connect(host.server, host.login) as session:
        with pytest.raises(LoginRefused, match="Zugriff auf dieses Postfach"):
            session.select("INBOX")
        assert session.select("INBOX") > 0


def test_a_server_that_offers_idle_and_refuses_it_is_polled() -> None:
    with HostileImap(MAILS[:2], [Fault("IDLE", "refuse", times=EVER)]) as host:
        intake = Intake(host, late=MAILS[2:])
        intake.run()
    assert sorted(intake.stored.values()) == MAILS
    assert [type(error) for error in intake.errors] == [IdleRefused]


SENT = [("Gesendete Elemente", "Gesendete Elemente"), ("Ablage/SENT", "Ablage/SENT"), ("Gesendetes", None)]


@pytest.mark.parametrize(("name", "expected"), SENT)
def test_the_sent_folder_is_known_by_its_usual_names(name: str, expected: str | None) -> None:
    with HostileImap() as host, connect(host.server, host.login) as session:
        host.box.create(name)
        assert session.sent_folder() == expected


def test_a_failed_copy_deletes_nothing() -> None:
    with HostileImap(MAILS, [Fault("COPY", "refuse")], capabilities="IMAP4rev1 UIDPLUS") as host:
        with connect(host.server, host.login) as session:
            session.select("INBOX")
            with pytest.raises(CommandRefused):
                session.move([1, 2], "Erledigt")
        assert (host.box.raws(), host.box.raws("Erledigt")) == (MAILS, [])


def test_nothing_to_move() -> None:
    with HostileImap(MAILS) as host, connect(host.server, host.login) as session:
        assert session.move([], "Erledigt") == Moved(())


def test_a_large_folder_is_searched_in_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imap, "SEARCH_WINDOW", 3)
    with HostileImap(MAILS * 3) as host, connect(host.server, host.login) as session:
        session.select("INBOX")
        assert (session.uids(), session.uids(5)) == (list(range(1, 13)), list(range(6, 13)))
        monkeypatch.setattr(imap, "MOST_WINDOWS", 2)
        assert (session.uids(), session.uids(11)) == (list(range(1, 13)), [12])
