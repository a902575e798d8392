"""Entries that look like the same interest, made one by staff, and parted again as long as nothing came after."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Table, delete, inspect, or_, select, update

from klimapartner.storage import history
from klimapartner.storage.columns import Json
from klimapartner.storage.engine import Session
from klimapartner.storage.entries import Entry, EntryChange, entry_of
from klimapartner.storage.errors import WrongState
from klimapartner.storage.merge import HANGING
from klimapartner.storage.register import merge_entries
from klimapartner.storage.sql import fetch, fetch_locked, lock
from klimapartner.storage.tables import Base, EntryMessageRow, EntryRow, FieldRow, MatchRow, MergeRow


@dataclass(frozen=True, slots=True)
class Merge:
    """Two entries made one; `dropped_name` and `dropped_reference` tell which one went."""

    id: int
    at: datetime
    who: str
    kept_id: int
    dropped_id: int
    dropped_name: str
    dropped_reference: str


def merge_with_undo(session: Session, *, keep: int, drop: int, actor: str, now: datetime) -> EntryChange:
    """Make one entry of two, and remember both as they were; raises NotFound, StorageError for one and the same."""
    kept, dropped = fetch(session, EntryRow, keep), fetch(session, EntryRow, drop)
    lock(session, "entries", kept.call)
    before: dict[str, Any] = {"kept": _picture(kept), "dropped": _picture(dropped), "hung": _hanging(session, drop)}
    before["own_messages"] = _messages(session, keep)
    change = merge_entries(session, keep=keep, drop=drop, actor=actor, now=now)
    before["version"] = change.version
    session.add(MergeRow(at=now, who=actor, kept_id=keep, dropped_id=drop, before=before))
    return change


def open_merges(session: Session, entry_id: int) -> list[Merge]:
    """The merges into an entry that were not undone, newest first; only the newest can be."""
    chosen = select(MergeRow).where(MergeRow.kept_id == entry_id, MergeRow.undone_at.is_(None))
    return [_value(row) for row in session.scalars(chosen.order_by(MergeRow.id.desc()))]


def undo_merge(session: Session, merge_id: int, *, actor: str, now: datetime) -> None:
    """Part the two again; raises NotFound, and WrongState where the entry has changed since or it was undone."""
    merge = fetch_locked(session, MergeRow, merge_id)
    kept = fetch_locked(session, EntryRow, merge.kept_id)
    lock(session, "entries", kept.call)
    if merge.undone_at is not None or kept.version != merge.before["version"]:
        raise WrongState("The entry has changed since the two were merged.")
    _restore(session, kept, merge.before["kept"], version=kept.version + 1)
    session.flush()
    again = EntryRow(id=merge.dropped_id)
    _restore(session, again, merge.before["dropped"], version=merge.before["dropped"]["version"] + 1)
    session.add(again)
    session.flush()
    _hang_back(session, merge)
    merge.undone_at = now
    for entry_id in (merge.kept_id, merge.dropped_id):
        history.record(session, now=now, who=actor, subject="entry", subject_id=entry_id, action="merge undone")


def similar_entries(session: Session, entry: Entry, limit: int = 5) -> list[Entry]:
    """Other entries of the call with the same body, or with the same first address or partner and a like name."""
    word = entry.body_key.removeprefix("name:").split(" ")[0] if entry.body_key.startswith("name:") else ""
    same = [EntryRow.body_key == entry.body_key] if not entry.body_key.startswith("message:") else []
    same += [EntryRow.body_key.contains(word, autoescape=True)] if len(word) > 3 else []
    same += [EntryRow.partner_key == entry.partner_key] if entry.partner_key else []
    if not same:
        return []
    chosen = select(EntryRow).where(EntryRow.call == entry.call, EntryRow.id != entry.id, or_(*same))
    return [entry_of(row) for row in session.scalars(chosen.order_by(EntryRow.id).limit(limit))]


def _columns(table: type[Base]) -> list[str]:
    return [column.key for column in inspect(table).column_attrs if column.key != "id"]


def _picture(row: EntryRow) -> dict[str, Json]:
    own = {name: _plain(getattr(row, name)) for name in _columns(EntryRow)}
    fields = [{name: _plain(getattr(f, name)) for name in _columns(FieldRow)} for f in row.fields]
    return own | {"fields": fields}


def _plain(value: Any) -> Json:
    return {"at": value.isoformat()} if isinstance(value, datetime) else value


def _back(value: Json) -> Any:
    return datetime.fromisoformat(value["at"]) if isinstance(value, dict) and set(value) == {"at"} else value


def _restore(session: Session, row: EntryRow, picture: dict[str, Json], *, version: int) -> None:
    for name in _columns(EntryRow):
        setattr(row, name, _back(picture[name]))
    row.version = version
    row.fields.clear()
    session.flush()
    for field in picture["fields"]:
        row.fields.append(FieldRow(**{k: _back(v) for k, v in field.items() if k != "entry_id"}, entry_id=row.id))


def _hanging(session: Session, entry_id: int) -> dict[str, list[int]]:
    """The ids of all that hangs on an entry, by table."""
    found = {
        table.__tablename__: list(session.scalars(select(table.id).where(table.entry_id == entry_id)))
        for table in (*HANGING, MatchRow)
    }
    return found | {"messages": _messages(session, entry_id)}


def _messages(session: Session, entry_id: int) -> list[int]:
    return list(session.scalars(select(EntryMessageRow.message_id).where(EntryMessageRow.entry_id == entry_id)))


def _hang_back(session: Session, merge: MergeRow) -> None:
    hung, own = merge.before["hung"], merge.before["own_messages"]
    for table in (*HANGING, MatchRow):
        ids = hung[table.__tablename__]
        session.execute(update(table).where(table.id.in_(ids)).values(entry_id=merge.dropped_id))
    links: Table = EntryMessageRow.__table__  # type: ignore[assignment]
    moved = [number for number in hung["messages"] if number not in own]
    session.execute(
        delete(EntryMessageRow).where(EntryMessageRow.entry_id == merge.kept_id, EntryMessageRow.message_id.in_(moved))
    )
    for number in hung["messages"]:
        session.execute(links.insert().values(entry_id=merge.dropped_id, message_id=number, linked_at=merge.at))


def _value(row: MergeRow) -> Merge:
    gone = row.before["dropped"]
    return Merge(row.id, row.at, row.who, row.kept_id, row.dropped_id, gone["body_name"], gone["reference"])
