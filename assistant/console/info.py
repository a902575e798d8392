"""What everybody may read, signed in or not: the accessibility statement and what is stored about staff."""

from datetime import date

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from starlette.requests import Request

from klimapartner.assistant.console.pages import public_page
from klimapartner.assistant.console.visit import page_language
from klimapartner.assistant.invitations import site_address
from klimapartner.assistant.web.desk import TheDesk

router = APIRouter()
# When the pages were last looked at for the statement (BITV 2.0, section 7(1)).
STATED = date(2026, 11, 25)


@router.get("/accessibility")
def accessibility(request: Request, desk: TheDesk) -> HTMLResponse:
    """The accessibility statement (BGG, section 12b)."""
    settings = desk.work.settings
    return public_page(
        "accessibility.html.j2", page_language(request), desk.zone, controller=settings.controller.name,
        address=site_address(settings.web), stated=STATED, enforcement=settings.console.accessibility_enforcement,
        contact=settings.console.accessibility_contact or settings.controller.contact,
    )  # fmt: skip


@router.get("/privacy")
def privacy(request: Request, desk: TheDesk) -> HTMLResponse:
    """What is stored about staff, and the controller's own texts."""
    language, settings = page_language(request), desk.work.settings
    own, municipal = settings.console.privacy_text, settings.controller.privacy_text
    return public_page(
        "privacy.html.j2", language, desk.zone, controller=settings.controller, console=settings.console,
        own=_paragraphs(own.get(language) or own.get("de", "")),
        municipal=_paragraphs(municipal.get(language) or municipal.get("de", "")),
    )  # fmt: skip


def _paragraphs(text: str) -> list[str]:
    return [" ".join(part.split()) for part in text.split("\n\n") if part.strip()]
