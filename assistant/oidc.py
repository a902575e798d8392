"""OpenID Connect as a relying party: discovery, authorization code with PKCE, and the ID token, verified.

Sources: OpenID Connect Core 1.0 (sections 3.1.2, 3.1.3), Discovery 1.0, RFC 7636 (PKCE), RFC 9207 (issuer in answers).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote_plus, urlsplit

import httpx
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri  # type: ignore[import-untyped]
from authlib.oauth2.rfc7636 import create_s256_code_challenge  # type: ignore[import-untyped]
from authlib.oidc.core import CodeIDToken  # type: ignore[import-untyped]
from authlib.oidc.discovery import get_well_known_url  # type: ignore[import-untyped]
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from klimapartner.assistant.errors import AssistantError
from klimapartner.assistant.settings_console import LOOPBACK, OidcSettings

# Only signatures that the provider alone can make: no "none", and no HMAC with a secret that we have, too.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
_SCOPE = "openid email profile"
_LEEWAY_SECONDS = 60
_TIMEOUT_SECONDS = 10.0


class OidcError(AssistantError):
    """Signing in with the office's identity provider failed."""


class OidcUnreachable(OidcError):
    """The identity provider does not answer, or not as one."""


class OidcRefused(OidcError):
    """What the identity provider says does not hold: it is not for us, not for this visit, or not signed by it."""


@dataclass(frozen=True, slots=True)
class Provider:
    """What the provider says about itself: addresses, algorithms, and how a client shows its secret."""

    issuer: str
    authorization: str
    token: str
    keys: str
    userinfo: str
    algorithms: tuple[str, ...]
    basic: bool
    names_itself: bool


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to sign in: where we come back to, and what only this visit knows."""

    redirect: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class Person:
    """Who signed in: the subject together with its issuer, and the address if the provider verified it, else ''."""

    subject: str
    mail: str


def open_http() -> httpx.Client:
    """A client that follows no redirects, so that nobody else answers for the provider."""
    return httpx.Client(timeout=_TIMEOUT_SECONDS, follow_redirects=False)


def discover(http: httpx.Client, issuer: str) -> Provider:
    """Raises OidcUnreachable where there is no provider, or one that calls itself otherwise."""
    data = _json(_call(http, "GET", get_well_known_url(issuer, external=True)))
    authorization, token, keys, userinfo = (
        str(data.get(name) or "")
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint")
    )
    safe = all(map(is_safe, (authorization, token, keys, userinfo or keys)))
    if data.get("issuer") != issuer or not safe:
        raise OidcUnreachable(f"{issuer} beschreibt sich nicht als dieser Anmeldedienst; bitte console.oidc prüfen.")
    offered = data.get("id_token_signing_alg_values_supported") or ["RS256"]
    methods = data.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    return Provider(
        issuer, authorization, token, keys, userinfo, tuple(name for name in ALGORITHMS if name in offered),
        "client_secret_basic" in methods, bool(data.get("authorization_response_iss_parameter_supported")),
    )  # fmt: skip


def authorization_url(provider: Provider, client_id: str, attempt: Attempt, state: str) -> str:
    """Where the browser goes to sign in."""
    url: str = prepare_grant_uri(
        provider.authorization, client_id, "code", attempt.redirect, _SCOPE, state, nonce=attempt.nonce,
        code_challenge=create_s256_code_challenge(attempt.verifier), code_challenge_method="S256",
    )  # fmt: skip
    return url


def person_of(
    http: httpx.Client, provider: Provider, settings: OidcSettings, attempt: Attempt, code: str, *, now: datetime
) -> Person:
    """Who the code stands for. Raises OidcUnreachable and OidcRefused."""
    answer = _exchange(http, provider, settings, attempt, code)
    access = str(answer.get("access_token") or "")
    claims = _verified(http, provider, settings, attempt.nonce, str(answer.get("id_token") or ""), access, now)
    subject, mail = str(claims["sub"]), _mail(claims)
    if not mail and provider.userinfo and access:
        more = _json(_call(http, "GET", provider.userinfo, headers={"Authorization": f"Bearer {access}"}))
        # Core, section 5.3.2: what is said about another subject must not be used.
        mail = _mail(more) if more.get("sub") == subject else ""
    return Person(f"{provider.issuer}#{subject}", mail)


def is_safe(url: str) -> bool:
    """Whether an address keeps what is sent there to itself: by TLS, or on this machine."""
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)


def _exchange(
    http: httpx.Client, provider: Provider, settings: OidcSettings, attempt: Attempt, code: str
) -> Mapping[str, Any]:
    form = {
        "grant_type": "authorization_code", "code": code, "redirect_uri": attempt.redirect,
        "code_verifier": attempt.verifier,
    }  # fmt: skip
    secret = settings.client_secret.read() if settings.client_secret.is_set else ""
    if secret and provider.basic:
        # RFC 6749, section 2.3.1: both are form-encoded before they are put together.
        answer = _call(
            http, "POST", provider.token, data=form, auth=(quote_plus(settings.client_id), quote_plus(secret))
        )
    else:
        form |= {"client_id": settings.client_id} | ({"client_secret": secret} if secret else {})
        answer = _call(http, "POST", provider.token, data=form)
    return _json(answer)


def _verified(
    http: httpx.Client, provider: Provider, settings: OidcSettings, nonce: str, raw: str, access: str, now: datetime
) -> Mapping[str, Any]:
    keys = _keys(_json(_call(http, "GET", provider.keys)))
    try:
        token = jwt.decode(raw, keys, algorithms=provider.algorithms)
        claims = CodeIDToken(
            token.claims, token.header,
            {
                "iss": {"essential": True, "value": provider.issuer},
                "aud": {"essential": True, "value": settings.client_id},
                "sub": {"essential": True},
            },
            {"client_id": settings.client_id, "nonce": nonce, "access_token": access},
        )  # fmt: skip
        claims.validate(int(now.timestamp()), _LEEWAY_SECONDS)
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise OidcRefused(f"Das ID-Token ist ungültig ({type(error).__name__}).") from error
    # With several audiences the token says for which of them it was made (Core, section 3.1.3.7).
    if isinstance(claims["aud"], list) and len(claims["aud"]) > 1 and claims.get("azp") != settings.client_id:
        raise OidcRefused("Das ID-Token wurde für jemand anderen ausgestellt.")
    return dict(claims)


def _keys(data: Mapping[str, Any]) -> KeySet:
    usable = [
        key for key in data.get("keys") or [] if key.get("kty") in ("RSA", "EC", "OKP") and key.get("use") != "enc"
    ]
    try:
        return KeySet.import_key_set({"keys": usable})
    except (JoseError, ValueError) as error:
        raise OidcUnreachable("Der Anmeldedienst nennt keine brauchbaren Schlüssel.") from error


def _mail(claims: Mapping[str, Any]) -> str:
    verified = claims.get("email_verified") in (True, "true")
    return str(claims.get("email") or "").strip() if verified else ""


def _call(http: httpx.Client, method: str, url: str, **more: Any) -> httpx.Response:
    try:
        answer = http.request(method, url, **more)
    except httpx.HTTPError as error:
        raise OidcUnreachable(f"Der Anmeldedienst antwortet nicht ({type(error).__name__}).") from error
    if answer.status_code >= 500:
        raise OidcUnreachable(f"Der Anmeldedienst meldet eine Störung ({answer.status_code}).")
    if answer.status_code != 200:
        raise OidcRefused(f"Der Anmeldedienst lehnt ab ({answer.status_code}).")
    return answer


def _json(answer: httpx.Response) -> Mapping[str, Any]:
    try:
        data = answer.json()
    except ValueError as error:
        raise OidcUnreachable("Der Anmeldedienst antwortet nicht mit JSON.") from error
    if not isinstance(data, dict):
        raise OidcUnreachable("Der Anmeldedienst antwortet nicht mit einem Objekt.")
    return data
