"""The register: list, one entry, and changes that fail where somebody else was faster."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Query

from klimapartner.assistant.api.caller import Caller, Reads, Writes
from klimapartner.assistant.api.models import EntryChangeIn, EntryLine, EntryList, EntryOut, EntryQuery, FieldOut, Id
from klimapartner.assistant.api.problems import documented
from klimapartner.assistant.console.bodies import place_of
from klimapartner.assistant.console.register_filter import Filter, matching
from klimapartner.storage.engine import Session
from klimapartner.storage.entries import Entry, StoredField
from klimapartner.storage.errors import NotFound
from klimapartner.storage.register import BodyRef, PartnerRef, assign, staff_identify, staff_set
from klimapartner.storage.register_list import Line, list_lines
from klimapartner.storage.search import get_entry
from klimapartner.storage.sessions import user_names
from klimapartner.storage.status_flow import take_step

router = APIRouter(prefix="/entries", tags=["entries"])
_FACETS = ("status", "region", "partnership", "flag")


@router.get("", responses=documented(401, 403, 422, 429, 503))
def list_entries(caller: Reads, query: Annotated[EntryQuery, Query()]) -> EntryList:
    """Entries that meet the conditions, a page at a time; no personal data."""
    chosen = {name: tuple(getattr(query, name)) for name in _FACETS}
    wanted = Filter(text=query.q.strip(), chosen=chosen, order=query.order)
    with caller.work.database.reading() as session:
        left = matching(list_lines(session, text=wanted.text), wanted)
    first = (query.page - 1) * query.per_page
    return EntryList(
        items=[_line(one) for one in left[first : first + query.per_page]], total=len(left), page=query.page
    )


@router.get("/{entry_id}", responses=documented(401, 403, 404, 422, 429, 503))
def read_entry(caller: Reads, entry_id: Id) -> EntryOut:
    """One entry with its fields."""
    with caller.work.database.reading() as session:
        entry = get_entry(session, entry_id)
    if caller.sees_people:
        with caller.work.database.session() as session:
            caller.note(session, "entry", entry_id)
    return _entry(entry, caller)


@router.patch("/{entry_id}", responses=documented(400, 401, 403, 404, 409, 422, 429, 503))
def change_entry(caller: Writes, entry_id: Id, change: EntryChangeIn) -> EntryOut:
    """Change an entry, all of it or nothing. Values count as staff's own, as if entered in the console."""
    with caller.work.database.session() as session:
        version = change.version
        for step in _steps(session, caller, entry_id, change):
            version = step(version)
        entry = get_entry(session, entry_id)
        if caller.sees_people:
            caller.note(session, "entry", entry_id)
    return _entry(entry, caller)


def _steps(session: Session, caller: Caller, entry_id: int, change: EntryChangeIn) -> list[Callable[[int], int]]:
    """What is to be done, each taking the version that it expects and giving the next one."""
    by: dict[str, Any] = {"entry_id": entry_id, "actor": caller.who, "now": caller.now()}
    steps: list[Callable[[int], int]] = [lambda version: _identified(session, change, version, by)]
    if change.fields is not None:
        for name, value in change.fields.model_dump(by_alias=True, exclude_unset=True).items():
            steps.append(
                lambda version, name=name, value=value: (
                    staff_set(  # type: ignore[misc]
                        session, field=name, value=value or None, expected_version=version, **by
                    ).version
                )
            )
    if change.assigned_to is not None:
        to = _member(session, change.assigned_to)
        steps.append(lambda _: assign(session, to=to, **by).version)
    if (status := change.status) is not None:
        steps.append(lambda version: take_step(session, status=status, expected_version=version, **by).version)
    return steps


def _identified(session: Session, change: EntryChangeIn, version: int, by: dict[str, Any]) -> int:
    """Body and partner, if they are to change; the version is looked at even if not."""
    body = _body(change.ags) if change.ags is not None else None
    partner = None if change.partner is None else PartnerRef(change.partner.name, change.partner.country or "")
    return staff_identify(session, body=body, partner=partner, expected_version=version, **by).version


def _body(key: str) -> BodyRef:
    place = place_of(key)
    if place is None:
        raise NotFound("There is no municipality or county with this key.")
    return BodyRef(place.name, place.ags)


def _member(session: Session, name: str) -> str | None:
    if name and name not in user_names(session):
        raise NotFound("There is no such member of staff.")
    return name or None


def _line(line: Line) -> EntryLine:
    return EntryLine(municipality=line.body_name, **{
        name: getattr(line, name) for name in EntryLine.model_fields if name != "municipality"
    })  # fmt: skip


def _entry(entry: Entry, caller: Caller) -> EntryOut:
    plain = {name: getattr(entry, name) for name in EntryOut.model_fields if hasattr(entry, name) and name != "fields"}
    values = {name: entry.value(name) for name in ("world_region", "partnership_status")}
    shown = {name: field for name, field in entry.fields.items() if caller.sees_people or not _is_personal(name)}
    fields = {name: _field(field, caller) for name, field in shown.items()}
    return EntryOut(municipality=entry.body_name, fields=fields, **plain, **values)


def _is_personal(field: str) -> bool:
    """Remarks are sentences of the message: nobody knows who is named in them."""
    return field.startswith(("contact.", "sender.")) or field == "remarks"


def _field(field: StoredField, caller: Caller) -> FieldOut:
    evidence = list(field.evidence) if caller.sees_people else None
    return FieldOut(
        value=field.value, provenance=field.provenance, confidence=field.confidence, updated_at=field.updated_at,
        evidence=evidence,
    )  # fmt: skip
