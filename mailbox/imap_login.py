"""Opens an IMAP connection and logs in, by password, XOAUTH2 or OAUTHBEARER."""

import contextlib
import logging
import socket
import ssl
from collections.abc import Callable
from imaplib import IMAP4

from imapclient import SocketTimeout

from klimapartner.mailbox.errors import InsecureConnection, LoginRefused, ServerUnreachable
from klimapartner.mailbox.imap_stream import Client
from klimapartner.mailbox.oauth import oauthbearer, xoauth2
from klimapartner.mailbox.server import Login, PasswordLogin, Server, TokenLogin, check_plain_allowed, tls_context
from klimapartner.mailbox.wire import shorten, talking

logging.getLogger("imapclient").setLevel(logging.INFO)  # its debug log shows access tokens


def open_client(server: Server, login: Login) -> Client:
    """A client that is logged in; a token that the server refuses is renewed and tried once more.

    Raises ServerUnreachable, InsecureConnection, LoginRefused, TokenRefused, TokenUnavailable, ConnectionLost.
    """
    try:
        return _open(server, login)
    except LoginRefused:
        if not isinstance(login, TokenLogin):
            raise
        login.tokens.renew()
        return _open(server, login)


def _open(server: Server, login: Login) -> Client:
    client = _reach(server)
    try:
        _log_in(client, server, login)
    except BaseException:
        with contextlib.suppress(Exception):
            client.shutdown()
        raise
    return client


def _reach(server: Server) -> Client:
    check_plain_allowed(server)
    try:
        return _connect(server)
    except ssl.SSLCertVerificationError as error:
        raise InsecureConnection(
            f"Das Zertifikat von {server} ist nicht gültig ({shorten(error.verify_message)}): "
            "Servernamen prüfen oder die eigene Zertifizierungsstelle als ca_file eintragen."
        ) from error
    except (OSError, IMAP4.error) as error:
        raise ServerUnreachable(
            f"{server} ist nicht erreichbar ({shorten(error)}): Name, Port und security ({server.security}) prüfen."
        ) from error


def _connect(server: Server) -> Client:
    context = None if server.security == "none" else tls_context(server)
    client = Client(
        server.host,
        server.port,
        ssl=server.security == "tls",
        ssl_context=context if server.security == "tls" else None,
        timeout=SocketTimeout(server.timeout, server.timeout),
    )
    client.normalise_times = False  # INTERNALDATE with its time zone
    client.socket().setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    client.socket().setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # commands leave in two writes
    if server.security == "starttls":
        _start_tls(client, server, context)
    return client


def _start_tls(client: Client, server: Server, context: ssl.SSLContext | None) -> None:
    if not client.has_capability("STARTTLS"):
        client.shutdown()
        raise InsecureConnection(f"{server} bietet kein STARTTLS: security auf tls und den Port meist auf 993 setzen.")
    client.starttls(context)


def _log_in(client: Client, server: Server, login: Login) -> None:
    with talking(server, "Anmeldung", client.socket()):
        if isinstance(login, TokenLogin):
            _token_login(client, server, login)
        else:
            _password_login(client, server, login)


def _password_login(client: Client, server: Server, login: PasswordLogin) -> None:
    plain = client.has_capability("AUTH=PLAIN")
    simple = (login.user + login.password).isascii() and not client.has_capability("LOGINDISABLED")
    try:
        if simple or not plain:
            client.login(login.user, login.password)
        else:  # LOGIN takes ASCII only
            client.plain_login(login.user, login.password)
    except (IMAP4.error, UnicodeEncodeError) as error:
        _raise_if_broken(error)
        raise LoginRefused(
            f"{server} lehnt die Anmeldung von {login.user} ab ({_harmless(error)}): Benutzername und Passwort prüfen."
        ) from None  # the original may carry the password


def _token_login(client: Client, server: Server, login: TokenLogin) -> None:
    token = login.tokens.token()
    bearer_only = client.has_capability("AUTH=OAUTHBEARER") and not client.has_capability("AUTH=XOAUTH2")
    first = oauthbearer(login.user, token, server.host, server.port) if bearer_only else xoauth2(login.user, token)
    complaints: list[bytes] = []
    dialogue = _dialogue(first, b"\x01" if bearer_only else b"", complaints)
    try:
        client.sasl_login("OAUTHBEARER" if bearer_only else "XOAUTH2", dialogue)
    except IMAP4.error as error:
        _raise_if_broken(error)
        said = complaints[0].decode("ascii", "replace") if complaints else _harmless(error)
        raise LoginRefused(
            f"{server} lehnt das Zugriffstoken von {login.user} ab ({shorten(said)}): "
            "Berechtigung der Anwendung für dieses Postfach prüfen."
        ) from None


def _dialogue(first: str, end: bytes, complaints: list[bytes]) -> Callable[[bytes], bytes]:
    """Answers the server's challenges: the token, then `end` to its JSON complaint (RFC 7628, 3.2.3)."""
    answers = [first.encode()]

    def answer(challenge: bytes) -> bytes:
        if answers:
            return answers.pop()
        complaints.append(challenge)
        return end

    return answer


def _raise_if_broken(error: Exception) -> None:
    """IMAPClient reports a connection that broke while logging in as a login error, too: tell the two apart."""
    if isinstance(error.__context__, IMAP4.abort):
        raise error.__context__


def _harmless(error: Exception) -> str:
    if isinstance(error, UnicodeEncodeError):
        return "Zeichen außerhalb von ASCII"
    return shorten(error.__context__ or error)
