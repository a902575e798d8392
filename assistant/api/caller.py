"""Who calls: a bearer token (RFC 6750) with scopes, counted a minute; what personal data it reads is noted."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.exceptions import HTTPException
from starlette.requests import Request

from klimapartner.assistant.web.desk import Desk
from klimapartner.assistant.web.origins import peer
from klimapartner.assistant.workplace import Workplace
from klimapartner.storage.accesses import note_access
from klimapartner.storage.api_tokens import ApiToken, Scope, find_api_token, note_token_use, seen_lately
from klimapartner.storage.engine import Session

_BEARER = HTTPBearer(auto_error=False, description="A token that the administration made in the console.")


@dataclass(frozen=True)
class Caller:
    """A program that calls, and what it may do."""

    desk: Desk
    token: ApiToken

    @property
    def work(self) -> Workplace:
        return self.desk.work

    @property
    def who(self) -> str:
        """The name that stands in the history."""
        return f"API {self.token.name}"

    @property
    def sees_people(self) -> bool:
        return "read_personal" in self.token.scopes

    def now(self) -> datetime:
        """The time by the workplace's clock."""
        return self.work.clock()

    def note(self, session: Session, subject: str, subject_id: int = 0, *, action: str = "read") -> None:
        """Write down that personal data was read."""
        note_access(session, now=self.now(), who=self.who, action=action, subject=subject, subject_id=subject_id)


class Need:
    """A dependency of a route: a valid token that has the scope."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    def __call__(
        self, request: Request, given: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]
    ) -> Caller:
        desk: Desk = request.app.state.desk
        token = _token(desk, given)
        if token is None:
            # Guesses are counted too, by the address they come from.
            _count(desk, f"api-address:{peer(request, desk.work.settings.web)}")
            raise HTTPException(401, "A valid token is needed.", {"WWW-Authenticate": "Bearer"})
        _count(desk, f"api:{token.id}")
        if self.scope not in token.scopes:
            challenge = f'Bearer error="insufficient_scope", scope="{self.scope}"'
            raise HTTPException(403, f"The token lacks the scope {self.scope}.", {"WWW-Authenticate": challenge})
        return Caller(desk, token)


def _token(desk: Desk, given: HTTPAuthorizationCredentials | None) -> ApiToken | None:
    if given is None:
        return None
    now, database = desk.work.clock(), desk.work.database
    with database.reading() as session:
        found = find_api_token(session, given.credentials, now=now)
    if found is not None and not seen_lately(found, now):
        with database.session() as session:
            note_token_use(session, found.id, now=now)
    return found


def _count(desk: Desk, key: str) -> None:
    if wait := desk.limiter.wait(key, desk.work.settings.api.requests_per_minute):
        raise HTTPException(429, f"Too many requests; try again in {wait} seconds.", {"Retry-After": str(wait)})


Reads = Annotated[Caller, Depends(Need("read"))]
ReadsPeople = Annotated[Caller, Depends(Need("read_personal"))]
Writes = Annotated[Caller, Depends(Need("write"))]
ReadsOutbox = Annotated[Caller, Depends(Need("outbox"))]
