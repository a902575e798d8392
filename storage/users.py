"""Members of staff: passwords (Argon2id, RFC 9106), lock-out after wrong tries, second factor, role."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import func, select

from klimapartner.storage import history
from klimapartner.storage.engine import Session
from klimapartner.storage.errors import Conflict, NotFound, Refused, StorageError
from klimapartner.storage.sql import fetch, fetch_locked, find, insert_if_new
from klimapartner.storage.states import ROLES, Role
from klimapartner.storage.tables import UserRow

SHORTEST_PASSWORD = 12
MOST_TRIES = 10
LOCKED = timedelta(minutes=15)
_HASHER = PasswordHasher()
# Checked for an unknown name, so that the answer takes as long as for a known one.
_NOBODY = _HASHER.hash("nobody")


@dataclass(frozen=True, slots=True)
class User:
    """A member of staff.

    `second_factor` says whether a code is asked for, `invited` that no password is set yet, `linked` that the office's
    identity provider knows the user, `locked_until` until when too many wrong tries keep the user out.
    """

    id: int
    name: str
    mail: str
    role: Role
    created_at: datetime
    active: bool = True
    language: str = "de"
    second_factor: bool = False
    invited: bool = False
    linked: bool = False
    locked_until: datetime | None = None

    @property
    def version(self) -> str:
        """Changes with what an administrator can change."""
        return hashlib.sha256(f"{self.mail}\n{self.role}\n{self.active}".encode()).hexdigest()[:16]


def add_user(session: Session, *, name: str, mail: str, role: Role, password: str, now: datetime) -> User:
    """Raises Refused where the name is taken, StorageError for a short password or an unknown role."""
    return _add(session, name=name, mail=mail, role=role, password_hash=_hashed(password), who="system", now=now)


def invite_user(session: Session, *, name: str, mail: str, role: Role, who: str, now: datetime) -> User:
    """A user without a password, who sets one by a link; raises like add_user."""
    return _add(session, name=name, mail=mail, role=role, password_hash="", who=who, now=now)


def verify(session: Session, name: str, password: str, *, now: datetime) -> User | None:
    """The user, if the password is right; ten wrong ones lock the user for a quarter of an hour."""
    row = find(session, UserRow, UserRow.name == name)
    right = _is_right("" if row is None else row.password_hash, password)
    if row is None or not row.active or _locked(row, now):
        return None
    if not right:
        count_failure(session, row.id, now=now)
        return None
    row.failures = 0
    return _value(row)


def count_failure(session: Session, user_id: int, *, now: datetime) -> None:
    """One more wrong password or code."""
    row = fetch_locked(session, UserRow, user_id)
    row.failures += 1
    if row.failures >= MOST_TRIES:
        row.failures, row.locked_until = 0, now + LOCKED
        history.record(session, now=now, who="system", subject="user", subject_id=row.id, action="locked")


def is_locked(session: Session, user_id: int, *, now: datetime) -> bool:
    """Whether the user has to wait after too many wrong tries."""
    return _locked(fetch(session, UserRow, user_id), now)


def unlock(session: Session, user_id: int, *, who: str, now: datetime) -> None:
    """Let a user try again at once; raises NotFound."""
    row = fetch_locked(session, UserRow, user_id)
    row.failures, row.locked_until = 0, None
    history.record(session, now=now, who=who, subject="user", subject_id=row.id, action="unlocked")


def get_user(session: Session, user_id: int) -> User:
    """Raises NotFound."""
    return _value(fetch(session, UserRow, user_id))


def find_user(session: Session, name: str) -> User | None:
    """The user of this name."""
    row = find(session, UserRow, UserRow.name == name)
    return None if row is None else _value(row)


def find_by_subject(session: Session, subject: str) -> User | None:
    """The active user that an identity provider knows under this subject."""
    row = find(session, UserRow, UserRow.oidc_subject == subject, UserRow.active.is_(True)) if subject else None
    return None if row is None else _value(row)


def link_subject(session: Session, mail: str, subject: str, *, now: datetime) -> User | None:
    """Tie the only active user with this verified address, who has no subject yet, to a subject."""
    alike = func.lower(UserRow.mail) == mail.strip().lower()
    rows = session.scalars(select(UserRow).where(alike, UserRow.active)).all() if mail.strip() else []
    if len(rows) != 1 or rows[0].oidc_subject:
        return None
    rows[0].oidc_subject = subject
    history.record(session, now=now, who="system", subject="user", subject_id=rows[0].id, action="oidc")
    return _value(rows[0])


def list_users(session: Session) -> list[User]:
    """By name."""
    return [_value(row) for row in session.scalars(select(UserRow).order_by(UserRow.name))]


def set_password(session: Session, name: str, password: str, *, who: str, now: datetime) -> None:
    """Raises NotFound, and StorageError for a short password."""
    row = _of(session, name)
    row.password_hash, row.failures, row.locked_until = _hashed(password), 0, None
    history.record(session, now=now, who=who, subject="user", subject_id=row.id, action="password")


def change_user(
    session: Session, user_id: int, *, mail: str, role: Role, active: bool, who: str, now: datetime,
    expected_version: str = "",
) -> User:  # fmt: skip
    """Raises NotFound, Refused where no active administrator would be left, Conflict where it has another version."""
    row = fetch_locked(session, UserRow, user_id)
    if expected_version and _value(row).version != expected_version:
        raise Conflict("Someone else changed this user in the meantime; look at it again.")
    for name, new in (("mail", mail), ("role", role), ("active", active)):
        if getattr(row, name) != new:
            # Addresses do not go into the history: it outlives them.
            old, said = ("", "") if name == "mail" else (getattr(row, name), new)
            history.record(
                session, now=now, who=who, subject="user", subject_id=row.id, action="changed", field=name, old=old,
                new=said,
            )  # fmt: skip
            setattr(row, name, new)
    session.flush()
    left = select(func.count()).select_from(UserRow).where(UserRow.role == "administrator", UserRow.active)
    if session.scalars(left).one() == 0:
        raise Refused("At least one active administrator must remain.")
    return _value(row)


def set_language(session: Session, user_id: int, language: str) -> None:
    """The language of the pages for this user."""
    fetch_locked(session, UserRow, user_id).language = language


def totp_of(session: Session, user_id: int) -> tuple[str, int]:
    """What is kept of the second factor's secret ('' for none), and the time step of the last code that was taken."""
    row = fetch(session, UserRow, user_id)
    return row.totp_secret, row.totp_step


def kept_totp(session: Session, *, lock: bool = False) -> dict[int, str]:
    """What is kept of every second factor, by user; with `lock` nobody else changes one meanwhile."""
    chosen = select(UserRow).where(UserRow.totp_secret != "").order_by(UserRow.id)
    return {row.id: row.totp_secret for row in session.scalars(chosen.with_for_update() if lock else chosen)}


def change_kept_totp(session: Session, user_id: int, kept: str) -> None:
    """Keep the same secret in another form; which codes were used stays known."""
    fetch_locked(session, UserRow, user_id).totp_secret = kept


def set_totp(session: Session, user_id: int, secret: str, *, who: str, now: datetime) -> None:
    """Switch the second factor on, or off with ''; `secret` as it is to be kept."""
    row = fetch_locked(session, UserRow, user_id)
    row.totp_secret, row.totp_step = secret, 0
    action = "second factor on" if secret else "second factor off"
    history.record(session, now=now, who=who, subject="user", subject_id=row.id, action=action)


def use_totp_step(session: Session, user_id: int, step: int) -> bool:
    """Note the time step of a code; False where it or a later one was used already (RFC 6238, section 5.2)."""
    row = fetch_locked(session, UserRow, user_id)
    if step <= row.totp_step:
        return False
    row.totp_step, row.failures = step, 0
    return True


def _add(session: Session, *, name: str, mail: str, role: Role, password_hash: str, who: str, now: datetime) -> User:
    if role not in ROLES:
        raise StorageError(f"There is no role {role}; use one of {', '.join(ROLES)}.")
    values = {
        "name": name, "mail": mail, "role": role, "password_hash": password_hash, "created_at": now, "active": True,
        "language": "de", "totp_secret": "", "totp_step": 0, "oidc_subject": "", "failures": 0,
    }  # fmt: skip
    if not insert_if_new(session, UserRow, values, ("name",)):
        raise Refused(f"There is a user {name} already.")
    row = _of(session, name)
    history.record(session, now=now, who=who, subject="user", subject_id=row.id, action="created", new=role)
    return _value(row)


def _is_right(password_hash: str, password: str) -> bool:
    try:
        _HASHER.verify(password_hash or _NOBODY, password)
    except (VerificationError, InvalidHashError):
        return False
    return bool(password_hash)


def _locked(row: UserRow, now: datetime) -> bool:
    return row.locked_until is not None and row.locked_until > now


def _hashed(password: str) -> str:
    if len(password) < SHORTEST_PASSWORD:
        raise StorageError(f"A password needs at least {SHORTEST_PASSWORD} characters.")
    return _HASHER.hash(password)


def _of(session: Session, name: str) -> UserRow:
    row = find(session, UserRow, UserRow.name == name)
    if row is None:
        raise NotFound(f"There is no user {name}.")
    return row


def _value(row: UserRow) -> User:
    return User(
        row.id, row.name, row.mail, row.role, row.created_at, row.active, row.language, bool(row.totp_secret),
        not row.password_hash, bool(row.oidc_subject), row.locked_until,
    )  # fmt: skip
