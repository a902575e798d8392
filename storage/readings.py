"""What a version of the model read in a message, kept beside every earlier reading."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from klimapartner.storage.columns import clean_json
from klimapartner.storage.engine import Session
from klimapartner.storage.sql import find, insert_for_key
from klimapartner.storage.tables import ReadingRow


@dataclass(frozen=True, slots=True)
class Reading:
    """A reading as JSON; `body` is what `parse --json` prints, or what the trunk chooses to keep."""

    id: int
    message_id: int
    model_version: str
    created_at: datetime
    body: dict[str, Any]


def add_reading(
    session: Session, *, message_id: int, model_version: str, body: dict[str, Any], now: datetime
) -> Reading:
    """Keep a reading; the same version's second reading of the message is the first one."""
    values = {"message_id": message_id, "model_version": model_version, "body": body, "created_at": now}
    number = insert_for_key(session, ReadingRow, values, ("message_id", "model_version"))
    if number is not None:
        return Reading(number, message_id, model_version, now.astimezone(UTC), clean_json(body))
    row = find(session, ReadingRow, ReadingRow.message_id == message_id, ReadingRow.model_version == model_version)
    assert row is not None
    return _value(row)


def latest_reading(session: Session, message_id: int) -> Reading | None:
    """The newest reading of a message."""
    chosen = select(ReadingRow).where(ReadingRow.message_id == message_id)
    row = session.scalars(chosen.order_by(ReadingRow.created_at.desc(), ReadingRow.id.desc()).limit(1)).first()
    return None if row is None else _value(row)


def _value(row: ReadingRow) -> Reading:
    return Reading(row.id, row.message_id, row.model_version, row.created_at, row.body)
