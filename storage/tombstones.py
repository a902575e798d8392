"""Tombstones: keyed hashes (HMAC-SHA256, RFC 2104) of what was erased, by which it is known and from which not read."""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import select

from klimapartner.storage.engine import Session
from klimapartner.storage.sql import insert_if_new, table_of
from klimapartner.storage.state import get_state, set_state
from klimapartner.storage.tables import TombstoneRow

_KEY = "tombstone.key"
_ANY = select(table_of(TombstoneRow).c.id).limit(1)
Kind = Literal["address", "content", "message-id", "chat"]


@dataclass(frozen=True, slots=True)
class Tombstone:
    """`digest` is of an address (lower case), a SHA-256 of a mail's bytes, a Message-ID, or `channel:address`."""

    kind: str
    digest: str
    at: datetime


def tombstone_key(session: Session, *, now: datetime) -> bytes:
    """The key that is kept in the database, made where there is none: for offices that set none of their own."""
    kept = get_state(session, _KEY)
    if not isinstance(kept, str):
        kept = secrets.token_hex(32)
        set_state(session, _KEY, kept, now=now)
    return bytes.fromhex(kept)


def digest_of(key: bytes, kind: Kind, value: str) -> str:
    """The keyed hash of a value, as 64 hex digits; upper and lower case of a value are one."""
    return hmac.new(key, f"{kind}\0{value.strip().lower()}".encode(), hashlib.sha256).hexdigest()


def fingerprint(key: bytes) -> str:
    """By which two keys are told apart, 16 hex digits."""
    return hmac.new(key, b"fingerprint", hashlib.sha256).hexdigest()[:16]


def bury(session: Session, stones: Iterable[Tombstone]) -> None:
    """Keep tombstones; one that is there already gets the later moment."""
    for stone in stones:
        values = {"kind": stone.kind, "digest": stone.digest, "at": stone.at}
        if not insert_if_new(session, TombstoneRow, values, ("kind", "digest")):
            row = _row(session, stone.kind, stone.digest)
            row.at = max(row.at, stone.at)
    session.flush()


def buried_at(session: Session, kind: Kind, digest: str) -> datetime | None:
    """When what has this hash was erased last, None where it was not."""
    chosen = select(TombstoneRow.at).where(TombstoneRow.kind == kind, TombstoneRow.digest == digest)
    return session.scalars(chosen).first()


def has_tombstones(session: Session) -> bool:
    """Whether anything was erased at all."""
    session.flush()
    return session.scalar(_ANY) is not None


def tombstones(session: Session) -> list[Tombstone]:
    """All, oldest first."""
    rows = session.scalars(select(TombstoneRow).order_by(TombstoneRow.at, TombstoneRow.id))
    return [Tombstone(row.kind, row.digest, row.at) for row in rows]


def _row(session: Session, kind: str, digest: str) -> TombstoneRow:
    chosen = select(TombstoneRow).where(TombstoneRow.kind == kind, TombstoneRow.digest == digest)
    return session.scalars(chosen.execution_options(populate_existing=True)).one()
