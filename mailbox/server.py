"""Where a mail server is, how its line is secured and who logs in: the values that IMAP and SMTP share."""

import ipaddress
import ssl
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from klimapartner.mailbox.errors import InsecureConnection
from klimapartner.mailbox.oauth import TokenSource

Security = Literal["tls", "starttls", "none"]


@dataclass(frozen=True, slots=True)
class Server:
    """A server; `timeout` (seconds) bounds every read and write, `limit` (seconds) a whole command, slow or not."""

    host: str
    port: int
    security: Security = "tls"
    timeout: float = 60.0
    limit: float = 900.0
    ca_file: Path | None = None

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class PasswordLogin:
    """User and password."""

    user: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class TokenLogin:
    """User and a source of OAuth 2 access tokens (XOAUTH2, or OAUTHBEARER of RFC 7628 where only that is offered)."""

    user: str
    tokens: TokenSource


Login = PasswordLogin | TokenLogin


def check_plain_allowed(server: Server) -> None:
    """Raise InsecureConnection where passwords and mails would cross a network in clear."""
    if server.security == "none" and not is_loopback(server.host):
        raise InsecureConnection(
            f"Die Verbindung zu {server} wäre unverschlüsselt: security auf tls oder starttls setzen."
        )


def is_loopback(host: str) -> bool:
    """Whether the host is this machine (RFC 6761: localhost; RFC 1122: 127/8; RFC 4291: ::1)."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.rstrip(".").lower() == "localhost"


def tls_context(server: Server) -> ssl.SSLContext:
    """A context that verifies certificate and host name, against `ca_file` where one is set."""
    return ssl.create_default_context(cafile=str(server.ca_file) if server.ca_file else None)
