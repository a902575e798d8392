"""The certificates of erasures: when, by whom and how much, not about whom."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from klimapartner.storage.engine import Session
from klimapartner.storage.sql import fetch
from klimapartner.storage.tables import ErasureRow


@dataclass(frozen=True, slots=True)
class Certificate:
    """One erasure; `counts` by kind."""

    id: int
    at: datetime
    who: str
    counts: dict[str, int]


def get_erasure(session: Session, erasure_id: int) -> Certificate:
    """Raises NotFound."""
    return _value(fetch(session, ErasureRow, erasure_id))


def list_erasures(session: Session, limit: int = 100) -> list[Certificate]:
    """Newest first."""
    rows = session.scalars(select(ErasureRow).order_by(ErasureRow.id.desc()).limit(limit))
    return [_value(row) for row in rows]


def _value(row: ErasureRow) -> Certificate:
    return Certificate(row.id, row.at, row.who, dict(row.counts))
