"""The IMAP verbs against the embedded server of the demo."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone

import pytest

from klimapartner.mailbox.errors import FolderMissing, InsecureConnection, LoginRefused, ServerUnreachable
from klimapartner.mailbox.fakes.embedded_imap import EmbeddedImap
from klimapartner.mailbox.imap import Fetched, Moved, connect
from klimapartner.mailbox.server import PasswordLogin, Server, is_loopback

NOON = datetime(2022, 3, 31, 23, 59, 59, tzinfo=timezone(timedelta(hours=2)))
RAW = b"Subject: Interesse\r\n\r\nGr\xfc\xdfe \x00 8-bit\r\n"


@pytest.fixture
def embedded() -> Iterator[EmbeddedImap]:
    with EmbeddedImap() as server:
        yield server


def test_bytes_and_time_come_back_as_delivered(embedded: EmbeddedImap) -> None:
    embedded.append(RAW, NOON)
    with connect(embedded.server, embedded.login) as session:
        session.select("INBOX")
        (uid,) = session.uids()
        assert list(session.fetch([uid], 1000)) == [Fetched(uid, RAW, NOON.astimezone(UTC), len(RAW))]


def test_moving_into_a_new_folder_below_another(embedded: EmbeddedImap) -> None:
    embedded.deliver([(RAW, NOON), (RAW + b"zwei\r\n", NOON)])
    with connect(embedded.server, embedded.login) as session:
        session.select("INBOX")
        uids = session.uids()
        assert session.move(uids, "Assistent/Erledigt") == Moved(tuple(uids))
    assert (embedded.messages(), embedded.messages("Assistent/Erledigt")) == ([], [RAW, RAW + b"zwei\r\n"])


def test_two_servers_at_once_have_nothing_in_common(embedded: EmbeddedImap) -> None:
    with EmbeddedImap("amt", "geheim") as other:
        other.append(RAW)
        assert (embedded.messages(), other.messages()) == ([], [RAW])


def test_a_wrong_password(embedded: EmbeddedImap) -> None:
    with pytest.raises(LoginRefused):
        connect(embedded.server, PasswordLogin("demo", "falsch"))


def test_a_password_beyond_ascii() -> None:
    with EmbeddedImap("amt", "gehäim") as embedded:
        assert embedded.messages() == []


def test_a_folder_that_is_missing(embedded: EmbeddedImap) -> None:
    with connect(embedded.server, embedded.login) as session, pytest.raises(FolderMissing):
        session.select("Gibt es nicht")


def test_an_unreachable_server(embedded: EmbeddedImap) -> None:
    with EmbeddedImap() as gone:
        server = gone.server
    with pytest.raises(ServerUnreachable, match="Name, Port und security"):
        connect(server, embedded.login)


def test_tls_where_the_server_has_none(embedded: EmbeddedImap) -> None:
    with pytest.raises(ServerUnreachable, match=r"security \(tls\)"):
        connect(Server("127.0.0.1", embedded.server.port, timeout=5), embedded.login)


def test_starttls_where_the_server_has_none(embedded: EmbeddedImap) -> None:
    with pytest.raises(InsecureConnection, match="STARTTLS"):
        connect(Server("127.0.0.1", embedded.server.port, security="starttls"), embedded.login)


@pytest.mark.parametrize("host", ["imap.example.org", "192.0.2.1", "0.0.0.0", "::"])
def test_no_plain_line_beyond_this_machine(host: str) -> None:
    with pytest.raises(InsecureConnection, match="unverschlüsselt"):
        connect(Server(host, 143, security="none"), PasswordLogin("demo", "demo"))


LOOPBACK = [("127.0.0.1", True), ("127.8.8.8", True), ("::1", True), ("[::1]", True), ("localhost", True)]


@pytest.mark.parametrize(("host", "expected"), [*LOOPBACK, ("localhost.example.org", False), ("10.0.0.1", False)])
def test_loopback(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


def test_passwords_do_not_show_in_a_repr() -> None:
    assert repr(PasswordLogin("amt", "geheim")) == "PasswordLogin(user='amt')"
