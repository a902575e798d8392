"""A filled office, tokens for it, and programs that call its API."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from console_desk import Console
from fastapi.testclient import TestClient
from httpx import Response

from klimapartner.storage.api_tokens import SCOPES, Scope, create_api_token


@dataclass(frozen=True)
class Program:
    """A program with a token."""

    client: TestClient
    token: str

    def call(self, method: str, path: str, **more: Any) -> Response:
        """Call a path below /api/v1."""
        return self.client.request(method, f"/api/v1{path}", headers={"Authorization": f"Bearer {self.token}"}, **more)

    def get(self, path: str, **more: Any) -> Response:
        return self.call("GET", path, **more)


def token_for(console: Console, *scopes: Scope, days: int = 30) -> str:
    """A token with these scopes, or with all."""
    now = console.hands.now
    with console.session() as session:
        return create_api_token(
            session, name="Fachverfahren", scopes=scopes or SCOPES, expires_at=now + timedelta(days=days), who="admin",
            now=now,
        )[1]  # fmt: skip


def program(console: Console, *scopes: Scope, **more: int) -> Program:
    """A program with a token of its own."""
    return Program(console.client(), token_for(console, *scopes, **more))
