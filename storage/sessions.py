"""Signed-in browsers: kept here and not in a signed cookie, so that they can be seen and ended."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from klimapartner.storage.columns import Json
from klimapartner.storage.engine import Session
from klimapartner.storage.sql import find
from klimapartner.storage.tables import SessionRow, UserRow
from klimapartner.storage.users import User, get_user

# A session is marked as seen at most that often: a page must not cost a write.
_SEEN_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class SignIn:
    """A session: `complete` once every factor was shown; `guard` comes back with every form (CSRF)."""

    id: int
    user: User
    complete: bool
    guard: str
    agent: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime


def open_session(session: Session, user_id: int, *, agent: str, complete: bool, now: datetime, valid: timedelta) -> str:
    """Sign in: the token of 43 URL-safe characters that only the browser keeps."""
    token = secrets.token_urlsafe(32)
    row = SessionRow(
        digest=_digest(token), user_id=user_id, complete=complete, guard=secrets.token_urlsafe(24), agent=agent[:200],
        created_at=now, seen_at=now, expires_at=now + valid,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return token


def find_session(session: Session, token: str, *, idle: timedelta, now: datetime) -> SignIn | None:
    """The session that a token opens, None where it ended, idled too long, or its user may not work any more."""
    row = find(session, SessionRow, SessionRow.digest == _digest(token)) if token else None
    if row is None or row.expires_at <= now or row.seen_at + idle <= now:
        return None
    found = _value(row, get_user(session, row.user_id))
    return found if found.user.active else None


def note_seen(session: Session, found: SignIn, *, now: datetime) -> None:
    """Keep the session from idling out."""
    if seen_long_ago(found, now) and (row := session.get(SessionRow, found.id)):
        row.seen_at = now


def seen_long_ago(found: SignIn, now: datetime) -> bool:
    """Whether note_seen would write."""
    return now - found.seen_at >= _SEEN_EVERY


def complete_session(session: Session, session_id: int) -> str:
    """After the second factor: the session goes on under a new token, which is returned (session fixation)."""
    token = secrets.token_urlsafe(32)
    row = session.get_one(SessionRow, session_id)
    row.digest, row.complete = _digest(token), True
    return token


def sessions_of(session: Session, user_id: int) -> list[SignIn]:
    """All sessions of a user, newest first."""
    rows = session.scalars(select(SessionRow).where(SessionRow.user_id == user_id).order_by(SessionRow.id.desc()))
    user = get_user(session, user_id)
    return [_value(row, user) for row in rows]


def end_session(session: Session, session_id: int, *, user_id: int) -> None:
    """End one of a user's sessions."""
    session.execute(delete(SessionRow).where(SessionRow.id == session_id, SessionRow.user_id == user_id))


def end_sessions(session: Session, user_id: int, *, but: int = 0) -> None:
    """End all sessions of a user, but one."""
    session.execute(delete(SessionRow).where(SessionRow.user_id == user_id, SessionRow.id != but))


def drop_ended(session: Session, *, now: datetime) -> None:
    """Forget sessions that are over."""
    session.execute(delete(SessionRow).where(SessionRow.expires_at <= now))


def set_flash(session: Session, session_id: int, notice: Json) -> None:
    """What the next page says once."""
    row = session.get(SessionRow, session_id)
    if row is not None:
        row.flash = notice


def take_flash(session: Session, session_id: int) -> Json:
    """What the page should say, and only this one; None for nothing."""
    row = session.get(SessionRow, session_id)
    if row is None or row.flash is None:
        return None
    notice, row.flash = row.flash, None
    return notice


def has_flash(session: Session, session_id: int) -> bool:
    """Whether there is something to say."""
    row = session.get(SessionRow, session_id)
    return row is not None and row.flash is not None


def user_names(session: Session) -> list[str]:
    """The active users' names, for assigning."""
    return list(session.scalars(select(UserRow.name).where(UserRow.active).order_by(UserRow.name)))


def _value(row: SessionRow, user: User) -> SignIn:
    return SignIn(row.id, user, row.complete, row.guard, row.agent, row.created_at, row.seen_at, row.expires_at)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
