"""Entries whose corrected values may be learnt from: a person's decision, taken one by one, kept in the history."""

from datetime import datetime

from sqlalchemy import select

from klimapartner.storage import history
from klimapartner.storage.engine import Session
from klimapartner.storage.entries import Entry
from klimapartner.storage.errors import WrongState
from klimapartner.storage.search import find_entry, get_entry
from klimapartner.storage.tables import HistoryRow

APPROVED = "approved for training"
_TAKEN_BACK = "approval taken back"


def approve(session: Session, entry_id: int, *, who: str, now: datetime) -> None:
    """Let the model learn from an entry; raises NotFound, and WrongState where staff have confirmed nothing in it."""
    if not any(field.provenance == "staff" for field in get_entry(session, entry_id).fields.values()):
        raise WrongState("Nothing in this entry was confirmed or corrected by staff.")
    if not is_approved(session, entry_id):
        history.record(session, now=now, who=who, subject="entry", subject_id=entry_id, action=APPROVED)


def take_back(session: Session, entry_id: int, *, who: str, now: datetime) -> None:
    """Do not learn from an entry after all."""
    if is_approved(session, entry_id):
        history.record(session, now=now, who=who, subject="entry", subject_id=entry_id, action=_TAKEN_BACK)


def is_approved(session: Session, entry_id: int) -> bool:
    """Whether the last decision on an entry was to learn from it."""
    chosen = select(HistoryRow.action).where(
        HistoryRow.subject == "entry", HistoryRow.subject_id == entry_id, HistoryRow.action.in_((APPROVED, _TAKEN_BACK))
    )
    return session.scalars(chosen.order_by(HistoryRow.id.desc()).limit(1)).first() == APPROVED


def approved_entries(session: Session) -> list[Entry]:
    """The entries that may be learnt from, by their ids; those merged away are left out."""
    chosen = select(HistoryRow.subject_id).where(HistoryRow.subject == "entry", HistoryRow.action == APPROVED)
    ids = sorted(set(session.scalars(chosen)))
    found = (find_entry(session, entry_id) for entry_id in ids if is_approved(session, entry_id))
    return [entry for entry in found if entry is not None]
