"""The text of attachments: text files here, everything else in a child process with limits on time and memory."""

import atexit
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import asdict
from typing import Any

from klimapartner.mailbox.calendar_text import calendar_text
from klimapartner.mailbox.charset import decode
from klimapartner.mailbox.cleaning import clean_text
from klimapartner.mailbox.document_frames import receive_frame, send_frame
from klimapartner.mailbox.document_kind import document_kind
from klimapartner.mailbox.document_text import DocumentText
from klimapartner.mailbox.html_text import html_bytes_to_text
from klimapartner.mailbox.limits import Limits
from klimapartner.mailbox.unpacked import Unpacked, from_json

_IN_CHILD = {"pdf", "rtf", "zip", "ole"}
_NEW_CHILD_AFTER = 200
_ENVIRONMENT = ("PATH", "PYTHONPATH", "PYTHONHOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "TMPDIR", "HOME")


def read_document(
    data: bytes, name: str, content_type: str, charset: str | None = None, *, limits: Limits
) -> DocumentText:
    """The text of a file; never raises. `name` and `content_type` are what the mail says of it."""
    kind = document_kind(data, name, content_type)
    if not data.strip():
        return DocumentText(problem="no_text")
    if kind == "image":
        return DocumentText(problem="no_text")
    if kind in ("text", "html", "calendar"):
        return _plain(kind, data, charset, limits)
    if kind not in _IN_CHILD:
        return DocumentText(problem="encrypted" if kind == "cms" else "unsupported")
    if len(data) > limits.document_bytes:
        return DocumentText(problem="too_large")
    reply = READER.ask(kind, data, limits)
    return DocumentText(_tidy(str(reply.get("text", ""))), reply.get("problem"))


def unpack_container(kind: str, data: bytes, *, limits: Limits) -> Unpacked | str:
    """The content of a winmail.dat ("tnef") or .msg file ("msg"), or a problem code; never raises."""
    if len(data) > limits.document_bytes:
        return "too_large"
    reply = READER.ask(kind, data, limits)
    return from_json(reply["unpacked"]) if "unpacked" in reply else str(reply.get("problem") or "unreadable")


def _tidy(text: str) -> str:
    """The text without blanks at the ends of lines and with one empty line where there were several."""
    lines = (line.rstrip() for line in clean_text(text).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")


def _plain(kind: str, data: bytes, charset: str | None, limits: Limits) -> DocumentText:
    if kind == "html":
        text = html_bytes_to_text(data, charset, max_bytes=limits.html_bytes)
    else:
        text = clean_text(decode(data[: limits.document_chars * 4], charset).text).strip("\n")
        text = calendar_text(text) if kind == "calendar" else text
    if len(text) > limits.document_chars:
        return DocumentText(text[: limits.document_chars], "too_large")
    return DocumentText(text, None if text.strip() else "no_text")


class _Reader:
    """The child process, kept warm: one for the whole process, one document at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None
        self._owner = 0
        self._read = 0

    def ask(self, kind: str, data: bytes, limits: Limits) -> dict[str, Any]:
        """The child's answer, or {"problem": code} where it did not give one in time; never raises."""
        with self._lock:
            try:
                return self._ask(kind, data, limits)
            except TimeoutError:
                self._stop()
                return {"problem": "too_slow"}
            except OSError:
                return {"problem": self._stop()}

    def _ask(self, kind: str, data: bytes, limits: Limits) -> dict[str, Any]:
        sock = self._ready()
        deadline = time.monotonic() + limits.document_seconds
        sock.settimeout(limits.document_seconds)
        send_frame(sock, {"kind": kind, "limits": asdict(limits)}, data)
        frame = receive_frame(sock, deadline)
        if frame is None:
            return {"problem": self._stop()}
        if frame[0].get("problem") == "bomb":
            self._stop()
        return frame[0]

    def _ready(self) -> socket.socket:
        self._read += 1
        alive = self._process is not None and self._process.poll() is None and self._owner == os.getpid()
        if self._socket is None or not alive or self._read > _NEW_CHILD_AFTER:
            self._stop()
            self._socket = self._start()
        return self._socket

    def _start(self) -> socket.socket:
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "klimapartner.mailbox.document_reader"],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={name: os.environ[name] for name in _ENVIRONMENT if name in os.environ},
                start_new_session=True,
            )
        self._owner, self._read = os.getpid(), 1
        return ours

    def _stop(self) -> str:
        """Ends the child; the problem code that its end means."""
        process, sock = self._process, self._socket
        self._process, self._socket = None, None
        if sock is not None:
            sock.close()
        if process is None or self._owner != os.getpid():
            return "unreadable"
        try:
            code = process.wait(timeout=0.2)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            return "unreadable"
        return "too_slow" if code == -signal.SIGXCPU else "bomb" if code < 0 else "unreadable"

    def close(self) -> None:
        """Ends the child at the end of the program."""
        with self._lock:
            self._stop()


READER = _Reader()
atexit.register(READER.close)
