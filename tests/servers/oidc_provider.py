"""A small identity provider over HTTP: discovery, authorization, token, keys and userinfo, with real signatures.

It checks what a provider has to check (client, redirect, PKCE, one use of a code), and can be told to misbehave.
"""

import base64
import hashlib
import json
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote_plus, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey

CLIENT, SECRET = "klimapartner", "s3cret%20with blanks & signs+"
Json = dict[str, Any]


@dataclass
class Provider:
    """What the provider does. Tests change `claims` (of the ID token), `metadata`, `userinfo`, `key` and `status`."""

    issuer: str = ""
    now: Callable[[], float] = lambda: 0.0
    person: Json = field(default_factory=lambda: {"sub": "kim-1", "email": "editor@office.example"})
    claims: Json = field(default_factory=dict)
    metadata: Json = field(default_factory=dict)
    userinfo: Json | None = None
    algorithm: str = "RS256"
    key: RSAKey | ECKey | OctKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}))
    published: list[Json] | None = None
    status: int = 200
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def described(self) -> Json:
        paths = {"authorization_endpoint": "/authorize", "token_endpoint": "/token", "jwks_uri": "/keys"}
        if self.userinfo is not None:
            paths["userinfo_endpoint"] = "/userinfo"
        said: Json = {name: self.issuer + path for name, path in paths.items()}
        return (
            said | {"issuer": self.issuer, "id_token_signing_alg_values_supported": ["RS256", "ES256"]} | self.metadata
        )

    def allow(self, url: str, **changed: str) -> str:
        """Somebody agrees at the provider: the address to which the browser is sent back."""
        asked = dict(parse_qsl(urlsplit(url).query)) | changed
        assert (asked["response_type"], asked["client_id"]) == ("code", CLIENT)
        assert (asked["code_challenge_method"], set(asked["scope"].split())) == ("S256", {"openid", "email", "profile"})
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state'], 'iss': self.issuer})}"

    def token(self, form: dict[str, str], basic: str) -> Json | None:
        """The answer of the token endpoint; None where the client does not prove itself."""
        asked = self.codes.pop(form.get("code", ""), None)
        name, _, secret = base64.b64decode(basic.removeprefix("Basic ")).decode().partition(":")
        name, secret = unquote_plus(name), unquote_plus(secret)
        if not (name or secret):
            name, secret = form.get("client_id", ""), form.get("client_secret", "")
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if asked is None or (name, secret) != (CLIENT, SECRET):
            return None
        if challenge != asked["code_challenge"] or form["redirect_uri"] != asked["redirect_uri"]:
            return None
        return {"access_token": "access", "token_type": "Bearer", "id_token": self._id_token(asked["nonce"])}

    def _id_token(self, nonce: str) -> str:
        now = int(self.now())
        claims: Json = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": nonce}
        merged = claims | {"email_verified": True} | self.person | self.claims
        header = {"alg": self.algorithm, "kid": str(self.key.kid)} if self.key.kid else {"alg": self.algorithm}
        used = {name: value for name, value in merged.items() if value is not None}
        return jwt.encode(header, used, self.key, algorithms=[self.algorithm])

    def keys(self) -> Json:
        given = self.published if self.published is not None else [self.key.as_dict(private=False)]
        return {"keys": [*given, {"kty": "unknown", "kid": "new kind"}]}


@contextmanager
def oidc_provider() -> Iterator[Provider]:
    """A provider on loopback, gone at the end."""
    provider = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            provider.asked.append(path)
            pages = {"/.well-known/openid-configuration": provider.described, "/keys": provider.keys}
            if path == "/userinfo" and self.headers.get("Authorization") == "Bearer access":
                self._answer(provider.status, provider.userinfo)
            elif path in pages:
                self._answer(provider.status, pages[path]())
            else:
                self._answer(404, {})

        def do_POST(self) -> None:
            provider.asked.append(self.path)
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            answer = provider.token(form, self.headers.get("Authorization", ""))
            self._answer(200 if answer else 400, answer or {"error": "invalid_grant"})

        def _answer(self, status: int, data: Json | None) -> None:
            body = json.dumps(data).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.issuer = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
