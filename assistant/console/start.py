"""The start page: what waits for the person who is signed in."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from klimapartner.assistant.console.pages import page
from klimapartner.assistant.console.visit import Own

router = APIRouter()


@router.get("/")
def start(visit: Own) -> HTMLResponse:
    """Greeting and the ways on."""
    return page(visit, "start.html.j2")
