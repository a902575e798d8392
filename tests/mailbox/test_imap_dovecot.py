"""The IMAP verbs against a real Dovecot."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from dovecot_server import Dovecot, running

from klimapartner.mailbox.errors import FolderMissing, InsecureConnection, LoginRefused
from klimapartner.mailbox.imap import Fetched, Moved, connect
from klimapartner.mailbox.server import PasswordLogin, Server

pytestmark = pytest.mark.dovecot

NOON = datetime(2022, 3, 5, 12, tzinfo=timezone(timedelta(hours=1)))
LIMIT = 100_000


def mail(number: int, size: int = 0) -> bytes:
    return f"From: a@example.org\r\nSubject: Mail {number}\r\n\r\n{'x' * size}Hallo\r\n".encode()


def test_mails_are_fetched_with_their_time_and_stay_unseen(dovecot: Dovecot, user: str) -> None:
    with connect(dovecot.server, dovecot.login(user)) as session:
        session.append("INBOX", mail(1), NOON)
        session.append("INBOX", mail(2), NOON, seen=True)
        assert session.select("INBOX") > 0
        assert session.uids() == [1, 2]
        assert list(session.fetch([1, 2], LIMIT)) == [
            Fetched(1, mail(1), NOON.astimezone(UTC), len(mail(1))),
            Fetched(2, mail(2), NOON.astimezone(UTC), len(mail(2))),
        ]
        assert session.client.get_flags([1, 2]) == {1: (b"\\Recent",), 2: (b"\\Seen", b"\\Recent")}


def test_uids_after_the_last_one_known(dovecot: Dovecot, user: str) -> None:
    with connect(dovecot.server, dovecot.login(user)) as session:
        for number in range(3):
            session.append("INBOX", mail(number))
        session.select("INBOX")
        assert [session.uids(after) for after in (0, 2, 3, 99)] == [[1, 2, 3], [3], [], []]


def test_a_mail_above_the_limit_gives_its_header_only(dovecot: Dovecot, user: str) -> None:
    with connect(dovecot.server, dovecot.login(user)) as session:
        session.append("INBOX", mail(1, size=2000), NOON)
        session.select("INBOX")
        head, _, _ = mail(1).partition(b"\r\n\r\n")
        assert list(session.fetch([1], 1000)) == [
            Fetched(1, head + b"\r\n\r\n", NOON.astimezone(UTC), len(mail(1, size=2000)), "oversized")
        ]


def test_a_vanished_mail_is_left_out(dovecot: Dovecot, user: str) -> None:
    with connect(dovecot.server, dovecot.login(user)) as session:
        for number in range(3):
            session.append("INBOX", mail(number))
        session.select("INBOX")
        uids = session.uids()
        with connect(dovecot.server, dovecot.login(user)) as colleague:
            colleague.select("INBOX")
            colleague.move([2], "Ablage")
        assert [message.uid for message in session.fetch(uids, LIMIT)] == [1, 3]


@pytest.mark.parametrize("kind", ["dovecot", "dovecot_without_move"])
def test_moving_makes_the_folder_and_leaves_what_others_deleted(
    kind: str, user: str, request: pytest.FixtureRequest
) -> None:
    dovecot: Dovecot = request.getfixturevalue(kind)
    with connect(dovecot.server, dovecot.login(user)) as session:
        for number in range(3):
            session.append("INBOX", mail(number))
        session.select("INBOX")
        session.client.add_flags([3], ["\\Deleted"])
        assert session.move([1, 2], "Assistent/Erledigt & geprüft") == Moved((1, 2))
        assert session.uids() == [3]
        session.select("Assistent/Erledigt & geprüft")
        assert [message.raw for message in session.fetch(session.uids(), LIMIT)] == [mail(0), mail(1)]


def test_without_move_and_uidplus_mails_stay(dovecot_bare: Dovecot, user: str) -> None:
    with connect(dovecot_bare.server, dovecot_bare.login(user)) as session:
        session.append("INBOX", mail(1))
        session.select("INBOX")
        reason = f"{dovecot_bare.server} kann weder MOVE noch UIDPLUS: die Mails bleiben, wo sie sind."
        assert session.move([1], "Erledigt") == Moved((), (1,), reason)
        assert session.uids() == [1]
        session.select("Erledigt")
        assert session.uids() == []


def test_system_flags_are_set(dovecot: Dovecot, user: str) -> None:
    with connect(dovecot.server, dovecot.login(user)) as session:
        session.append("INBOX", mail(1))
        session.select("INBOX")
        session.mark([1], "\\Answered")
        assert b"\\Answered" in session.client.get_flags([1])[1]


def test_the_sent_folder_is_found_by_its_special_use(dovecot: Dovecot, user: str) -> None:
    with connect(dovecot.server, dovecot.login(user)) as session:
        session.append("Sent", mail(1), seen=True)
        assert session.sent_folder() == "Sent"


def test_a_new_uidvalidity_is_seen(dovecot: Dovecot, user: str) -> None:
    with connect(dovecot.server, dovecot.login(user)) as session:
        session.append("Eingang", mail(1))
        before = session.select("Eingang")
        session.select("INBOX")
        session.client.delete_folder("Eingang")
        with connect(dovecot.server, dovecot.login(user)) as later:
            later.append("Eingang", mail(2))
            assert later.select("Eingang") != before
            assert later.uids() == [1]


PREFIXED = """
namespace inbox {
  prefix = INBOX.
  separator = .
}
"""


def test_folders_below_the_prefix_of_the_server(user: str) -> None:
    with running(PREFIXED) as dovecot, connect(dovecot.server, dovecot.login(user)) as session:
        session.append("INBOX", mail(1))
        session.select("INBOX")
        assert session.move([1], "Assistent/Erledigt") == Moved((1,))
        assert sorted(folder.name for folder in session.folders()) == [
            "INBOX",
            "INBOX.Assistent",
            "INBOX.Assistent.Erledigt",
        ]
        assert session.select("Assistent/Erledigt") == session.select("INBOX.Assistent.Erledigt")


def test_a_missing_folder(dovecot: Dovecot, user: str) -> None:
    with connect(dovecot.server, dovecot.login(user)) as session, pytest.raises(FolderMissing):
        session.select("Gibt es nicht")


@pytest.mark.parametrize("line", ["server", "tls_server", "starttls_server"])
def test_a_wrong_password_is_refused(dovecot: Dovecot, user: str, line: str) -> None:
    with pytest.raises(LoginRefused, match="Benutzername und Passwort prüfen") as refused:
        connect(getattr(dovecot, line), PasswordLogin(user, "geheim-und-falsch"))
    assert "geheim" not in str(refused.value)


@pytest.mark.parametrize("line", ["server", "tls_server", "starttls_server"])
def test_login_by_token(dovecot: Dovecot, user: str, line: str) -> None:
    with connect(getattr(dovecot, line), dovecot.token_login(user)) as session:
        session.append("INBOX", mail(1))
        session.select("INBOX")
        assert session.uids() == [1]


def test_a_refused_token_is_renewed_once(dovecot: Dovecot, user: str) -> None:
    with connect(dovecot.server, dovecot.token_login(user, good_from=2)) as session:
        assert session.select("INBOX") > 0


def test_a_token_refused_twice_is_an_error_that_does_not_show_it(dovecot: Dovecot, user: str) -> None:
    login = dovecot.token_login(user, good_from=99)
    with pytest.raises(LoginRefused, match="Berechtigung der Anwendung") as refused:
        connect(dovecot.server, login)
    assert login.tokens.token() not in str(refused.value)


def test_an_unknown_certificate_is_refused(dovecot: Dovecot, user: str) -> None:
    server = Server("localhost", dovecot.tls_server.port)
    with pytest.raises(InsecureConnection, match="Zertifikat"):
        connect(server, dovecot.login(user))
