"""The same step for many entries; what is not allowed for one does not stop the others."""

from collections.abc import Iterable

from klimapartner.assistant.console.visit import Visit
from klimapartner.storage.engine import Session
from klimapartner.storage.errors import NotFound, WrongState
from klimapartner.storage.register import assign
from klimapartner.storage.states import EntryStatus
from klimapartner.storage.status_flow import take_step

NOBODY = "-"


def change_many(
    visit: Visit, entry_ids: Iterable[int], *, status: EntryStatus | None, assign_to: str
) -> tuple[int, int]:
    """Set status and person in charge ('' leaves it, NOBODY empties it): how many were changed, how many refused."""
    changed = refused = 0
    if status is None and not assign_to:
        return 0, 0
    # Sorted, so that two bulk steps at once take the rows in one order and never wait for each other in a ring.
    for entry_id in sorted(set(entry_ids)):
        try:
            with visit.work.database.session() as session:
                changed += _change(session, visit, entry_id, status, assign_to)
        except (WrongState, NotFound):
            refused += 1
    return changed, refused


def _change(session: Session, visit: Visit, entry_id: int, status: EntryStatus | None, assign_to: str) -> int:
    done = False
    if status is not None:
        change = take_step(session, entry_id=entry_id, status=status, actor=visit.who, now=visit.now())
        done = bool(change.changed)
    if assign_to:
        to = None if assign_to == NOBODY else assign_to
        done |= bool(assign(session, entry_id=entry_id, to=to, actor=visit.who, now=visit.now()).changed)
    return int(done)
