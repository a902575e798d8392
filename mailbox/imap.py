"""A mailbox by IMAP in a few verbs: which UIDs there are, the bytes behind them, and moving what is done.

Works by UID whatever \\Seen says, since people read the same mailbox, and never changes \\Seen by fetching.
"""

import contextlib
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Literal, Self

from klimapartner.mailbox.errors import CommandRefused, FolderMissing, LoginRefused, ProtocolFault
from klimapartner.mailbox.imap_folders import Folder, Namespace, ask_namespace, sent_folder
from klimapartner.mailbox.imap_login import open_client
from klimapartner.mailbox.imap_stream import Client
from klimapartner.mailbox.server import Login, Server, TokenLogin
from klimapartner.mailbox.wire import shorten, talking

BATCH = 100  # UIDs in one command
SEARCH_WINDOW = 50_000  # UIDs; an answer line above a million bytes is refused
MOST_WINDOWS = 200  # where UIDs are sparse
UNANSWERED = (CommandRefused, ProtocolFault)  # read to its end, so that the connection goes on

SystemFlag = Literal["\\Seen", "\\Answered", "\\Flagged"]
Problem = Literal["", "oversized", "no-body"]


@dataclass(frozen=True, slots=True)
class Fetched:
    """One message as the server gave it.

    `received` is INTERNALDATE in UTC, None where the server gave none; `size` is RFC822.SIZE in bytes. With the
    problem `oversized`, `raw` is the header alone; with `no-body` the server lists the UID but gave no text for it,
    twice: asking again later may help.
    """

    uid: int
    raw: bytes
    received: datetime | None
    size: int
    problem: Problem = ""


@dataclass(frozen=True, slots=True)
class Moved:
    """Which UIDs went, which stayed, and why they stayed ('' where none did)."""

    moved: tuple[int, ...]
    left: tuple[int, ...] = ()
    reason: str = ""


def connect(server: Server, login: Login) -> "Session":
    """A logged-in session; errors as in imap_login.open_client."""
    client = open_client(server, login)
    try:
        return Session(client, server, login)
    except BaseException:
        with contextlib.suppress(Exception):
            client.shutdown()
        raise


class Session:
    """A connection of one thread. Each verb raises ConnectionLost, CommandRefused or ProtocolFault.

    After ConnectionLost or ProtocolFault the session is of no more use: close it and connect again.
    """

    def __init__(self, client: Client, server: Server, login: Login) -> None:
        self.client = client
        self.server = server
        self._login = login
        self._ready: set[str] = set()
        self._exists = 0
        self._uid_next = 0
        with self._talking("CAPABILITY"):
            self.capabilities = frozenset(name.decode("ascii", "replace") for name in client.capabilities())
        self._namespace = self._ask_namespace()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if error is None:
            self.close()
        else:  # a server that just failed may never answer LOGOUT
            self._hang_up()

    def select(self, folder: str) -> int:
        """Open a folder and return its UIDVALIDITY. Call it at each poll: some servers report new mail only then."""
        try:
            with self._talking(f"Öffnen von {folder}"):
                answer = self.client.select_folder(self._path(folder))
        except CommandRefused as error:
            raise self._select_error(folder, error) from error.__cause__
        validity = answer.get(b"UIDVALIDITY")
        if not isinstance(validity, int) or validity <= 0:
            raise ProtocolFault(
                f"{self.server} nennt für {folder} keine UIDVALIDITY, ohne die keine Mail sicher erkannt wird; "
                "den Betreiber des Servers fragen."
            )
        self._exists = answer.get(b"EXISTS", 0)
        self._uid_next = answer.get(b"UIDNEXT", 0)
        return validity

    def uids(self, after: int = 0) -> list[int]:
        """All UIDs above `after` in the open folder, ascending."""
        found: set[int] = set()
        for window in self._windows(after):
            with self._talking(f"Suche {window}"):
                found.update(self.client.search(["UID", window]))
        return sorted(uid for uid in found if uid > after)  # "n:*" also names the last one below n (RFC 3501, 6.4.8)

    def fetch(self, uids: Sequence[int], size_limit: int) -> Iterator[Fetched]:
        """The messages one by one, as asked; a UID that vanished is left out. `size_limit` is in bytes."""
        for group in batches(uids):
            known = self._sizes(group)
            for uid in group:
                message = self._message(uid, known.get(uid) or self._sizes([uid]).get(uid), size_limit)
                if message is not None:
                    yield message

    def move(self, uids: Sequence[int], folder: str) -> Moved:
        """Move messages, by MOVE, or COPY and UID EXPUNGE; where the server has neither they stay.

        A bare EXPUNGE is never sent: it would remove what other people marked as deleted.
        """
        if not uids:
            return Moved(())
        target = self._ensure(folder)
        if "MOVE" in self.capabilities:
            self._in_batches("move", uids, target)
        elif "UIDPLUS" in self.capabilities:
            self._copy_and_expunge(uids, target)
        else:
            return Moved(
                (), tuple(uids), f"{self.server} kann weder MOVE noch UIDPLUS: die Mails bleiben, wo sie sind."
            )
        return Moved(tuple(uids))

    def mark(self, uids: Sequence[int], flag: SystemFlag) -> None:
        """Set a system flag. Keywords are not offered: some servers drop them silently."""
        for group in batches(uids):
            with self._talking(f"Markieren mit {flag}"):
                self.client.add_flags(group, [flag], silent=True)

    def append(self, folder: str, raw: bytes, received: datetime | None = None, *, seen: bool = False) -> None:
        """Put a message into a folder, made if missing; line ends become CRLF, `received` INTERNALDATE."""
        target = self._ensure(folder)
        with self._talking(f"Ablegen in {folder}"):
            self.client.append(target, raw, ["\\Seen"] if seen else [], received)

    def folders(self) -> list[Folder]:
        """All folders with their special uses."""
        with self._talking("LIST"):
            rows = self.client.list_folders()
        return [Folder(str(name), tuple(flag.decode("ascii", "replace") for flag in flags)) for flags, _, name in rows]

    def sent_folder(self) -> str | None:
        """The folder where people's mail programs keep what they sent, None where none is recognised."""
        return sent_folder(self.folders(), self._namespace.delimiter)

    def noop(self) -> None:
        """Keep the connection alive, or find out that it is gone."""
        with self._talking("NOOP"):
            self.client.noop()

    def close(self) -> None:
        """Log out; never raises, since the connection may be gone."""
        with contextlib.suppress(Exception), self._talking("LOGOUT"):
            self.client.logout()
        self._hang_up()

    def _hang_up(self) -> None:
        with contextlib.suppress(Exception):
            self.client.shutdown()

    def _talking(self, doing: str, uid: int | None = None) -> contextlib.AbstractContextManager[None]:
        return talking(self.server, doing, self.client.socket(), uid=uid)

    def _select_error(self, folder: str, error: CommandRefused) -> Exception:
        # Exchange Online logs a token in and then refuses each SELECT with these words.
        if "authenticated but not connected" in str(error).lower():
            if isinstance(self._login, TokenLogin):
                self._login.tokens.renew()
            return LoginRefused(
                f"{self.server} meldet {self._login.user} an, gibt aber das Postfach nicht frei: "
                "der Anwendung Zugriff auf dieses Postfach geben."
            )
        if self._exists_on_server(self._path(folder)):
            return error
        said = shorten(error.__cause__)
        return FolderMissing(f"Der Ordner {folder} lässt sich auf {self.server} nicht öffnen ({said}): Namen prüfen.")

    def _windows(self, after: int) -> list[str]:
        if self._exists <= SEARCH_WINDOW or self._uid_next <= after:
            return [f"{after + 1}:*"]
        step = max(SEARCH_WINDOW, (self._uid_next - after) // MOST_WINDOWS)
        starts = range(after + 1, self._uid_next, step)
        return [f"{start}:{start + step - 1}" for start in starts] + [f"{self._uid_next}:*"]

    def _sizes(self, uids: Sequence[int]) -> dict[int, tuple[int, datetime | None]]:
        try:
            with self._talking("Abrufen der Größen"):
                rows = self.client.fetch(uids, ["RFC822.SIZE", "INTERNALDATE"])
        except UNANSWERED:  # one broken message spoils the answer for all: ask for each alone
            return {}
        return {uid: (row[b"RFC822.SIZE"], _utc(row)) for uid, row in rows.items() if _has_size(row)}

    def _message(self, uid: int, known: tuple[int, datetime | None] | None, limit: int) -> Fetched | None:
        size, received = known or (0, None)
        if size > limit:
            header = self._section(uid, "BODY.PEEK[HEADER]", b"BODY[HEADER]") or b""
            return Fetched(uid, header, received, size, "oversized")
        raw = self._text(uid, size) if known else b""
        if raw:
            return Fetched(uid, raw, received, size)
        return Fetched(uid, b"", received, size, "no-body") if self._is_there(uid) else None

    def _text(self, uid: int, size: int) -> bytes:
        """The bytes of a message; where flags alone or half of it came, once more, and the longer answer counts."""
        raw = self._section(uid, "BODY.PEEK[]", b"BODY[]") or b""
        if raw and len(raw) >= size:
            return raw
        return max(raw, self._section(uid, "BODY.PEEK[]", b"BODY[]") or b"", key=len)

    def _section(self, uid: int, item: str, key: bytes) -> bytes | None:
        try:
            with self._talking(f"Abrufen der Nachricht {uid}", uid):
                row = self.client.fetch([uid], [item]).get(uid, {})
        except UNANSWERED:
            return None
        value = row.get(key)
        return value if isinstance(value, bytes) else None

    def _is_there(self, uid: int) -> bool:
        with self._talking(f"Suche {uid}", uid):
            return uid in self.client.search(["UID", str(uid)])

    def _copy_and_expunge(self, uids: Sequence[int], target: str) -> None:
        for group in batches(uids):
            with self._talking(f"Kopieren nach {target}"):
                self.client.copy(group, target)
            sys.audit("klimapartner.imap.copied")
            with self._talking("Löschen nach dem Kopieren"):
                self.client.add_flags(group, ["\\Deleted"], silent=True)
                sys.audit("klimapartner.imap.flagged")
                self.client.uid_expunge(group)

    def _in_batches(self, verb: str, uids: Sequence[int], target: str) -> None:
        for group in batches(uids):
            with self._talking(f"Verschieben nach {target}"):
                getattr(self.client, verb)(group, target)

    def _ensure(self, folder: str) -> str:
        path = self._path(folder)
        if path not in self._ready and path.upper() != "INBOX":
            self._create_if_missing(path)
        self._ready.add(path)
        return path

    def _create_if_missing(self, path: str) -> None:
        if self._exists_on_server(path):
            return
        try:
            with self._talking(f"Anlegen von {path}"):
                self.client.create_folder(path)
        except CommandRefused as error:
            raise FolderMissing(
                f"Der Ordner {path} fehlt auf {self.server} und lässt sich nicht anlegen "
                f"({shorten(error.__cause__)}): von Hand anlegen."
            ) from error

    def _exists_on_server(self, path: str) -> bool:
        with self._talking(f"LIST {path}"):
            return bool(self.client.folder_exists(path))

    def _ask_namespace(self) -> Namespace:
        with contextlib.suppress(CommandRefused), self._talking("NAMESPACE"):
            return ask_namespace(self.client, offered="NAMESPACE" in self.capabilities)
        return Namespace()

    def _path(self, folder: str) -> str:
        return self._namespace.path(folder)


def batches(uids: Sequence[int]) -> list[list[int]]:
    """Groups small enough for one command line."""
    return [list(uids[start : start + BATCH]) for start in range(0, len(uids), BATCH)]


def _has_size(row: dict[bytes, Any]) -> bool:
    return isinstance(row.get(b"RFC822.SIZE"), int)


def _utc(row: dict[bytes, Any]) -> datetime | None:
    value = row.get(b"INTERNALDATE")
    return value.astimezone(UTC) if isinstance(value, datetime) else None
