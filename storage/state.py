"""Small facts that outlive the process: when the outbox was released, when a mailbox was last read."""

from datetime import datetime

from sqlalchemy import bindparam, select

from klimapartner.storage.columns import Json
from klimapartner.storage.engine import Session
from klimapartner.storage.sql import insert_if_new, table_of
from klimapartner.storage.tables import StateRow

_state = table_of(StateRow)
_VALUE = select(_state.c.value).where(_state.c.key == bindparam("of"))


def get_state(session: Session, key: str, default: Json = None) -> Json:
    """The value kept under the key, else `default`."""
    session.flush()
    value = session.scalar(_VALUE, {"of": key})
    return default if value is None else value


def set_state(session: Session, key: str, value: Json, *, now: datetime) -> None:
    """Keep a JSON value under the key; moments as ISO text."""
    values = {"key": key, "value": value, "updated_at": now}
    if not insert_if_new(session, StateRow, values, ("key",)):
        row = session.get_one(StateRow, key, populate_existing=True)
        row.value, row.updated_at = value, now
