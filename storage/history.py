"""Who changed what, when, from what to what. Lines are only ever added; erasing a person blanks values."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select

from klimapartner.storage.columns import Json
from klimapartner.storage.engine import Session
from klimapartner.storage.sql import insert_all
from klimapartner.storage.tables import HistoryRow

# What administrators look after; the rest is the leads'.
_DOORS = ("user", "api_token", "webhook")
Line = dict[str, Any]


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One change; `subject` is entry, message, outbox, offer, task or user, `old` and `new` are JSON values."""

    id: int
    at: datetime
    who: str
    subject: str
    subject_id: int
    action: str
    field: str
    old: Json
    new: Json


def record(
    session: Session,
    *,
    now: datetime,
    who: str,
    subject: str,
    subject_id: int,
    action: str,
    field: str = "",
    old: Json = None,
    new: Json = None,
) -> None:
    """Add one line, in the same transaction as the change itself."""
    record_all(session, [line(now, who, subject, subject_id, action=action, field=field, old=old, new=new)])


def line(
    now: datetime, who: str, subject: str, subject_id: int, *, action: str, field: str = "", old: Json, new: Json
) -> Line:
    """A line to be added."""
    return {
        "at": now, "who": who, "subject": subject, "subject_id": subject_id, "action": action, "field": field,
        "old": old, "new": new,
    }  # fmt: skip


def record_all(session: Session, lines: Sequence[Line]) -> None:
    """Add lines in their order, with one statement."""
    insert_all(session, HistoryRow, lines)


def list_history(session: Session, subject: str, subject_id: int) -> list[HistoryLine]:
    """All lines about one thing, oldest first."""
    chosen = select(HistoryRow).where(HistoryRow.subject == subject, HistoryRow.subject_id == subject_id)
    return _lines(session.scalars(chosen.order_by(HistoryRow.id)).all())


def latest_history(session: Session, limit: int = 100) -> list[HistoryLine]:
    """The newest lines about anything, newest first."""
    return _lines(session.scalars(select(HistoryRow).order_by(HistoryRow.id.desc()).limit(limit)).all())


def history_of_doors(session: Session, *, limit: int = 100, offset: int = 0) -> list[HistoryLine]:
    """The newest lines about what lets in: members of staff, tokens, webhooks; newest first."""
    return _newest(session, limit, offset, HistoryRow.subject.in_(_DOORS))


def history_of_work(
    session: Session, *, who: Collection[str] = (), limit: int = 100, offset: int = 0
) -> list[HistoryLine]:
    """The newest lines about anything else (by some people only), newest first."""
    by = [HistoryRow.who.in_(who)] if who else []
    return _newest(session, limit, offset, HistoryRow.subject.not_in(_DOORS), *by)


def _newest(session: Session, limit: int, offset: int, *conditions: ColumnElement[bool]) -> list[HistoryLine]:
    chosen = select(HistoryRow).where(*conditions).order_by(HistoryRow.id.desc()).limit(limit).offset(offset)
    return _lines(session.scalars(chosen).all())


def _lines(rows: Sequence[HistoryRow]) -> list[HistoryLine]:
    return [HistoryLine(r.id, r.at, r.who, r.subject, r.subject_id, r.action, r.field, r.old, r.new) for r in rows]
