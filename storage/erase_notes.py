"""Blanking what staff and the console keep about a person: comments, merges' pictures, files, views, deliveries."""

from typing import Any

from sqlalchemy import delete, select, update

from klimapartner.storage.columns import Json
from klimapartner.storage.engine import Session
from klimapartner.storage.erase_find import Person
from klimapartner.storage.fields import search_text
from klimapartner.storage.tables import (
    CommentRow,
    DeliveryRow,
    EntryRow,
    FieldRow,
    MergeRow,
    ReminderRow,
    SavedViewRow,
    SessionRow,
    StateRow,
    StoredFileRow,
)
from klimapartner.storage.traces import Traces

_NAMED = ("reference", "body_name", "sub_body", "partner_name", "ags")


def erase_notes(session: Session, person: Person, traces: Traces) -> None:
    """Comments, files, saved views and reminders go; of webhooks and merges the words."""
    for table, kind in (
        (CommentRow, "comments"), (ReminderRow, "reminders"), (StoredFileRow, "files"), (SavedViewRow, "views"),
    ):  # fmt: skip
        session.execute(delete(table).where(table.id.in_(traces[kind])))
    told = update(DeliveryRow).where(DeliveryRow.id.in_(traces["deliveries"]))
    session.execute(told.values(body={}, error="", state="failed"))
    for merge in session.scalars(select(MergeRow).where(MergeRow.id.in_(traces["merges"]))):
        merge.before = _without(merge.before, person)
    _small_facts(session, person)
    session.flush()


def _without(before: dict[str, Json], person: Person) -> dict[str, Json]:
    pictures = {name: _picture_without(before[name], person) for name in ("kept", "dropped")}
    return before | pictures


def _picture_without(picture: dict[str, Json], person: Person) -> dict[str, Json]:
    """The picture of an entry before a merge, as the erasure would have left the entry."""
    theirs = any(person.is_told_of(field["value"]) for field in picture["fields"])
    fields = [_field_without(field, person, theirs) for field in picture["fields"]]
    row = EntryRow(**{name: picture[name] for name in _NAMED}, fields=[FieldRow(value=f["value"]) for f in fields])
    return picture | {"fields": fields, "search": search_text(row)}


def _field_without(field: dict[str, Json], person: Person, theirs: bool) -> dict[str, Json]:
    said = field["message_id"] in person.messages
    personal = field["field"].startswith("contact.") or field["field"] == "remarks"
    if personal and (said or theirs):
        return field | {"value": None, "evidence": [], "confidence": None}
    return field | {"evidence": []} if said or person.is_mentioned(field["evidence"]) else field


def _small_facts(session: Session, person: Person) -> None:
    """Notices to a browser and troubles that are told once should hold no names; where one does, it goes."""
    rows: list[Any] = [*session.scalars(select(SessionRow)), *session.scalars(select(StateRow))]
    for row in rows:
        column = "flash" if isinstance(row, SessionRow) else "value"
        if person.is_told_of(getattr(row, column)):
            setattr(row, column, None)
