"""Correcting and confirming what was read, field by field; nobody overwrites somebody else's change."""

from typing import Annotated, Any

from fastapi import APIRouter, Form
from fastapi.responses import Response

from klimapartner.assistant.console.bodies import find_body
from klimapartner.assistant.console.entry_view import CHOICES, fields_of, kind_of
from klimapartner.assistant.console.labels import label
from klimapartner.assistant.console.pages import go
from klimapartner.assistant.console.review import review
from klimapartner.assistant.console.visit import Edit, Visit
from klimapartner.assistant.console.words import text
from klimapartner.assistant.register_fields import FIELDS
from klimapartner.storage.columns import Json
from klimapartner.storage.errors import Conflict, NotFound
from klimapartner.storage.register import BodyRef, PartnerRef, staff_confirm, staff_identify, staff_set
from klimapartner.storage.search import get_entry

router = APIRouter()
Field = Annotated[str, Form()]
Number = Annotated[int, Form()]
_LONGEST = 2_000


@router.post("/entries/{entry_id}/fields/{name}")
def correct(
    visit: Edit,
    entry_id: int,
    name: str,
    version: Number,
    value: Annotated[list[str], Form()] = [],  # noqa: B006 - FastAPI copies defaults
    country: Field = "",
    message_id: Annotated[int | None, Form()] = None,
    start: Annotated[int | None, Form()] = None,
    end: Annotated[int | None, Form()] = None,
) -> Response:
    """Set a field to what staff say; with a place in the message where they marked it."""
    if name not in FIELDS:
        raise NotFound("There is no such field.")
    kind, first = kind_of(name), (value[0] if value else "").strip()[:_LONGEST]
    if kind == "municipality":
        return _set_body(visit, entry_id, version, first)
    if kind == "partner":
        return _set_partner(visit, entry_id, version, first, country.strip().upper()[:2])
    found = _evidence(name, first, start, end)
    with visit.work.database.session() as session:
        staff_set(
            session, entry_id=entry_id, field=name, value=_clean(name, value), expected_version=version,
            actor=visit.who, now=visit.now(), message_id=message_id if found else None, evidence=found,
        )  # fmt: skip
    return _saved(visit, entry_id, name)


@router.post("/entries/{entry_id}/confirm")
def confirm(visit: Edit, entry_id: int, version: Number, name: Field = "") -> Response:
    """Take one value over as confirmed, or all that are sure."""
    with visit.work.database.session() as session:
        shown = fields_of(get_entry(session, entry_id), visit.language, visit.work.settings.answers.certain)
        sure = [field.name for field in shown if field.raw and field.sure]
        change = staff_confirm(
            session, entry_id=entry_id, fields=[name] if name else sure, expected_version=version, actor=visit.who,
            now=visit.now(),
        )  # fmt: skip
    visit.say(text("review.saved_confirmed", visit.language, n=len(change.changed)))
    return go(f"/entries/{entry_id}")


def _set_body(visit: Visit, entry_id: int, version: int, wanted: str) -> Response:
    found = find_body(visit.work.chat_office, wanted)
    if not isinstance(found, BodyRef):
        problem = "choose_body" if found else "unknown_body"
        said = text(f"review.{problem}", visit.language, name=wanted)
        return review(visit, entry_id, status=422, problem=said, choices=found, wanted_body=wanted)
    return _identify(visit, entry_id, "municipality", body=found, expected_version=version)


def _set_partner(visit: Visit, entry_id: int, version: int, name: str, country: str) -> Response:
    if not (name or country):
        with visit.work.database.session() as session:
            staff_set(
                session, entry_id=entry_id, field="partner", value=None, expected_version=version, actor=visit.who,
                now=visit.now(),
            )  # fmt: skip
        return _saved(visit, entry_id, "partner")
    return _identify(visit, entry_id, "partner", partner=PartnerRef(name, country), expected_version=version)


def _identify(visit: Visit, entry_id: int, field: str, **values: Any) -> Response:
    try:
        with visit.work.database.session() as session:
            staff_identify(session, entry_id=entry_id, actor=visit.who, now=visit.now(), **values)
    except Conflict:
        with visit.work.database.reading() as session:
            if get_entry(session, entry_id).version != values["expected_version"]:
                raise
        return review(visit, entry_id, status=409, problem=text("review.taken", visit.language))
    return _saved(visit, entry_id, field)


def _saved(visit: Visit, entry_id: int, name: str) -> Response:
    visit.say(text("review.saved", visit.language, name=label("field", name, visit.language)))
    return go(f"/entries/{entry_id}")


def _clean(name: str, given: list[str]) -> Json:
    """What a form sent, as the register keeps it; None for nothing."""
    kind = kind_of(name)
    if kind == "lines":
        return [line.strip()[:_LONGEST] for one in given for line in one.splitlines() if line.strip()] or None
    known = CHOICES.get(name, ())
    if kind == "choices":
        return [one for one in given if one in known] or None
    one = " ".join((given[0] if given else "").split())[:_LONGEST]
    return (one if kind == "line" or one in known else None) or None


def _evidence(name: str, value: str, start: int | None, end: int | None) -> list[Json]:
    if start is None or end is None or not 0 <= start < end:
        return []
    found = {"field": name, "value": value, "text": value, "start": start, "end": end}
    return [found | {"confidence": 1.0, "reason": "vom Team markiert", "source": "text"}]
