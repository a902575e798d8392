"""A TCP proxy on loopback that cuts, holds and delays connections on demand, in front of a real server in tests."""

import contextlib
import dataclasses
import socket
import struct
import threading
import time
from types import TracebackType
from typing import Self

from klimapartner.mailbox.server import Server

CHUNK = 4096
RESET = struct.pack("ii", 1, 0)  # SO_LINGER of 0 seconds: close sends RST, as a broken line does


class CuttingProxy:
    """A context manager; `server` is `target` with the proxy's port in it.

    An armed cut (`cut_after`, `cut_at`) strikes once, on what the server sends, whichever connection it is; later
    connections pass until it is armed again. `cuts` counts the connections that were cut.
    """

    def __init__(self, target: Server) -> None:
        self.server = target
        self.cuts = 0
        self.delay = 0.0  # seconds before each chunk
        self.chunk = CHUNK  # bytes that pass at once; 1 tears every line apart
        self._target = target
        self._lock = threading.Lock()
        self._after: int | None = None
        self._pattern: bytes | None = None
        self._hold_pattern: bytes | None = None
        self._flowing = threading.Event()
        self._open: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", 0))

    def __enter__(self) -> Self:
        self._flowing.set()
        self.server = dataclasses.replace(self._target, port=self._listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        # Closing alone would leave a thread that waits in accept with the port.
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._flowing.set()
        self.cut()

    def cut_after(self, count: int) -> None:
        """Cut once the server has sent `count` more bytes, which still pass."""
        with self._lock:
            self._after = count

    def cut_at(self, pattern: bytes) -> None:
        """Cut where the server sends `pattern`, just behind it."""
        with self._lock:
            self._pattern = pattern

    def hold_at(self, pattern: bytes) -> None:
        """Hold once the server has sent `pattern`, which still passes."""
        with self._lock:
            self._hold_pattern = pattern

    def cut(self) -> None:
        """Cut all connections now."""
        with self._lock:
            doomed = list(self._open)
        for connection in doomed:
            _reset(connection)

    def hold(self) -> None:
        """Let nothing through from now on, while the connections stay open: a line that died without a word."""
        self._flowing.clear()

    def release(self) -> None:
        """Let everything through again."""
        self._flowing.set()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self._join(client)

    def _join(self, client: socket.socket) -> None:
        try:
            upstream = socket.create_connection((self._target.host, self._target.port), 10)
        except OSError:
            client.close()
            return
        upstream.settimeout(None)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with self._lock:
            self._open |= {client, upstream}
        for source, sink, from_server in ((client, upstream, False), (upstream, client, True)):
            threading.Thread(target=self._pump, args=(source, sink, from_server), daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket, from_server: bool) -> None:
        seen = b""
        with contextlib.suppress(OSError):
            while data := source.recv(self.chunk):
                self._flowing.wait()
                time.sleep(self.delay)
                end = self._end_of_line(seen, data) if from_server else None
                sink.sendall(data[:end])
                if end is not None:
                    self.cuts += 1
                    _reset(source)
                    _reset(sink)
                seen = (seen + data)[-CHUNK:]
                if from_server and self._hold_pattern is not None and self._hold_pattern in seen:
                    self._hold_pattern = None
                    self.hold()
        self._part(source, sink)

    def _end_of_line(self, seen: bytes, data: bytes) -> int | None:
        """How many bytes of `data` pass before the cut that is due, None where none is."""
        with self._lock:
            if self._after is not None:
                end, self._after = self._after, max(0, self._after - len(data))
                if end <= len(data):
                    self._after = None
                    return end
            at = -1 if self._pattern is None else (seen + data).find(self._pattern)
            if self._pattern is None or at < 0:
                return None
            end = at + len(self._pattern) - len(seen)
            self._pattern = None
            return max(0, end)

    def _part(self, *pair: socket.socket) -> None:
        for connection in pair:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()
        with self._lock:
            self._open.difference_update(pair)


def _reset(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        connection.shutdown(socket.SHUT_RDWR)
