"""From which status an entry may go to which: staff decide in steps, and none is skipped by mistake."""

from datetime import datetime

from klimapartner.storage.engine import Session
from klimapartner.storage.entries import EntryChange
from klimapartner.storage.errors import WrongState
from klimapartner.storage.register import set_status
from klimapartner.storage.sql import fetch_locked
from klimapartner.storage.states import EntryStatus
from klimapartner.storage.tables import EntryRow

NEXT: dict[EntryStatus, tuple[EntryStatus, ...]] = {
    "new": ("in_review", "complete", "declined", "withdrawn"),
    "in_review": ("complete", "declined", "withdrawn"),
    "complete": ("in_review", "invited", "selected", "waiting_list", "declined", "withdrawn"),
    "invited": ("complete", "selected", "waiting_list", "declined", "withdrawn"),
    "selected": ("waiting_list", "declined", "withdrawn"),
    "waiting_list": ("invited", "selected", "declined", "withdrawn"),
    # Both can be taken up again: people change their minds, and staff err.
    "declined": ("in_review", "waiting_list"),
    "withdrawn": ("in_review",),
}


def take_step(
    session: Session,
    *,
    entry_id: int,
    status: EntryStatus,
    actor: str,
    now: datetime,
    expected_version: int | None = None,
) -> EntryChange:
    """Move an entry on by one allowed step; to where it is already changes nothing.

    Raises NotFound, WrongState for a step that is not allowed, Conflict where somebody else was faster.
    """
    current = fetch_locked(session, EntryRow, entry_id).status
    if status != current and status not in NEXT[current]:
        raise WrongState(f"An entry that is {current} cannot become {status}.")
    return set_status(
        session, entry_id=entry_id, status=status, actor=actor, now=now, expected_version=expected_version
    )
