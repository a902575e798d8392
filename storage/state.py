"""Small facts that outlive the process: when the outbox was released, when a mailbox was last read."""

from datetime import datetime

from klimapartner.storage.columns import Json
from klimapartner.storage.engine import Session
from klimapartner.storage.sql import insert_if_new
from klimapartner.storage.tables import StateRow


def get_state(session: Session, key: str, default: Json = None) -> Json:
    """The value kept under the key, else `default`."""
    row = session.get(StateRow, key, populate_existing=True)
    return default if row is None or row.value is None else row.value


def set_state(session: Session, key: str, value: Json, *, now: datetime) -> None:
    """Keep a JSON value under the key; moments as ISO text."""
    values = {"key": key, "value": value, "updated_at": now}
    if not insert_if_new(session, StateRow, values, ("key",)):
        row = session.get_one(StateRow, key, populate_existing=True)
        row.value, row.updated_at = value, now
