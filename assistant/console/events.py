"""Who comes to the call's events: lists, invitations with a calendar file, export."""

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse, Response

from klimapartner.assistant.call import Step
from klimapartner.assistant.console.pages import go, page
from klimapartner.assistant.console.visit import Edit, Lead, See, Visit
from klimapartner.assistant.console.words import text
from klimapartner.assistant.dates import when
from klimapartner.assistant.events import add_selected, calendar_of, event_steps, invite, title_of
from klimapartner.assistant.export_text import csv_cell
from klimapartner.storage.errors import NotFound
from klimapartner.storage.participants import (
    Participant,
    drop_participant,
    list_participants,
    register_participant,
)

router = APIRouter(prefix="/events")
Field = Annotated[str, Form()]


@router.get("")
def events(visit: See, event: str = "") -> HTMLResponse:
    """The list of one event."""
    steps = event_steps(visit.work.chat_office)
    step = next((one for one in steps if one.id == event), steps[0] if steps else None)
    people = _people(visit, step) if step else []
    shown = [(one.id, title_of(one, visit.language), when(one, visit.language)) for one in steps]
    exact = bool(step and (step.on or step.from_))
    return page(visit, "events.html.j2", steps=shown, current=step.id if step else "", people=people, exact=exact)


@router.post("/{event}/add")
def add(visit: Edit, event: str, name: Field = "", email: Field = "", body: Field = "") -> Response:
    """Put somebody on the list by hand."""
    office, step = visit.work.chat_office, _step(visit, event)
    if "@" not in email:
        visit.say(text("events.no_address", visit.language), "warning")
        return go("/events", event=step.id)
    with visit.work.database.session() as session:
        register_participant(
            session, call=office.call.id, event=step.id, name=name.strip()[:200], email=email.strip()[:320],
            body=body.strip()[:200], message_id=None, now=visit.now(),
        )  # fmt: skip
    visit.say(text("events.added", visit.language))
    return go("/events", event=step.id)


@router.post("/{event}/selected")
def take_selected(visit: Lead, event: str) -> Response:
    """Put the contacts of all selected and invited municipalities on the list."""
    step = _step(visit, event)
    with visit.work.database.session() as session:
        count = add_selected(session, visit.work.chat_office, step.id, now=visit.now())
    visit.say(text("events.taken", visit.language, n=count))
    return go("/events", event=step.id)


@router.post("/{event}/invite")
def send_invitations(visit: Lead, event: str) -> Response:
    """A held invitation for everybody on the list who has none yet."""
    step = _step(visit, event)
    with visit.work.database.session() as session:
        made = invite(session, visit.work.chat_office, step, language="de", now=visit.now())
    visit.say(text("events.invited", visit.language, n=len(made)))
    return go("/outbox", state="held")


@router.post("/{event}/drop/{participant_id}")
def drop(visit: Edit, event: str, participant_id: int) -> Response:
    """Take somebody off the list."""
    with visit.work.database.session() as session:
        drop_participant(session, participant_id, who=visit.who, now=visit.now())
    visit.say(text("events.dropped", visit.language))
    return go("/events", event=event)


@router.get("/{event}/calendar")
def calendar(visit: See, event: str) -> Response:
    """The event as a calendar file."""
    step = _step(visit, event)
    content = calendar_of(visit.work.chat_office, step, visit.language, now=visit.now())
    if not content:
        raise NotFound("The call names no exact day for this event.")
    named = {"Content-Disposition": f'attachment; filename="{step.id}.ics"'}
    return Response(content, media_type="text/calendar; charset=utf-8", headers=named)


@router.get("/{event}/export")
def export(visit: Lead, event: str) -> Response:
    """The list as CSV for a spreadsheet."""
    step = _step(visit, event)
    people = _people(visit, step, "exported")
    rows = [tuple(text(f"events.col_{name}", visit.language) for name in ("name", "body", "mail", "since"))]
    for person in people:
        since = person.created_at.astimezone(visit.desk.zone).strftime("%d.%m.%Y")
        rows.append((person.name, person.body, person.email, since))
    content = "\ufeff" + "".join(f"{';'.join(map(csv_cell, row))}\r\n" for row in rows)
    named = {"Content-Disposition": f'attachment; filename="{step.id}.csv"'}
    return Response(content, media_type="text/csv; charset=utf-8", headers=named)


def _people(visit: Visit, step: Step, action: str = "listed") -> list[Participant]:
    with visit.work.database.session() as session:
        found = list_participants(session, visit.work.chat_office.call.id, step.id)
        visit.note(session, action, "participant", detail=f"{step.id}: {len(found)}")
        return found


def _step(visit: Visit, event: str) -> Step:
    found = next((step for step in event_steps(visit.work.chat_office) if step.id == event), None)
    if found is None:
        raise NotFound("There is no such event.")
    return found
