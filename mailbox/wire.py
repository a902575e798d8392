"""One IMAP command at a time: bounded in time, and every failure turned into this leaf's own errors."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from imaplib import IMAP4

from imapclient.exceptions import ProtocolError

from klimapartner.mailbox.errors import CommandRefused, ConnectionLost, MailboxError, ProtocolFault
from klimapartner.mailbox.server import Server

# What IMAPClient and imaplib raise when an answer makes no sense to them.
NONSENSE = (ValueError, IndexError, KeyError, TypeError, AttributeError, AssertionError, RecursionError)


@contextlib.contextmanager
def talking(server: Server, doing: str, sock: socket.socket, *, uid: int | None = None) -> Iterator[None]:
    """Run one command: `doing` names it for people ("Abrufen der Nachricht 7").

    A socket timeout bounds each read only, so a server that drips bytes would hold us for ever: after `server.limit`
    seconds the socket is shut and the command ends as ConnectionLost.
    """
    watchdog = threading.Timer(server.limit, _hang_up, [sock])
    watchdog.daemon = True
    watchdog.start()
    try:
        with translated(server, doing, uid=uid):
            yield
    finally:
        watchdog.cancel()


@contextlib.contextmanager
def translated(server: Server, doing: str, *, uid: int | None = None) -> Iterator[None]:
    """Turn what imaplib and IMAPClient raise into errors of this leaf; other exceptions pass."""
    try:
        yield
    except MailboxError:
        raise
    except Exception as error:
        ours = _translate(error, server, doing, uid)
        if ours is None:
            raise
        raise ours from error


def _translate(error: Exception, server: Server, doing: str, uid: int | None) -> MailboxError | None:
    said = shorten(error)
    if isinstance(error, IMAP4.readonly):
        return CommandRefused(f"{server} erlaubt nur Lesen ({doing}: {said}): Schreibrecht auf den Ordner geben.")
    if isinstance(error, (IMAP4.abort, OSError, ssl.SSLError, EOFError)):
        return ConnectionLost(
            f"Die Verbindung zu {server} brach ab ({doing}: {said}); sie wird von selbst neu aufgebaut.", uid=uid
        )
    if isinstance(error, (ProtocolError, *NONSENSE)):
        return ProtocolFault(
            f"{server} antwortet unverständlich ({doing}: {said}); bei Wiederholung den Betreiber des Servers fragen."
        )
    if isinstance(error, IMAP4.error):
        return CommandRefused(f"{server} lehnt ab ({doing}: {said}): Rechte und Ordnernamen prüfen.")
    return None


def shorten(error: object) -> str:
    """The server's words, printable and short enough for one line."""
    words = error.args[0] if isinstance(error, Exception) and error.args else error
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else str(error)
    printable = "".join(char if char.isprintable() else " " for char in text)
    return printable.strip()[:200] or type(error).__name__


def _hang_up(sock: socket.socket) -> None:
    # The plain method: SSLSocket.shutdown would take the TLS layer away under the thread that reads.
    with contextlib.suppress(OSError):
        socket.socket.shutdown(sock, socket.SHUT_RDWR)
