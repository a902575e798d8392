"""Tokens of the REST API: kept as hashes, with scopes and an end; what a token is stands in our answer only once."""

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, get_args

from sqlalchemy import select

from klimapartner.storage import history
from klimapartner.storage.engine import Session
from klimapartner.storage.errors import StorageError
from klimapartner.storage.sql import fetch_locked, find
from klimapartner.storage.tables import ApiTokenRow

Scope = Literal["read", "read_personal", "write", "outbox"]
SCOPES: tuple[Scope, ...] = get_args(Scope)
_PREFIX = "kp_"
_SEEN_AGAIN = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class ApiToken:
    """A token without its secret; `used_at` is right to a minute."""

    id: int
    name: str
    scopes: frozenset[Scope]
    created_by: str
    created_at: datetime
    expires_at: datetime | None
    used_at: datetime | None
    revoked_at: datetime | None

    def is_valid(self, now: datetime) -> bool:
        """Whether it still opens anything."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


def create_api_token(
    session: Session, *, name: str, scopes: Collection[Scope], expires_at: datetime | None, who: str, now: datetime
) -> tuple[ApiToken, str]:
    """A new token, and what it is: 46 signs that are not kept anywhere."""
    if not scopes or not set(scopes) <= set(SCOPES):
        raise StorageError(f"A token needs scopes of these: {', '.join(SCOPES)}.")
    token = _PREFIX + secrets.token_urlsafe(32)
    row = ApiTokenRow(
        name=name, digest=_digest(token), scopes=[one for one in SCOPES if one in scopes], created_by=who,
        created_at=now, expires_at=expires_at,
    )  # fmt: skip
    session.add(row)
    session.flush()
    history.record(
        session, now=now, who=who, subject="api_token", subject_id=row.id, action="created", new=list(row.scopes)
    )
    return _value(row), token


def find_api_token(session: Session, token: str, *, now: datetime) -> ApiToken | None:
    """The token, if it is known, not revoked and not too old."""
    row = find(session, ApiTokenRow, ApiTokenRow.digest == _digest(token))
    found = None if row is None else _value(row)
    return found if found is not None and found.is_valid(now) else None


def seen_lately(token: ApiToken, now: datetime) -> bool:
    """Whether its last use was noted within the last minute."""
    return token.used_at is not None and now - token.used_at < _SEEN_AGAIN


def note_token_use(session: Session, token_id: int, *, now: datetime) -> None:
    """Write down that a token was used."""
    fetch_locked(session, ApiTokenRow, token_id).used_at = now


def revoke_api_token(session: Session, token_id: int, *, who: str, now: datetime) -> None:
    """End a token at once; raises NotFound."""
    row = fetch_locked(session, ApiTokenRow, token_id)
    if row.revoked_at is None:
        row.revoked_at = now
        history.record(session, now=now, who=who, subject="api_token", subject_id=row.id, action="revoked")


def list_api_tokens(session: Session) -> list[ApiToken]:
    """All tokens, newest first."""
    return [_value(row) for row in session.scalars(select(ApiTokenRow).order_by(ApiTokenRow.id.desc()))]


def _digest(token: str) -> str:
    # 256 random bits: nothing to guess, so a fast hash does, and it can be looked up.
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _value(row: ApiTokenRow) -> ApiToken:
    plain = {name: getattr(row, name) for name in ApiToken.__dataclass_fields__}
    return ApiToken(**plain | {"scopes": frozenset(row.scopes)})
