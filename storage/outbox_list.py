"""The outbox as a list: by state and words, newest first, a page at a time, with counts by state."""

from sqlalchemy import ColumnElement, func, or_, select

from klimapartner.storage.engine import Session
from klimapartner.storage.outbox_values import OutboxMail, mail_of
from klimapartner.storage.states import OutboxState
from klimapartner.storage.tables import OutboxRow


def outbox_page(
    session: Session, *, state: OutboxState | None, text: str, limit: int, offset: int
) -> tuple[list[OutboxMail], int]:
    """Mails of a page, and how many there are in all."""
    conditions = _conditions(state, text)
    chosen = select(OutboxRow).where(*conditions).order_by(OutboxRow.id.desc()).limit(limit).offset(offset)
    count = session.scalars(select(func.count()).select_from(OutboxRow).where(*conditions)).one()
    return [mail_of(row) for row in session.scalars(chosen)], count


def _conditions(state: OutboxState | None, text: str) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [] if state is None else [OutboxRow.state == state]
    looked = (OutboxRow.to_key, func.lower(OutboxRow.subject), func.lower(OutboxRow.to_name))
    for word in text.lower().split():
        conditions.append(or_(*(column.contains(word, autoescape=True) for column in looked)))
    return conditions
