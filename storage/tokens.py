"""One-time tokens (in links) and codes (typed in): kept as hashes, with an end, and codes with few tries."""

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from klimapartner.storage.engine import Session
from klimapartner.storage.tables import TokenRow

CODE_DIGITS = 6
CODE_TRIES = 5


def issue_token(session: Session, *, kind: str, subject: str, now: datetime, valid: timedelta) -> str:
    """A token for a link, of 43 URL-safe characters; it opens `subject` once."""
    token = secrets.token_urlsafe(32)
    _add(session, kind, _digest(token), subject, now, valid)
    return token


def redeem_token(session: Session, *, kind: str, token: str, now: datetime) -> str | None:
    """What a token opens; None where it is unknown, used or too old."""
    row = _fresh(session, kind, token, now)
    if row is None:
        return None
    row.used_at = now
    return row.subject


def look_at_token(session: Session, *, kind: str, token: str, now: datetime) -> str | None:
    """What a token would open; it stays unused."""
    row = _fresh(session, kind, token, now)
    return None if row is None else row.subject


def drop_tokens(session: Session, *, kind: str, subject: str | None = None, ended: datetime | None = None) -> None:
    """Delete tokens of a kind: those of a subject, or those that had ended at a moment."""
    chosen = delete(TokenRow).where(TokenRow.kind == kind)
    if subject is not None:
        chosen = chosen.where(TokenRow.subject == subject)
    if ended is not None:
        chosen = chosen.where(TokenRow.expires_at <= ended)
    session.execute(chosen)


def issue_code(session: Session, *, kind: str, subject: str, now: datetime, valid: timedelta) -> str:
    """A code of six digits for a subject; earlier codes for it end."""
    for row in _open(session, kind, subject):
        row.used_at = now
    code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
    # Six digits are soon tried out against a bare hash; salted with a value of their own they are not looked up.
    salt = secrets.token_hex(16)
    _add(session, kind, f"{salt}${_digest(salt + code)}", subject, now, valid)
    return code


def redeem_code(session: Session, *, kind: str, subject: str, code: str, now: datetime) -> bool:
    """Whether the code is the subject's; every wrong one counts, and after five no code is right any more."""
    row = next(iter(_open(session, kind, subject)), None)
    if row is None or row.expires_at <= now or row.attempts >= CODE_TRIES:
        return False
    salt, _, digest = row.digest.partition("$")
    right = secrets.compare_digest(digest, _digest(salt + code.strip()))
    row.attempts += 1
    row.used_at = now if right else None
    return right


def _fresh(session: Session, kind: str, token: str, now: datetime) -> TokenRow | None:
    """The row of a token that may still be used, kept from others until the transaction ends."""
    chosen = select(TokenRow).where(TokenRow.kind == kind, TokenRow.digest == _digest(token)).with_for_update()
    row = session.scalars(chosen).one_or_none()
    return None if row is None or row.used_at is not None or row.expires_at <= now else row


def _open(session: Session, kind: str, subject: str) -> list[TokenRow]:
    """The unused tokens of a subject, newest first."""
    chosen = select(TokenRow).where(TokenRow.kind == kind, TokenRow.subject == subject, TokenRow.used_at.is_(None))
    return list(session.scalars(chosen.order_by(TokenRow.id.desc()).with_for_update()))


def _add(session: Session, kind: str, digest: str, subject: str, now: datetime, valid: timedelta) -> None:
    row = TokenRow(kind=kind, digest=digest, subject=subject, attempts=0, created_at=now, expires_at=now + valid)
    session.add(row)
    session.flush()


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
