"""Recovery codes: each lets a user in once in place of the second factor. Kept as hashes, shown once."""

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from klimapartner.storage.engine import Session
from klimapartner.storage.tables import TokenRow

CODES = 10
_KIND = "recovery"
# Without l, o, 0 and 1, which are misread on paper. 16 of 32 signs are 80 bits: no guessing, and no salt needed.
_SIGNS = "abcdefghijkmnpqrstuvwxyz23456789"
_LENGTH = 16
_VALID = timedelta(days=3650)


def issue_recovery_codes(session: Session, user_id: int, *, now: datetime) -> list[str]:
    """Ten new codes of four groups (`abcd-efgh-ijkm-npqr`); earlier ones of the user end."""
    drop_recovery_codes(session, user_id)
    codes = ["".join(secrets.choice(_SIGNS) for _ in range(_LENGTH)) for _ in range(CODES)]
    subject, end = _subject(user_id), now + _VALID
    session.add_all(
        TokenRow(kind=_KIND, digest=_digest(code), subject=subject, attempts=0, created_at=now, expires_at=end)
        for code in codes
    )
    session.flush()
    return ["-".join(code[start : start + 4] for start in range(0, _LENGTH, 4)) for code in codes]


def redeem_recovery_code(session: Session, user_id: int, code: str, *, now: datetime) -> bool:
    """Whether it is an unused code of the user; blanks, hyphens and capitals do not matter."""
    plain = "".join(sign for sign in code.casefold() if sign.isalnum())
    chosen = select(TokenRow).where(
        TokenRow.kind == _KIND, TokenRow.digest == _digest(plain), TokenRow.subject == _subject(user_id)
    )
    row = session.scalars(chosen.with_for_update()).one_or_none()
    if row is None or row.used_at is not None or row.expires_at <= now:
        return False
    row.used_at = now
    return True


def count_recovery_codes(session: Session, user_id: int) -> int:
    """How many codes are left."""
    chosen = select(TokenRow.id).where(
        TokenRow.kind == _KIND, TokenRow.subject == _subject(user_id), TokenRow.used_at.is_(None)
    )
    return len(session.scalars(chosen).all())


def drop_recovery_codes(session: Session, user_id: int) -> None:
    """End all codes of a user."""
    session.execute(delete(TokenRow).where(TokenRow.kind == _KIND, TokenRow.subject == _subject(user_id)))


def _subject(user_id: int) -> str:
    return f"user:{user_id}"


def _digest(code: str) -> str:
    return hashlib.sha256(code.encode("utf-8", "replace")).hexdigest()
