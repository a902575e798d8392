"""How long each kind is kept, what would go now, and letting it go."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

from klimapartner.assistant.console.pages import go, page
from klimapartner.assistant.console.visit import Lead
from klimapartner.assistant.console.words import text
from klimapartner.assistant.retention import last_run, preview, run_retention

router = APIRouter()


@router.get("/people/retention")
def retention(visit: Lead) -> HTMLResponse:
    """The periods and what is older."""
    return page(visit, "retention.html.j2", periods=preview(visit.work), last=last_run(visit.work))


@router.post("/people/retention/run")
def run(visit: Lead) -> Response:
    """Let go now what would go at the next daily run."""
    gone = sum(one.count for one in run_retention(visit.work))
    visit.say(text("people.retention_done", visit.language, n=gone))
    return go("/people/retention")
