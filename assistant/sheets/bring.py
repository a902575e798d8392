"""Rows into the register: new entries, or additions to those that are there. Twice the same changes nothing."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from klimapartner.assistant.intake import Office, new_conversation
from klimapartner.assistant.register_fields import partner_text
from klimapartner.assistant.sheets.rows import Faulty, Row
from klimapartner.intents.reading import Partner
from klimapartner.storage import history
from klimapartner.storage.columns import Json
from klimapartner.storage.conversations import attach_entry
from klimapartner.storage.engine import Database, Session
from klimapartner.storage.entries import Entry
from klimapartner.storage.register import BodyRef, FieldValue, PartnerRef, entry_to_join, set_status, upsert_entry
from klimapartner.storage.search import entry_by_reference

_BATCH = 100
Kind = Literal["new", "adds", "same", "unknown", "invalid"]


@dataclass(frozen=True, slots=True)
class Result:
    """What becomes of a row. `changed` are fields with their new values, `kept` those where staff's value stays."""

    kind: Kind
    line: int
    name: str
    reference: str = ""
    changed: Mapping[str, Json] | None = None
    kept: tuple[str, ...] = ()
    fault: Faulty | None = None


class _Undone(Exception):
    """The end of a dry run."""


def try_rows(
    database: Database, office: Office, rows: Iterable[Row | Faulty], *, who: str, now: datetime
) -> list[Result]:
    """What `take_rows` would do: it is done, looked at and rolled back, so that it cannot differ."""
    results: list[Result] = []
    for batch in _batches(rows):
        with suppress(_Undone), database.session() as session:
            results += [_bring(session, office, row, who, now) for row in batch]
            raise _Undone
    return sorted(results, key=lambda result: result.line)


def take_rows(
    database: Database, office: Office, rows: Iterable[Row | Faulty], *, who: str, now: datetime
) -> list[Result]:
    """Take the rows over; values count as staff's own. What breaks off half-way is made whole by a second time."""
    results: list[Result] = []
    for batch in _batches(rows):
        with database.session() as session:
            results += [_bring(session, office, row, who, now) for row in batch]
    return sorted(results, key=lambda result: result.line)


def _batches(rows: Iterable[Row | Faulty]) -> Iterator[list[Row | Faulty]]:
    """Rows of one body stay together and in order; a batch is short, since nobody else can write meanwhile."""
    bodies: dict[str, list[Row | Faulty]] = {}
    for row in rows:
        bodies.setdefault("" if isinstance(row, Faulty) else row.body.key(None), []).append(row)
    batch: list[Row | Faulty] = []
    for together in bodies.values():
        batch += together
        if len(batch) >= _BATCH:
            yield batch
            batch = []
    yield batch


def _bring(session: Session, office: Office, row: Row | Faulty, who: str, now: datetime) -> Result:
    if isinstance(row, Faulty):
        return Result("unknown" if row.field == "municipality" else "invalid", row.line, row.name, fault=row)
    there = _there(session, office, row)
    return _create(session, office, row, who, now) if there is None else _add(session, there, row, who, now)


def _there(session: Session, office: Office, row: Row) -> Entry | None:
    named = entry_by_reference(session, row.reference) if row.reference else None
    if named is not None and _is_meant(named, row, office):
        return named
    return entry_to_join(session, call=office.call.id, body=row.body, partner=row.partner, message_id=None)


def _is_meant(named: Entry, row: Row, office: Office) -> bool:
    """A number alone is no proof: the body must be the same, and the partner not another one."""
    same_body = (named.call, named.body_key) == (office.call.id, row.body.key(None))
    return same_body and row.partner.key in ("", named.partner_key)


def _create(session: Session, office: Office, row: Row, who: str, now: datetime) -> Result:
    conversation = new_conversation(session, office, str(row.fields.get("contact.email", "")), now=now)
    fields = {"municipality": row.body.name, **_partner(row), **row.fields}
    change = upsert_entry(
        session, call=office.call.id, body=row.body, partner=row.partner, fields=_by_staff(fields), message_id=None,
        reference=conversation.reference, received_at=row.received or now, actor=who, now=now,
        late=row.received is not None and office.call.is_late(row.received),
    )  # fmt: skip
    attach_entry(session, conversation.id, change.entry_id)
    if row.status != "new":
        set_status(session, entry_id=change.entry_id, status=row.status, actor=who, now=now)
    _note(session, change.entry_id, who, now)
    return Result("new", row.line, row.name, change.reference, fields)


def _add(session: Session, there: Entry, row: Row, who: str, now: datetime) -> Result:
    """Fill in and correct what machines read; what staff set stays, and is named."""
    partner = _new_partner(there, row)
    said = {**(_partner(row) if partner else {}), **row.fields}
    other = {name: value for name, value in said.items() if not _same(there.value(name), value)}
    kept = tuple(name for name in other if _is_staffs(there, name))
    fields = {name: value for name, value in other.items() if name not in kept}
    if not (fields or partner):
        return Result("same", row.line, row.name, there.reference, kept=kept)
    change = upsert_entry(
        session, call=there.call, body=BodyRef(there.body_name, there.ags, there.sub_body),
        partner=partner or PartnerRef(there.partner_name, there.partner_country), fields=_by_staff(fields),
        message_id=None, reference=there.reference, received_at=there.received_at, actor=who, now=now,
        entry_id=there.id,
    )  # fmt: skip
    if not change.changed:
        return Result("same", row.line, row.name, there.reference, kept=kept)
    _note(session, change.entry_id, who, now)
    return Result("adds", row.line, row.name, there.reference, fields, kept)


def _new_partner(there: Entry, row: Row) -> PartnerRef | None:
    """The row's partner, where the entry has none and nobody said that it shall have none."""
    stored = there.fields.get("partner")
    if stored is not None and stored.provenance != "machine":
        return None
    is_new = (row.partner.key and not there.partner_key) or (row.partner.country and not there.partner_country)
    return row.partner if is_new else None


def _partner(row: Row) -> dict[str, Json]:
    text = partner_text(Partner(row.partner.name or None, row.partner.country or None))
    return {"partner": text} if text else {}


def _by_staff(fields: Mapping[str, Json]) -> dict[str, FieldValue]:
    return {name: FieldValue(value, "staff", 1.0) for name, value in fields.items()}


def _same(old: Json, new: Json) -> bool:
    """The same value, for lists also where all of it is there already, or where they read the same in a cell."""
    if isinstance(old, list) and isinstance(new, list):
        return all(item in old for item in new) or _read(old) == _read(new)
    return bool(old == new)


def _read(items: list[Json]) -> str:
    return "".join(", ".join(map(str, items)).split())


def _is_staffs(entry: Entry, name: str) -> bool:
    stored = entry.fields.get(name)
    return stored is not None and stored.provenance == "staff" and stored.value not in (None, "", [])


def _note(session: Session, entry_id: int, who: str, now: datetime) -> None:
    history.record(session, now=now, who=who, subject="entry", subject_id=entry_id, action="imported")
