"""One entry on one screen: messages with their evidence, fields, work, answers, history."""

from difflib import unified_diff
from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

from klimapartner.assistant.console.entry_view import candidates_of, fields_of
from klimapartner.assistant.console.labels import label
from klimapartner.assistant.console.message_view import MessageView, marks_of, view_of
from klimapartner.assistant.console.pages import page
from klimapartner.assistant.console.roles import may_set
from klimapartner.assistant.console.visit import See, Visit
from klimapartner.assistant.errors import SettingsError
from klimapartner.assistant.intake import Office
from klimapartner.assistant.redraft import redraft
from klimapartner.storage.approvals import is_approved
from klimapartner.storage.engine import Session
from klimapartner.storage.entry_notes import comments_of, reminders_of
from klimapartner.storage.errors import NotFound
from klimapartner.storage.history import list_history
from klimapartner.storage.merges import open_merges, similar_entries
from klimapartner.storage.messages import StoredMessage, get_message, message_raw, messages_of_entry
from klimapartner.storage.neighbours import neighbours
from klimapartner.storage.outbox_edit import mails_of_entry
from klimapartner.storage.outbox_values import OutboxMail
from klimapartner.storage.readings import latest_reading
from klimapartner.storage.search import Entry, entry_by_reference, get_entry
from klimapartner.storage.sessions import user_names
from klimapartner.storage.status_flow import NEXT

router = APIRouter()


@router.get("/entries/{key}")
def entry_page(visit: See, key: str) -> HTMLResponse:
    """The entry with this id or reference."""
    with visit.work.database.reading() as session:
        found = _find(session, key)
    return review(visit, found.id)


def review(visit: Visit, entry_id: int, *, status: int = 200, **more: Any) -> HTMLResponse:
    """The page of an entry; `more` says what an unfinished change needs to know."""
    with visit.work.database.session() as session:
        visit.note(session, "read", "entry", entry_id)
    with visit.work.database.reading() as session:
        entry = get_entry(session, entry_id)
        values = _around(session, visit, entry) | _messages(session, visit, entry) | _answers(session, visit, entry)
    values |= {"problem": "", "choices": (), "wanted_body": ""} | more
    return page(visit, "review.html.j2", status=status, entry=entry, **values)


@router.get("/messages/{message_id}/original")
def original(visit: See, message_id: int) -> Response:
    """The bytes of a message as they came, to be saved, never shown."""
    with visit.work.database.session() as session:
        get_message(session, message_id)
        visit.note(session, "downloaded", "message", message_id)
        raw = message_raw(session, message_id)
    named = {"Content-Disposition": f'attachment; filename="nachricht-{message_id}.eml"'}
    return Response(raw, media_type="application/octet-stream", headers=named)


def _find(session: Session, key: str) -> Entry:
    if key.isdecimal() and len(key) < 18:
        return get_entry(session, int(key))
    found = entry_by_reference(session, key)
    if found is None:
        raise NotFound("There is no entry with this reference.")
    return found


def _around(session: Session, visit: Visit, entry: Entry) -> dict[str, Any]:
    language = visit.language
    before, after = neighbours(session, entry)
    similar = similar_entries(session, entry) if visit.can("edit") else []
    return {
        "fields": fields_of(entry, language, visit.work.settings.answers.certain),
        "label": lambda group, value: label(group, value, language),
        "next_steps": [step for step in NEXT[entry.status] if may_set(visit.user.role, step)],
        "users": user_names(session),
        "comments": comments_of(session, entry.id),
        "reminders": reminders_of(session, entry.id),
        "history": list_history(session, "entry", entry.id),
        "similar": similar,
        "merges": open_merges(session, entry.id),
        "learnable": is_approved(session, entry.id),
        "before": before,
        "after": after,
    }


def _messages(session: Session, visit: Visit, entry: Entry) -> dict[str, Any]:
    stored = messages_of_entry(session, entry.id)
    readings = [latest_reading(session, one.id) for one in stored]
    found = [item for reading in readings if reading for item in candidates_of(reading.body)]
    return {"messages": [_shown(session, visit, one, entry) for one in stored], "candidates": found[:6]}


def _shown(session: Session, visit: Visit, stored: StoredMessage, entry: Entry) -> MessageView:
    office = office_of(visit, stored.mailbox)
    return view_of(session, stored, marks_of(entry, stored.id), office.identity.marks if office else ())


def office_of(visit: Visit, mailbox: str) -> Office | None:
    """The office of a mailbox, None where it is no longer set: what came in stays readable."""
    try:
        return visit.work.office(mailbox)
    except SettingsError:
        return None


def _answers(session: Session, visit: Visit, entry: Entry) -> dict[str, Any]:
    mails = mails_of_entry(session, entry.id)
    return {"mails": mails, "drafts": {mail.id: _changes(session, visit, mail, entry) for mail in mails}}


def _changes(session: Session, visit: Visit, mail: OutboxMail, entry: Entry) -> list[str]:
    """How the waiting answer would change, as lines with + and -; [] where it would not."""
    new = redraft_of(session, visit, mail, entry)
    if new is None or new == mail.body_text:
        return []
    lines = unified_diff(mail.body_text.splitlines(), new.splitlines(), lineterm="", n=0)
    return [line for line in lines if not line.startswith(("---", "+++", "@@"))]


def redraft_of(session: Session, visit: Visit, mail: OutboxMail, entry: Entry) -> str | None:
    """The text of a waiting answer as it would be now, None where there is none."""
    if mail.message_id is None or not message_raw(session, mail.message_id):
        return None
    office = office_of(visit, get_message(session, mail.message_id).mailbox)
    return redraft(session, office, mail, entry) if office else None
