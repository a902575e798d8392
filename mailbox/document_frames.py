"""The frames between the mail program and its document reader: a JSON head and a block of bytes, lengths in front."""

import json
import socket
import struct
import time
from typing import Any

_LENGTHS = struct.Struct("!II")


def send_frame(sock: socket.socket, head: dict[str, Any], data: bytes = b"") -> None:
    """Sends one frame. Raises OSError (TimeoutError after the socket's timeout)."""
    encoded = json.dumps(head).encode()
    sock.sendall(_LENGTHS.pack(len(encoded), len(data)) + encoded + data)


def receive_frame(sock: socket.socket, deadline: float | None = None) -> tuple[dict[str, Any], bytes] | None:
    """The next frame, None where the other side has gone. Raises TimeoutError past `deadline` (time.monotonic)."""
    lengths = _receive(sock, _LENGTHS.size, deadline)
    if lengths is None:
        return None
    head_length, data_length = _LENGTHS.unpack(lengths)
    rest = _receive(sock, head_length + data_length, deadline)
    if rest is None:
        return None
    return json.loads(rest[:head_length]), rest[head_length:]


def _receive(sock: socket.socket, count: int, deadline: float | None) -> bytes | None:
    out = bytearray()
    while len(out) < count:
        if deadline is not None:
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError
            sock.settimeout(left)
        chunk = sock.recv(min(count - len(out), 1 << 20))
        if not chunk:
            return None
        out += chunk
    return bytes(out)
