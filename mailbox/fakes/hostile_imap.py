"""An IMAP server that misbehaves as told, with a correct small server underneath: for tests of the intake.

Each `Fault` strikes at one command, some number of times; everything else is answered as RFC 3501 asks.
"""

import contextlib
import re
import socket
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from types import TracebackType
from typing import Literal, Self

from klimapartner.mailbox.fakes.imap_answers import Box, Client, answer, command_name
from klimapartner.mailbox.server import PasswordLogin, Server

TICK = 0.02  # seconds between two looks at the folder in IDLE

Kind = Literal[
    "",  # no fault
    "drop",  # close the connection instead of answering; nothing was done
    "drop-after",  # do it, then close the connection instead of saying so
    "half",  # send half of the answer, then close
    "bye",  # send half of the lines, BYE, then close
    "garbage",  # a line that is no IMAP in place of the answer
    "refuse",  # tagged NO
    "hang",  # no answer, ever, on an open connection
    "slow",  # the answer byte by byte, `HostileImap.pause` seconds between two
    "flags-only",  # FETCH: what another client's change of flags looks like, without what was asked
    "nil-body",  # FETCH: NIL in place of the text
    "short-body",  # FETCH: a well-formed answer with half of the text
    "wrong-uid",  # FETCH: the answer names a message that nobody asked for
    "missing",  # FETCH: OK without any message
    "wrong-size",  # FETCH: RFC822.SIZE ten times too large
    "no-date",  # FETCH: no INTERNALDATE
    "wrong-count",  # SELECT: EXISTS says a thousand more
    "no-validity",  # SELECT: no UIDVALIDITY
    "ghosts",  # SEARCH: also names UIDs that do not exist
    "vanish",  # SEARCH: the last message is gone right after it was named
]


@dataclass(frozen=True, slots=True)
class Fault:
    """`kind` strikes at `command` (GREETING, LOGIN, SELECT, SEARCH, FETCH, MOVE, IDLE, DONE, ...) `times` times,
    after `skip` answers that go well; `times` of -1 is for ever. `where` is a pattern of the command line."""

    command: str
    kind: Kind
    times: int = 1
    skip: int = 0
    text: str = "told to"  # what a refusal says
    where: str = ""


WELL = Fault("", "")


class HostileImap:
    """A context manager: `server` and `login` are what `imap.connect` takes, `box` holds the folders.

    `struck` lists the faults that struck, in order.
    """

    def __init__(
        self,
        mails: Iterable[bytes] = (),
        faults: Iterable[Fault] = (),
        *,
        capabilities: str = "IMAP4rev1 IDLE UIDPLUS MOVE",
    ) -> None:
        self.box = Box(mails)
        self.login = PasswordLogin("demo", "demo")
        self.server = Server("127.0.0.1", 0, security="none", timeout=5.0, limit=20.0)
        self.struck: list[Fault] = []
        self.pause = 0.001  # seconds
        self.capabilities = capabilities
        self._plans = [_Plan(fault, fault.skip, fault.times) for fault in faults]
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: set[socket.socket] = set()
        self.lock = threading.RLock()
        self.closing = threading.Event()

    def __enter__(self) -> Self:
        port = self._listener.getsockname()[1]
        self.server = Server("127.0.0.1", port, security="none", timeout=5.0, limit=20.0)
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.closing.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self.lock:
            doomed = list(self._open)
        for connection in doomed:
            _close(connection)

    def strike(self, command: str, line: str = "") -> Fault | None:
        """The fault that is due at a command, None where none is."""
        with self.lock:
            for plan in self._plans:
                if plan.fault.command == command and re.search(plan.fault.where, line) and plan.due():
                    self.struck.append(plan.fault)
                    return plan.fault
        return None

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            with self.lock:
                self._open.add(client)
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        # Whatever ends a connection here ends that connection only, as with a server's child process.
        with contextlib.suppress(OSError, _Over):
            _Connection(self, connection).run()
        _close(connection)


class _Over(Exception):
    """The connection ends here."""


@dataclass
class _Plan:
    fault: Fault
    skip: int
    left: int

    def due(self) -> bool:
        if self.skip > 0:
            self.skip -= 1
            return False
        if self.left == 0:
            return False
        self.left -= 1
        return True


class _Connection:
    """Reads commands, has them answered, and lets the fault that is due spoil the answer on its way out."""

    def __init__(self, host: HostileImap, connection: socket.socket) -> None:
        self._host = host
        self._connection = connection
        self._reader = connection.makefile("rb")
        self._client = Client(capabilities=host.capabilities)

    def run(self) -> None:
        greeting = f"* OK [CAPABILITY {self._host.capabilities}] ready\r\n".encode()
        self._send(self._strike("GREETING").kind, [greeting])
        while True:
            tag, line, literal = self._command()
            name = command_name(line)
            fault = self._strike(name, line)
            if name == "IDLE" and fault.kind != "refuse":
                self._idle(tag, fault.kind)
            else:
                self._reply(tag, line, literal, fault)
            if name == "LOGOUT":
                raise _Over

    def _strike(self, command: str, line: str = "") -> Fault:
        fault = self._host.strike(command, line) or WELL
        if fault.kind == "drop":
            raise _Over
        return fault

    def _command(self) -> tuple[str, str, bytes]:
        line = self._line()
        literal = b""
        if line.endswith("}"):
            size = int(line[line.rindex("{") + 1 : -1].rstrip("+"))
            self._connection.sendall(b"+ go on\r\n")
            literal = self._reader.read(size)
            self._line()
        tag, _, rest = line.partition(" ")
        return tag, rest, literal

    def _line(self) -> str:
        line = self._reader.readline()
        if not line:
            raise _Over
        return line.decode("utf-8", "replace").rstrip("\r\n")

    def _reply(self, tag: str, line: str, literal: bytes, fault: Fault) -> None:
        if fault.kind == "refuse":
            self._send("", [f"{tag} NO {fault.text}\r\n".encode()])
            return
        with self._host.lock:
            _, given = answer(line, literal, self._host.box, self._client, fault.kind)
        if fault.kind == "drop-after":
            raise _Over
        rows = [row + b"\r\n" for row in given.lines]
        self._send(fault.kind, [*rows, f"{tag} {given.tagged}\r\n".encode()])

    def _idle(self, tag: str, kind: Kind) -> None:
        # News since the last answer leaves with the continuation, often in one segment.
        self._send(kind, [b"+ idling\r\n", self._news()])
        self._connection.settimeout(TICK)
        while not self._done():
            self._connection.sendall(self._news())
            if self._host.closing.is_set():
                raise _Over
        self._connection.settimeout(None)
        self._send(self._strike("DONE").kind, [f"{tag} OK idle over\r\n".encode()])

    def _news(self) -> bytes:
        count = len(self._host.box.folders[self._client.selected].mails)
        if count == self._client.told:
            return b""
        self._client.told = count
        return f"* {count} EXISTS\r\n".encode()

    def _done(self) -> bool:
        try:
            heard = self._connection.recv(64)
        except TimeoutError:
            return False
        if not heard:
            raise _Over
        return b"DONE" in heard.upper()

    def _send(self, kind: Kind, rows: list[bytes]) -> None:
        text = b"".join(rows)
        if kind == "hang":
            self._host.closing.wait()
            raise _Over
        if kind == "garbage":
            text = b"\x00\xff 220 smtp.example.org ESMTP\r\n"
        if kind == "slow":
            self._drip(text)
            return
        if kind in ("half", "bye"):
            self._break_off(text, rows, kind)
        self._connection.sendall(text)

    def _drip(self, text: bytes) -> None:
        for byte in text:
            self._connection.sendall(bytes([byte]))
            time.sleep(self._host.pause)

    def _break_off(self, text: bytes, rows: list[bytes], kind: Kind) -> None:
        half = text[: len(text) // 2] if kind == "half" else b"".join(rows[: len(rows) // 2]) + b"* BYE going down\r\n"
        self._connection.sendall(half)
        raise _Over


def _close(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()
