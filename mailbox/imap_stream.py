"""The byte stream under IMAPClient, with a buffer of its own.

The buffered reader of imaplib loses half a line when a read would block, and hides lines it has already read from
whoever polls the socket: both cost news in IDLE. Here a line counts once it is complete, and nothing is hidden.
"""

import imaplib
import select
import ssl
from typing import Any

from imapclient import IMAPClient
from imapclient.imap4 import IMAP4WithTimeout
from imapclient.tls import IMAP4_TLS

CHUNK = 65536
MAX_LINE = 1_000_000  # bytes, as in imaplib
MAX_LITERAL = 1 << 28  # bytes: above any mail, below what a server could exhaust us with
WOULD_BLOCK = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


class BufferedStream(imaplib.IMAP4):
    """Replaces the reading half of imaplib; `read` and `readline` are meant to be overridden."""

    _buffer: bytearray
    _filled_from: Any = None

    def read(self, size: int) -> bytes:
        """The next `size` bytes, fewer at the end of the connection."""
        if size > MAX_LITERAL:
            raise self.abort(f"literal of {size} bytes")
        buffer = self._current()
        while len(buffer) < size and self._receive():
            pass
        return self._take(size)

    def readline(self) -> bytes:
        """The next line with its end, less at the end of the connection."""
        buffer = self._current()
        seen = 0
        while (end := buffer.find(b"\n", seen)) < 0:
            seen = len(buffer)
            if seen > MAX_LINE:
                raise self.abort(f"got more than {MAX_LINE} bytes")
            if not self._receive():
                return self._take(seen)
        return self._take(end + 1)

    def start_idle(self) -> str:
        """Send IDLE, read up to the server's continuation and return the tag; raises `error` where it is refused."""
        tag: Any = self._command("IDLE")
        while self._get_response() is not None:
            refused: Any = self.tagged_commands.pop(tag) if self.tagged_commands.get(tag) else None
            if refused:
                raise self.error(refused[1][-1])
        return str(tag, "ascii")

    def end_idle(self, tag: str) -> list[bytes]:
        """Send DONE and return the lines that came before the server agreed."""
        self.send(b"DONE\r\n")
        lines: list[bytes] = []
        while not self.tagged_commands.get(tag.encode()):
            lines.append(self._get_response() or b"")
        self.tagged_commands.pop(tag.encode())
        return lines[:-1]

    def arrived(self, seconds: float) -> list[bytes]:
        """The complete lines that are there, after waiting up to `seconds` for the first bytes; `abort` at the end."""
        if b"\n" not in self._current() and self._readable(seconds):
            self._receive_waiting()
        lines = []
        while b"\n" in self._buffer:
            lines.append(self.readline())
        return lines

    def _readable(self, seconds: float) -> bool:
        if isinstance(self.sock, ssl.SSLSocket) and self.sock.pending():
            return True
        poller = select.poll()
        poller.register(self.sock, select.POLLIN)
        return bool(poller.poll(seconds * 1000))

    def _receive_waiting(self) -> None:
        timeout = self.sock.gettimeout()
        self.sock.settimeout(0)
        try:
            while self._receive():
                pass
            raise self.abort("socket error: EOF")
        except WOULD_BLOCK:
            pass
        finally:
            self.sock.settimeout(timeout)

    def _receive(self) -> bool:
        data = self.sock.recv(CHUNK)
        self._buffer += data
        return bool(data)

    def _take(self, size: int) -> bytes:
        taken = bytes(self._buffer[:size])
        del self._buffer[:size]
        return taken

    def _current(self) -> bytearray:
        """The buffer, emptied when STARTTLS changed the socket: what came in clear before it is not to be believed."""
        if self._filled_from is not self.sock:
            self._filled_from = self.sock
            self._buffer = bytearray()
        return self._buffer


class _PlainStream(BufferedStream, IMAP4WithTimeout):  # type: ignore[misc]
    pass


class _TlsStream(BufferedStream, IMAP4_TLS):  # type: ignore[misc]
    pass


class Client(IMAPClient):  # type: ignore[misc]
    """IMAPClient over that stream."""

    def _create_IMAP4(self) -> BufferedStream:
        timeout = self._timeout.connect
        if self.ssl:
            return _TlsStream(self.host, self.port, self.ssl_context, timeout)  # type: ignore[call-arg]
        return _PlainStream(self.host, self.port, timeout)

    @property
    def line(self) -> BufferedStream:
        """The stream, for waiting in IDLE."""
        stream: BufferedStream = self._imap
        return stream
