"""The byte stream under IMAPClient: whole lines only, nothing hidden, nothing believed from before STARTTLS."""

import imaplib
import socket
from collections.abc import Iterator

import pytest

from klimapartner.mailbox import imap_stream
from klimapartner.mailbox.imap_stream import BufferedStream


class Wire:
    """A stream without its login dialogue, and the other end of its socket."""

    def __init__(self) -> None:
        self.stream = BufferedStream.__new__(BufferedStream)
        self.stream.sock, self.server = socket.socketpair()
        self.stream.sock.settimeout(1)
        self.pairs = [self.stream.sock, self.server]

    def close(self) -> None:
        for end in self.pairs:
            end.close()


@pytest.fixture
def wire() -> Iterator[Wire]:
    wire = Wire()
    yield wire
    wire.close()


def test_lines_and_literals(wire: Wire) -> None:
    wire.server.sendall(b"* 1 FETCH {5}\r\nHallo)\r\nrest")
    assert [wire.stream.readline(), wire.stream.read(5), wire.stream.readline()] == [
        b"* 1 FETCH {5}\r\n",
        b"Hallo",
        b")\r\n",
    ]


def test_the_end_of_the_connection(wire: Wire) -> None:
    wire.server.sendall(b"half a li")
    wire.server.close()
    assert [wire.stream.readline(), wire.stream.readline(), wire.stream.read(9)] == [b"half a li", b"", b""]


def test_half_a_line_waits_for_its_end(wire: Wire) -> None:
    wire.server.sendall(b"* 1 EXISTS\r\n* 2 EX")
    assert [wire.stream.arrived(1), wire.stream.arrived(0)] == [[b"* 1 EXISTS\r\n"], []]
    wire.server.sendall(b"ISTS\r\n")
    assert wire.stream.arrived(1) == [b"* 2 EXISTS\r\n"]


def test_what_came_with_an_earlier_line_is_seen(wire: Wire) -> None:
    wire.server.sendall(b"+ idling\r\n* 3 EXISTS\r\n")
    assert (wire.stream.readline(), wire.stream.arrived(0)) == (b"+ idling\r\n", [b"* 3 EXISTS\r\n"])


def test_silence_and_the_end_are_two_things(wire: Wire) -> None:
    assert wire.stream.arrived(0) == []
    wire.server.close()
    with pytest.raises(imaplib.IMAP4.abort, match="EOF"):
        wire.stream.arrived(0)


def test_what_came_before_the_socket_was_changed_is_forgotten(wire: Wire) -> None:
    wire.server.sendall(b"a1 OK begin TLS\r\na2 OK injected\r\n")
    assert wire.stream.readline() == b"a1 OK begin TLS\r\n"
    wire.stream.sock, server = socket.socketpair()
    wire.pairs += [wire.stream.sock, server]
    server.sendall(b"a2 OK genuine\r\n")
    assert wire.stream.readline() == b"a2 OK genuine\r\n"


@pytest.mark.parametrize("limit", ["MAX_LINE", "MAX_LITERAL"])
def test_a_server_cannot_exhaust_the_memory(wire: Wire, limit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imap_stream, limit, 100)
    monkeypatch.setattr(imap_stream, "CHUNK", 50)
    wire.server.sendall(b"x" * 1000)
    with pytest.raises(imaplib.IMAP4.abort):
        wire.stream.readline() if limit == "MAX_LINE" else wire.stream.read(101)
