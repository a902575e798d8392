"""How a new value meets the one that an entry has: staff outranks the sender, the sender outranks the machine."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm.attributes import set_committed_value

from klimapartner.storage import history
from klimapartner.storage.columns import Json, clean_json
from klimapartner.storage.engine import Session
from klimapartner.storage.entries import EntryChange, FieldChange, FieldValue
from klimapartner.storage.names import normalise_name
from klimapartner.storage.sql import insert_all
from klimapartner.storage.states import PROVENANCES
from klimapartner.storage.tables import EntryRow, FieldRow
from klimapartner.storage.webhooks import Event, tell

_COLUMNS = ("entry_id", "field", "value", "provenance", "confidence", "evidence", "message_id", "updated_at")


@dataclass(slots=True)
class Edit:
    """One writing visit to an entry: who, when, from which message, and what came of it."""

    session: Session
    row: EntryRow
    actor: str
    now: datetime
    message_id: int | None = None
    created: bool = False
    added: list[FieldRow] = field(default_factory=list)
    lines: list[history.Line] = field(default_factory=list)
    changed: list[FieldChange] = field(default_factory=list)
    kept: list[FieldChange] = field(default_factory=list)

    def note(self, action: str, name: str = "", old: Json = None, new: Json = None) -> None:
        """A line of the entry's history, written at the end of the visit."""
        self.lines.append(
            history.line(self.now, self.actor, "entry", self.row.id, action=action, field=name, old=old, new=new)
        )

    def change(self, name: str, old: Json, new: Json) -> None:
        """Say that a field changed."""
        self.changed.append(FieldChange(name, old, new))
        self.note("changed", name, old, new)

    def keep(self, name: str, old: Json, new: Json) -> None:
        """Say that a value was proposed and not taken."""
        self.kept.append(FieldChange(name, old, new))
        self.note("proposed", name, old, new)

    def close(self) -> EntryChange:
        """Bring version, time and search text up to date and hand over what happened."""
        if self.changed:
            self.row.version += 1
            self.row.updated_at = self.now
            self.row.search = search_text(self.row)
            tell(self.session, self._event(), subject_id=self.row.id, now=self.now)
        self.session.flush()
        self._write_added()
        row = self.row
        return EntryChange(
            row.id, row.reference, self.created, row.status, row.version, tuple(self.changed), tuple(self.kept)
        )

    def _write_added(self) -> None:
        """New fields and lines of history with one statement each, where objects would take one statement a row."""
        insert_all(self.session, FieldRow, [{name: getattr(one, name) for name in _COLUMNS} for one in self.added])
        history.record_all(self.session, self.lines)
        if self.added:
            self.session.expire(self.row, ["fields"])
        self.added, self.lines = [], []

    def _event(self) -> Event:
        if self.created:
            return "entry.created"
        withdrawn = any((change.field, change.new) == ("status", "withdrawn") for change in self.changed)
        return "entry.withdrawn" if withdrawn else "entry.changed"


def fill(edit: Edit, values: Mapping[str, FieldValue]) -> None:
    """Take the values over: nothing empty, lists joined, nothing that outranks the newcomer overwritten."""
    for name, value in values.items():
        if not is_empty(value.value):
            _meet(edit, name, value)


def put(edit: Edit, name: str, value: FieldValue) -> None:
    """Set a value whatever was there before; None empties the field, and whoever did so is remembered."""
    current = stored_field(edit.row, name)
    old = None if current is None else current.value
    _write(edit, name, value, current)
    if old != clean_json(value.value):
        edit.change(name, old, value.value)


def take_back(edit: Edit, name: str) -> None:
    """Empty a field for the sender; what staff set stays, and the wish comes back as a proposal."""
    current, nothing = stored_field(edit.row, name), FieldValue(None, "sender", 1.0)
    if current is None or is_empty(current.value):
        return
    if outranked(edit.row, name, nothing):
        edit.keep(name, current.value, None)
    else:
        put(edit, name, nothing)


def is_empty(value: Json) -> bool:
    """Nothing was said: None, '', [] or {}."""
    return value is None or value in ("", [], (), {})


def stored_field(row: EntryRow, name: str) -> FieldRow | None:
    """The field of an entry."""
    return next((item for item in row.fields if item.field == name), None)


def outranked(row: EntryRow, name: str, value: FieldValue) -> bool:
    """Someone who knows better set the field."""
    current = stored_field(row, name)
    return current is not None and _rank(value.provenance) < _rank(current.provenance)


def search_text(row: EntryRow) -> str:
    """What a search looks in: names, numbers and all text values, normalised."""
    parts = [row.reference, row.body_name, row.sub_body, row.partner_name, row.ags or ""]
    parts += [text for item in row.fields for text in _texts(item.value)]
    return " ".join(filter(None, map(normalise_name, parts)))


def _meet(edit: Edit, name: str, value: FieldValue) -> None:
    current = stored_field(edit.row, name)
    if current is None:
        _write(edit, name, value, None)
        edit.change(name, None, value.value)
        return
    old, new = current.value, _joined(current.value, clean_json(value.value))
    if outranked(edit.row, name, value):
        if new != old:
            edit.keep(name, old, value.value)
        return
    if new != old:
        _write(edit, name, FieldValue(new, value.provenance, value.confidence, value.evidence), current)
        edit.change(name, old, new)
    elif _rank(value.provenance) > _rank(current.provenance):
        _write(edit, name, value, current)


def _write(edit: Edit, name: str, value: FieldValue, current: FieldRow | None) -> None:
    if current is None:
        current = FieldRow(entry_id=edit.row.id, field=name)
        edit.added.append(current)
        set_committed_value(edit.row, "fields", [*edit.row.fields, current])
    current.value, current.provenance, current.confidence = clean_json(value.value), value.provenance, value.confidence
    current.evidence, current.message_id, current.updated_at = list(value.evidence), edit.message_id, edit.now


def _joined(old: Json, new: Json) -> Json:
    if isinstance(old, list) and isinstance(new, list):
        return old + [item for item in new if item not in old]
    return new


def _rank(provenance: str) -> int:
    return PROVENANCES.index(provenance)


def _texts(value: Json) -> list[str]:
    if isinstance(value, list):
        return [text for item in value for text in _texts(item)]
    return [value] if isinstance(value, str) else []
