"""The start page: what waits for the team, what comes next, what happened last."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from klimapartner.assistant.console.labels import label
from klimapartner.assistant.console.pages import page
from klimapartner.assistant.console.visit import Own, Visit
from klimapartner.assistant.dates import when
from klimapartner.storage.engine import Session
from klimapartner.storage.entry_notes import due_reminders
from klimapartner.storage.history import HistoryLine, latest_history
from klimapartner.storage.outbox import count_outbox
from klimapartner.storage.search import Entry, EntryFilter, count_entries, find_entry
from klimapartner.storage.tasks import list_tasks
from klimapartner.storage.unanswered import list_unanswered

router = APIRouter()
_LATEST = 8


@router.get("/")
def start(visit: Own) -> HTMLResponse:
    """What waits; who may not see the register gets the ways on."""
    if not visit.can("see"):
        return page(visit, "start.html.j2", waiting=(), steps=(), latest=(), label=_label(visit))
    with visit.work.database.reading() as session:
        waiting = _waiting(session, visit)
        latest = _latest(session)
    return page(visit, "start.html.j2", waiting=waiting, steps=_steps(visit), latest=latest, label=_label(visit))


def _waiting(session: Session, visit: Visit) -> list[tuple[str, int, str]]:
    """What waits: a key of the words, how many, and where it is."""
    mails, mine = count_outbox(session), EntryFilter(assigned_to=visit.who, statuses=("new", "in_review"))
    stuck = sum(mails.get(state, 0) for state in ("failed", "uncertain"))
    return [
        ("new", count_entries(session, EntryFilter(statuses=("new",))), "/console/entries?status=new"),
        ("uncertain", count_entries(session, EntryFilter(flags=("uncertain",))), "/console/entries?flag=uncertain"),
        ("mine", count_entries(session, mine), f"/console/entries?assigned={visit.who}"),
        ("held", mails.get("held", 0), "/console/outbox?state=held"),
        ("stuck", stuck, "/console/outbox?state=failed"),
        ("unanswered", len(list_unanswered(session)), "/console/unanswered"),
        ("tasks", len(list_tasks(session)) + len(due_reminders(session, now=visit.now())), "/console/tasks"),
    ]


def _latest(session: Session) -> list[tuple[Entry, HistoryLine]]:
    """The entries that changed last, each once with its newest change."""
    newest: dict[int, HistoryLine] = {}
    for line in latest_history(session, 300):
        if line.subject == "entry" and len(newest) < _LATEST:
            newest.setdefault(line.subject_id, line)
    found = {entry_id: find_entry(session, entry_id) for entry_id in newest}
    return [(entry, newest[entry_id]) for entry_id, entry in found.items() if entry]


def _steps(visit: Visit) -> list[dict[str, str]]:
    call = visit.work.chat_office.call
    return [
        {"when": when(step, visit.language), "title": step.title.get(visit.language, step.title["de"])}
        for step in call.steps_ahead(visit.now())[:3]
    ]


def _label(visit: Visit) -> Any:
    return lambda group, value: label(group, value, visit.language)
