"""Hands one message for one recipient to a mail server by SMTP, and says what became of it.

The outcome is honest about the one moment where nobody knows: the connection broke after the end of the text was sent
and before the server answered (RFC 1047).
"""

import asyncio
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import aiosmtplib
import idna
from aiosmtplib import SMTP
from aiosmtplib.protocol import PERIOD_REGEX, SMTPProtocol, normalize_message_line_endings

from klimapartner.mailbox.errors import InsecureConnection, MailboxError
from klimapartner.mailbox.server import Login, Server
from klimapartner.mailbox.smtp_login import logged_in
from klimapartner.mailbox.wire import shorten

DRAIN_PAUSE = 0.01  # seconds between two looks at the send buffer
FORBIDDEN = frozenset('<>"(),:;[]\\ ')  # would end the address, or start another
LOGIN_CODES = frozenset({530, 534, 535, 538})  # RFC 4954, 6: our settings are at fault, not the message
# No answer, or none that can be read; SMTPServerDisconnected and SMTPTimeoutError are OSErrors and TimeoutErrors.
NO_ANSWER = (OSError, TimeoutError, aiosmtplib.SMTPResponseException)

Status = Literal["sent", "retry", "failed", "uncertain"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a message: `code` is the server's reply code (0 where none came), `text` its words or the cause.

    sent: accepted by the server. retry: not accepted, later may help. failed: refused for good. uncertain: perhaps
    accepted, so sending again could deliver twice.
    """

    status: Status
    code: int = 0
    text: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """What a server offers after login: extensions in lower case, whether the line is encrypted."""

    extensions: tuple[str, ...]
    encrypted: bool


async def send(
    server: Server,
    login: Login | None,
    envelope_from: str,
    recipient: str,
    raw: bytes,
    *,
    helo: str | None = None,
    before_end: Callable[[], None] = lambda: None,
) -> Outcome:
    """Send `raw` to one recipient; an empty `envelope_from` is the null sender. Raises only InsecureConnection.

    `before_end` is called when all but the end of the text has left; where it raises, the mail is not delivered, and
    its error goes to the caller.
    """
    try:
        async with logged_in(server, login, helo) as client:
            sys.audit("klimapartner.smtp.connected")
            return await _transfer(client, server, (envelope_from, recipient, raw), before_end)
    except InsecureConnection:
        raise
    except MailboxError as error:
        return Outcome("retry", 0, str(error))


async def check(server: Server, login: Login | None, *, helo: str | None = None) -> Report:
    """Connect and log in without sending; errors as in smtp_login.logged_in."""
    async with logged_in(server, login, helo) as client:
        encrypted = client.get_transport_info("sslcontext") is not None
        return Report(tuple(sorted(client.esmtp_extensions)), encrypted)


async def _transfer(
    client: SMTP, server: Server, mail: tuple[str, str, bytes], before_end: Callable[[], None]
) -> Outcome:
    try:
        commands = _commands(frozenset(client.esmtp_extensions), *mail)
    except ValueError as error:
        return Outcome("failed", 0, str(error))
    try:
        for command, accepted in commands:
            answer = await client.execute_command(*command)
            if answer.code not in accepted:
                return _refused(answer.code, answer.message)
            sys.audit("klimapartner.smtp.accepted", command[0].decode())
        await _write_text(client, server, mail[2])
        _write_end(client, before_end)
    except NO_ANSWER as error:
        client.close()  # out of step: not even QUIT makes sense
        return Outcome("retry", 0, f"{server} brach vor dem Ende der Mail ab ({shorten(error)}).")
    return await _verdict(client, server)


def _commands(
    offered: frozenset[str], envelope_from: str, recipient: str, raw: bytes
) -> list[tuple[tuple[bytes, ...], tuple[int, ...]]]:
    """The dialogue up to the text, each command with the codes that accept it (RFC 5321, 4.1.1)."""
    sender = smtp_address(envelope_from) if envelope_from else ""
    to = smtp_address(recipient)
    return [
        ((b"MAIL", f"FROM:<{sender}>".encode(), *_parameters(offered, sender + to, raw)), (250,)),
        ((b"RCPT", f"TO:<{to}>".encode()), (250, 251)),
        ((b"DATA",), (354,)),
    ]


def _parameters(offered: frozenset[str], addresses: str, raw: bytes) -> list[bytes]:
    head = raw.partition(b"\r\n\r\n" if b"\r\n\r\n" in raw else b"\n\n")[0]
    international = not addresses.isascii() or not head.isascii()
    if international and "smtputf8" not in offered:
        raise ValueError("Die Adresse enthält Zeichen, die dieser Mailserver nicht annimmt (kein SMTPUTF8).")
    parameters = [b"SMTPUTF8"] if international else []
    if not raw.isascii() and "8bitmime" in offered:
        parameters.append(b"BODY=8BITMIME")
    return parameters


def smtp_address(address: str) -> str:
    """The form of an address for the envelope: domain as A-labels (RFC 5891), local part untouched.

    Raises ValueError where it would not stay one address on the command line.
    """
    local, at, domain = address.rpartition("@")
    if not (at and local and domain) or any(char in FORBIDDEN or not char.isprintable() for char in address):
        raise ValueError("Die Adresse ist keine, an die eine Mail gehen kann.")
    if domain.isascii():
        return address
    try:
        return f"{local}@{idna.encode(domain, uts46=True).decode('ascii')}"
    except idna.IDNAError as error:
        raise ValueError("Die Domain der Adresse ist nicht gültig.") from error


def _refused(code: int, message: str) -> Outcome:
    for_good = 500 <= code < 600 and code not in LOGIN_CODES
    return Outcome("failed" if for_good else "retry", code, shorten(message))


async def _write_text(client: SMTP, server: Server, raw: bytes) -> None:
    """Send the text without its end, and wait until it has left."""
    protocol = _protocol(client)
    protocol.write(PERIOD_REGEX.sub(b"..", normalize_message_line_endings(raw)))
    async with asyncio.timeout(server.limit):
        while _unsent(protocol):
            await asyncio.sleep(DRAIN_PAUSE)


def _write_end(client: SMTP, before_end: Callable[[], None]) -> None:
    """Send the end of the text: from here on the mail may be delivered."""
    sys.audit("klimapartner.smtp.written")
    try:
        before_end()
    except BaseException:
        client.close()  # RFC 5321, 4.1.1.4: without its end the text is thrown away
        raise
    _protocol(client).write(b".\r\n")
    sys.audit("klimapartner.smtp.ended")


def _unsent(protocol: SMTPProtocol) -> int:
    if not isinstance(protocol.transport, asyncio.WriteTransport):
        raise aiosmtplib.SMTPServerDisconnected("connection lost")
    return protocol.transport.get_write_buffer_size()


async def _verdict(client: SMTP, server: Server) -> Outcome:
    try:
        # RFC 5321, 4.5.3.2.6: wait ten minutes at least.
        answer = await _protocol(client).read_response(timeout=server.limit)
    except NO_ANSWER as error:
        client.close()
        text = f"{server} gab nach dem Ende der Mail keine Antwort ({shorten(error)})."
        return Outcome("uncertain", 0, text)
    sys.audit("klimapartner.smtp.answered")
    if answer.code == 250:
        return Outcome("sent", answer.code, shorten(answer.message))
    return _refused(answer.code, answer.message)


def _protocol(client: SMTP) -> SMTPProtocol:
    if client.protocol is None:
        raise aiosmtplib.SMTPServerDisconnected("connection lost")
    return client.protocol
