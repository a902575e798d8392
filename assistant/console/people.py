"""Finding a person and all that is stored about them, and handing it out (Art. 15 GDPR).

Addresses and names come in forms and never stand in an address of a page: browsers and proxies keep those.
"""

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse, Response

from klimapartner.assistant.access_request import archive, without_others, written_by
from klimapartner.assistant.console.pages import page, render
from klimapartner.assistant.console.people_view import groups_of
from klimapartner.assistant.console.visit import Lead, Visit
from klimapartner.assistant.erasing import is_protected, number_of, person_of
from klimapartner.assistant.tombstone_journal import journal_path
from klimapartner.storage.deletions import count_deletions
from klimapartner.storage.dossier import named_elsewhere, rows_of
from klimapartner.storage.erasures import list_erasures
from klimapartner.storage.people import Found, search_people
from klimapartner.storage.traces import find_traces

router = APIRouter()
Field = Annotated[str, Form()]


@router.get("/people")
def people(visit: Lead) -> HTMLResponse:
    """The search, and what was erased before."""
    return _people(visit, "", None)


@router.post("/people")
def search(visit: Lead, q: Field = "") -> HTMLResponse:
    """Everybody whose address, name or phone number has the words."""
    with visit.work.database.session() as session:
        visit.note(session, "searched", "person")
    with visit.work.database.reading() as session:
        found = search_people(session, q)
    return _people(visit, q, found)


def _people(visit: Visit, q: str, found: list[Found] | None) -> HTMLResponse:
    with visit.work.database.reading() as session:
        erasures = [
            (one, number_of(one.id, one.at.year), count_deletions(session, one.id)) for one in list_erasures(session)
        ]
    return page(visit, "people.html.j2", q=q, found=found, erasures=erasures, journal=journal_path(visit.work.settings))


@router.post("/people/person")
def person(visit: Lead, key: Field = "") -> HTMLResponse:
    """All that is stored about one person."""
    with visit.work.database.session() as session:
        visit.note(session, "read", "person")
    with visit.work.database.reading() as session:
        found = person_of(session, key)
        traces = find_traces(session, found)
        groups = groups_of(session, rows_of(session, traces), visit.language)
        elsewhere = named_elsewhere(session, found)
    return page(
        visit, "person.html.j2", key=key.strip().lower(), person=found, groups=groups, elsewhere=elsewhere,
        protected=is_protected(visit.work, found.address),
    )  # fmt: skip


@router.post("/people/export")
def export(visit: Lead, key: Field = "") -> Response:
    """The same as a ZIP for the person."""
    now, controller = visit.now(), visit.work.settings.controller
    with visit.work.database.session() as session:
        visit.note(session, "exported", "person")
    with visit.work.database.reading() as session:
        found = person_of(session, key)
        mails = written_by(session, found)
        rows = without_others(rows_of(session, find_traces(session, found)), set(mails))
        groups = groups_of(session, rows, visit.language)
    purposes = controller.privacy_text.get(visit.language) or controller.privacy_text.get("de", "")
    summary = render(
        "access_request.html.j2", visit.language, visit.desk.zone, person=found, groups=groups, mails=list(mails),
        controller=controller, purposes=purposes, now=now,
    )  # fmt: skip
    named = {"Content-Disposition": f'attachment; filename="auskunft-{now:%Y-%m-%d}.zip"'}
    content = archive(found, rows, mails, summary, controller, now.astimezone(visit.desk.zone))
    return Response(content, media_type="application/zip", headers=named)
