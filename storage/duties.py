"""Work that only one process may do at a time (polling a bot): lent by name, taken over when its holder is overdue."""

from datetime import datetime, timedelta

from sqlalchemy import select

from klimapartner.storage.engine import Session
from klimapartner.storage.sql import insert_if_new
from klimapartner.storage.tables import StateRow


def take_duty(session: Session, name: str, *, owner: str, now: datetime, lease: timedelta) -> bool:
    """Take a duty or keep it for another `lease`; False while somebody else has it."""
    row = _row(session, name, now)
    held = row.value if isinstance(row.value, dict) else {}
    until = held.get("until")
    if held.get("owner") != owner and isinstance(until, str) and datetime.fromisoformat(until) > now:
        return False
    row.value, row.updated_at = {"owner": owner, "until": (now + lease).isoformat()}, now
    return True


def leave_duty(session: Session, name: str, *, owner: str, now: datetime) -> None:
    """Give a duty back, so that the next one need not wait for its end; nothing where somebody else has it."""
    row = _row(session, name, now)
    if isinstance(row.value, dict) and row.value.get("owner") == owner:
        row.value, row.updated_at = {}, now


def _row(session: Session, name: str, now: datetime) -> StateRow:
    key = f"duty.{name}"
    insert_if_new(session, StateRow, {"key": key, "value": {}, "updated_at": now}, ("key",))
    chosen = select(StateRow).where(StateRow.key == key).with_for_update().execution_options(populate_existing=True)
    return session.scalars(chosen).one()
