"""OAuth 2 access tokens for IMAP and SMTP: Microsoft 365 client credentials and Gmail refresh tokens.

Secrets and tokens never appear in a repr or in an error text.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import httpx

from klimapartner.mailbox.errors import TokenRefused, TokenUnavailable

MICROSOFT = "https://login.microsoftonline.com"
MICROSOFT_SCOPE = "https://outlook.office365.com/.default"
GOOGLE = "https://oauth2.googleapis.com/token"
TIMEOUT = 30.0  # seconds
SHORTEST_LIFETIME = 300  # seconds, where the provider says nothing (RFC 6749, 5.1: expires_in is only recommended)


@dataclass(frozen=True, slots=True)
class Token:
    """An access token and how long it is good for from now."""

    value: str = field(repr=False)
    lifetime: timedelta


class TokenSource:
    """Hands out an access token and asks for a new one shortly before the old one expires; safe across threads."""

    def __init__(
        self, request: Callable[[], Token], now: Callable[[], datetime], margin: timedelta = timedelta(minutes=5)
    ) -> None:
        self._request = request
        self._now = now
        self._margin = margin
        self._lock = threading.Lock()
        self._value = ""
        self._good_until: datetime | None = None

    def token(self) -> str:
        """The current token; raises TokenRefused or TokenUnavailable."""
        with self._lock:
            if self._good_until is None or self._now() >= self._good_until:
                self._fetch()
            return self._value

    def renew(self) -> None:
        """Forget the cached token: the server refused it before its time."""
        with self._lock:
            self._good_until = None

    def _fetch(self) -> None:
        token = self._request()
        margin = min(self._margin, token.lifetime / 2)  # a token shorter than the margin is still used once
        self._value = token.value
        self._good_until = self._now() + token.lifetime - margin


def microsoft(
    tenant: str, client_id: str, client_secret: str, *, base: str = MICROSOFT, client: httpx.Client | None = None
) -> Callable[[], Token]:
    """A request for the client credentials flow of Microsoft Entra (v2.0 endpoint, scope of Exchange Online).

    The application needs IMAP.AccessAsApp and SMTP.SendAsApp and a service principal with access to the mailbox.
    """
    form = {
        "grant_type": "client_credentials",
        "client_id": client_id,
        "client_secret": client_secret,
        "scope": MICROSOFT_SCOPE,
    }
    return lambda: _request(client, f"{base}/{tenant}/oauth2/v2.0/token", form)


def google(
    client_id: str, client_secret: str, refresh_token: str, *, url: str = GOOGLE, client: httpx.Client | None = None
) -> Callable[[], Token]:
    """A request for the refresh token flow of Google (scope https://mail.google.com/ is in the refresh token)."""
    form = {
        "grant_type": "refresh_token",
        "client_id": client_id,
        "client_secret": client_secret,
        "refresh_token": refresh_token,
    }
    return lambda: _request(client, url, form)


def xoauth2(user: str, token: str) -> str:
    """The initial response of XOAUTH2 before base64 (Google and Microsoft document the same form)."""
    return f"user={user}\x01auth=Bearer {token}\x01\x01"


def oauthbearer(user: str, token: str, host: str, port: int) -> str:
    """The initial response of OAUTHBEARER before base64 (RFC 7628, 3.1)."""
    name = user.replace("=", "=3D").replace(",", "=2C")
    return f"n,a={name},\x01host={host}\x01port={port}\x01auth=Bearer {token}\x01\x01"


def _request(client: httpx.Client | None, url: str, form: Mapping[str, str]) -> Token:
    host = httpx.URL(url).host
    try:
        answer = (client or httpx).post(url, data=dict(form), timeout=TIMEOUT)
    except httpx.HTTPError as error:
        raise TokenUnavailable(
            f"Der Anmeldedienst {host} ist nicht erreichbar ({type(error).__name__}); es wird später erneut versucht."
        ) from None  # the original carries the request with the secret
    if answer.status_code == 429 or answer.status_code >= 500:
        raise TokenUnavailable(
            f"Der Anmeldedienst {host} antwortet mit {answer.status_code}; es wird später erneut versucht."
        )
    return _token(host, answer)


def _token(host: str, answer: httpx.Response) -> Token:
    said = _json(answer)
    value = said.get("access_token")
    if answer.is_success and isinstance(value, str) and value:
        return Token(value, timedelta(seconds=_seconds(said.get("expires_in"))))
    code = said.get("error")
    reason = code if isinstance(code, str) and code.isascii() and len(code) < 60 else "ohne Angabe eines Grundes"
    raise TokenRefused(
        f"Der Anmeldedienst {host} verweigert das Zugriffstoken ({answer.status_code}, {reason}): "
        "Anwendungs-ID, Geheimnis und dessen Ablaufdatum prüfen."
    )


def _json(answer: httpx.Response) -> dict[str, object]:
    try:
        said = answer.json()
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _seconds(value: object) -> int:
    """Providers send expires_in as a number or as text."""
    try:
        return max(1, int(value))  # type: ignore[call-overload,no-any-return]
    except (TypeError, ValueError):
        return SHORTEST_LIFETIME
