"""Members of staff and their passwords (Argon2id, RFC 9106)."""

from dataclasses import dataclass
from datetime import datetime

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import select

from klimapartner.storage import history
from klimapartner.storage.engine import Session
from klimapartner.storage.errors import NotFound, Refused, StorageError
from klimapartner.storage.sql import find, insert_if_new
from klimapartner.storage.states import ROLES, Role
from klimapartner.storage.tables import UserRow

_HASHER = PasswordHasher()
# Checked for an unknown name, so that the answer takes as long as for a known one.
_NOBODY = _HASHER.hash("nobody")
_SHORTEST = 12


@dataclass(frozen=True, slots=True)
class User:
    """A member of staff."""

    id: int
    name: str
    mail: str
    role: Role
    created_at: datetime


def add_user(session: Session, *, name: str, mail: str, role: Role, password: str, now: datetime) -> User:
    """Raises Refused where the name is taken, StorageError for a short password or an unknown role."""
    if role not in ROLES:
        raise StorageError(f"There is no role {role}; use one of {', '.join(ROLES)}.")
    values = {"name": name, "mail": mail, "role": role, "password_hash": _hashed(password), "created_at": now}
    if not insert_if_new(session, UserRow, values, ("name",)):
        raise Refused(f"There is a user {name} already.")
    row = _of(session, name)
    history.record(session, now=now, who="system", subject="user", subject_id=row.id, action="created", new=role)
    return _value(row)


def verify(session: Session, name: str, password: str) -> User | None:
    """The user, if the password is right."""
    row = find(session, UserRow, UserRow.name == name)
    try:
        _HASHER.verify(_NOBODY if row is None else row.password_hash, password)
    except (VerificationError, InvalidHashError):
        return None
    return None if row is None else _value(row)


def set_password(session: Session, name: str, password: str, *, who: str, now: datetime) -> None:
    """Raises NotFound, and StorageError for a short password."""
    row = _of(session, name)
    row.password_hash = _hashed(password)
    history.record(session, now=now, who=who, subject="user", subject_id=row.id, action="password")


def list_users(session: Session) -> list[User]:
    """By name."""
    return [_value(row) for row in session.scalars(select(UserRow).order_by(UserRow.name))]


def _hashed(password: str) -> str:
    if len(password) < _SHORTEST:
        raise StorageError(f"A password needs at least {_SHORTEST} characters.")
    return _HASHER.hash(password)


def _of(session: Session, name: str) -> UserRow:
    row = find(session, UserRow, UserRow.name == name)
    if row is None:
        raise NotFound(f"There is no user {name}.")
    return row


def _value(row: UserRow) -> User:
    return User(row.id, row.name, row.mail, row.role, row.created_at)
