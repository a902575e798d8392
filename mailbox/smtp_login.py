"""Opens an SMTP connection and logs in, by password, XOAUTH2 or OAUTHBEARER."""

import asyncio
import base64
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiosmtplib
from aiosmtplib import SMTP

from klimapartner.mailbox.errors import (
    ConnectionLost,
    InsecureConnection,
    LoginRefused,
    MailboxError,
    ServerUnreachable,
)
from klimapartner.mailbox.oauth import oauthbearer
from klimapartner.mailbox.server import Login, Server, TokenLogin, check_plain_allowed, tls_context
from klimapartner.mailbox.wire import shorten

GOODBYE = 10.0  # seconds for the answer to QUIT


@asynccontextmanager
async def logged_in(server: Server, login: Login | None, helo: str | None) -> AsyncIterator[SMTP]:
    """A client that has greeted and logged in, and says goodbye at the end.

    Raises ServerUnreachable, InsecureConnection, LoginRefused, ConnectionLost, TokenRefused, TokenUnavailable.
    """
    check_plain_allowed(server)
    client = await _reach(server, helo)
    try:
        await _log_in(client, server, login)
        yield client
    finally:
        await _leave(client)


async def _reach(server: Server, helo: str | None) -> SMTP:
    client = SMTP(
        hostname=server.host,
        port=server.port,
        local_hostname=helo,
        timeout=server.timeout,
        use_tls=server.security == "tls",
        start_tls=server.security == "starttls",
        tls_context=None if server.security == "none" else tls_context(server),
    )
    try:
        await client.connect()
        if client.is_ehlo_or_helo_needed:
            await _greet(client)
    except (aiosmtplib.SMTPException, OSError, ValueError) as error:
        client.close()
        raise _reach_error(server, error) from error
    return client


async def _greet(client: SMTP) -> None:
    try:
        await client.ehlo()
    except aiosmtplib.SMTPHeloError:
        await client.helo()


def _reach_error(server: Server, error: Exception) -> MailboxError:
    cause = error.__cause__ if isinstance(error.__cause__, ssl.SSLError) else error
    if isinstance(cause, ssl.SSLCertVerificationError):
        return InsecureConnection(
            f"Das Zertifikat von {server} ist nicht gültig ({shorten(cause.verify_message)}): "
            "Servernamen prüfen oder die eigene Zertifizierungsstelle als ca_file eintragen."
        )
    if isinstance(error, aiosmtplib.SMTPNotSupported) or "STARTTLS" in str(error):
        return InsecureConnection(f"{server} bietet kein STARTTLS: security und Port prüfen (tls meist auf 465).")
    return ServerUnreachable(
        f"{server} ist nicht erreichbar ({shorten(error)}): Name, Port und security ({server.security}) prüfen."
    )


async def _log_in(client: SMTP, server: Server, login: Login | None) -> None:
    if login is None:
        return
    try:
        if isinstance(login, TokenLogin):
            await _token_login(client, server, login)
        else:
            await client.login(login.user, login.password)
    except (aiosmtplib.SMTPServerDisconnected, aiosmtplib.SMTPTimeoutError, OSError) as error:
        raise ConnectionLost(f"{server} brach bei der Anmeldung ab; es wird später erneut versucht.") from error
    except aiosmtplib.SMTPException as error:
        raise LoginRefused(
            f"{server} lehnt die Anmeldung von {login.user} ab ({shorten(error.message)}): Zugangsdaten prüfen."
        ) from None  # the original may carry the credentials


async def _token_login(client: SMTP, server: Server, login: TokenLogin) -> None:
    try:
        await _authenticate(client, server, login)
    except aiosmtplib.SMTPAuthenticationError:
        login.tokens.renew()
        await _authenticate(client, server, login)


async def _authenticate(client: SMTP, server: Server, login: TokenLogin) -> None:
    token = await asyncio.to_thread(login.tokens.token)
    methods = client.server_auth_methods
    if "oauthbearer" in methods and "xoauth2" not in methods:
        await _oauthbearer(client, oauthbearer(login.user, token, server.host, server.port))
    else:
        await client.auth_xoauth2(login.user, token)


async def _oauthbearer(client: SMTP, first: str) -> None:
    answer = await client.execute_command(b"AUTH", b"OAUTHBEARER", base64.b64encode(first.encode()))
    if answer.code == 334:  # the error as JSON; the client closes the exchange (RFC 7628, 3.2.3)
        answer = await client.execute_command(base64.b64encode(b"\x01"))
    if answer.code != 235:
        raise aiosmtplib.SMTPAuthenticationError(answer.code, answer.message)


async def _leave(client: SMTP) -> None:
    """Say goodbye; a connection that dies here has no bearing on the message."""
    if not client.is_connected:
        return
    try:
        await client.quit(timeout=GOODBYE)
    except (aiosmtplib.SMTPException, OSError):
        client.close()
