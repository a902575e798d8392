"""Who registered for an event of the call, such as the information workshop."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from klimapartner.storage import history
from klimapartner.storage.engine import Session
from klimapartner.storage.sql import clip, fetch, find, insert_if_new
from klimapartner.storage.tables import ParticipantRow


@dataclass(frozen=True, slots=True)
class Participant:
    """A registration; `body` is the municipality as far as it is known."""

    id: int
    call: str
    event: str
    email: str
    name: str
    body: str
    message_id: int | None
    created_at: datetime


def register_participant(
    session: Session, *, call: str, event: str, name: str, email: str, body: str, message_id: int | None, now: datetime
) -> tuple[Participant, bool]:
    """Register a person, once an event and address; a further message fills in what was empty."""
    key = clip(email.strip().lower(), 320)
    values = {"call": call, "event": event, "email": key, "name": name, "body": body}
    values |= {"message_id": message_id, "created_at": now}  # type: ignore[dict-item]
    new = insert_if_new(session, ParticipantRow, values, ("call", "event", "email"))
    row = find(
        session, ParticipantRow, ParticipantRow.call == call, ParticipantRow.event == event, ParticipantRow.email == key
    )
    assert row is not None
    row.name, row.body = row.name or name, row.body or body
    return _value(row), new


def list_participants(session: Session, call: str, event: str | None = None) -> list[Participant]:
    """In the order in which they registered."""
    chosen = select(ParticipantRow).where(ParticipantRow.call == call).order_by(ParticipantRow.id)
    if event is not None:
        chosen = chosen.where(ParticipantRow.event == event)
    return [_value(row) for row in session.scalars(chosen)]


def drop_participant(session: Session, participant_id: int, *, who: str, now: datetime) -> None:
    """Take a person off a list; raises NotFound. The history says that, not whom."""
    row = fetch(session, ParticipantRow, participant_id)
    history.record(
        session, now=now, who=who, subject="participant", subject_id=row.id, action="removed", field=row.event
    )
    session.delete(row)


def _value(row: ParticipantRow) -> Participant:
    return Participant(**{name: getattr(row, name) for name in Participant.__dataclass_fields__})
