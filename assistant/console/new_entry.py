"""An entry that came by telephone, post or fax."""

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse, Response

from klimapartner.assistant.by_hand import add_by_hand
from klimapartner.assistant.console.entry_view import CHOICES
from klimapartner.assistant.console.labels import label
from klimapartner.assistant.console.pages import go, page
from klimapartner.assistant.console.visit import Edit, Visit
from klimapartner.assistant.console.words import text
from klimapartner.assistant.errors import UsageError
from klimapartner.storage.entry_notes import add_comment

router = APIRouter()
Field = Annotated[str, Form()]
SOURCES = ("phone", "post", "fax", "talk")


@router.get("/entries/new")
def form(visit: Edit) -> HTMLResponse:
    """The form."""
    return _form(visit, {})


@router.post("/entries/new")
def create(
    visit: Edit, municipality: Field = "", world_region: Field = "", partnership_status: Field = "",
    partner: Field = "", country: Field = "", name: Field = "", role: Field = "", phone: Field = "", email: Field = "",
    source: Field = "", note: Field = "",
) -> Response:  # fmt: skip
    """Put it into the register."""
    given = {
        "world_region": world_region, "partnership_status": partnership_status, "contact.name": name,
        "contact.role": role, "contact.phone": phone, "contact.email": email,
    }  # fmt: skip
    shown = {"municipality": municipality, "partner": partner, "country": country, "note": note, **given}
    if not municipality.strip():
        return _form(visit, shown, "no_body")
    clean = {key: " ".join(value.split())[:500] for key, value in given.items()}
    try:
        with visit.work.database.session() as session:
            if not visit.first_time(session):
                return go("/entries", order="updated")
            change = add_by_hand(
                session, visit.work, municipality.strip()[:200], partner.strip()[:200], country.strip()[:2], clean,
                who=visit.who,
            )  # fmt: skip
            came = text(f"new_entry.source_{source if source in SOURCES else 'phone'}", "de")
            said = f"{came}. {note.strip()[:4_000]}".strip()
            add_comment(session, change.entry_id, said, who=visit.who, now=visit.now())
    except UsageError:
        return _form(visit, shown, "wrong")
    visit.say(text("new_entry.created" if change.created else "new_entry.added", visit.language))
    return go(f"/entries/{change.entry_id}")


def _form(visit: Visit, given: dict[str, str], problem: str = "") -> HTMLResponse:
    options = {
        name: [
            ("", text("labels.nothing", visit.language)),
            *((one, label(name, one, visit.language)) for one in CHOICES[name]),
        ]
        for name in ("world_region", "partnership_status")
    }
    return page(
        visit, "new_entry.html.j2", status=422 if problem else 200, given=given, problem=problem, options=options,
        sources=[(one, text(f"new_entry.source_{one}", visit.language)) for one in SOURCES],
    )  # fmt: skip
