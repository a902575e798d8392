"""What was not answered and why; a message by itself; answering after all, or in one's own words."""

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse, Response
from markupsafe import Markup

from klimapartner.assistant.after_all import answer_after_all
from klimapartner.assistant.console.clean_html import clean_html
from klimapartner.assistant.console.message_view import view_of
from klimapartner.assistant.console.pages import go, page
from klimapartner.assistant.console.review import office_of
from klimapartner.assistant.console.visit import Edit, See, Visit
from klimapartner.assistant.console.words import text
from klimapartner.assistant.errors import UsageError
from klimapartner.assistant.intake import Office, new_conversation
from klimapartner.assistant.letters.sending import letter_draft
from klimapartner.mailbox.compose import reply_subject
from klimapartner.mailbox.html_part import html_of
from klimapartner.mailbox.message import Message
from klimapartner.mailbox.parse import parse_message
from klimapartner.storage.conversations import get_conversation
from klimapartner.storage.engine import Session
from klimapartner.storage.errors import NotFound
from klimapartner.storage.messages import StoredMessage, get_message, message_raw, set_conversation
from klimapartner.storage.outbox import OutboxMail, enqueue
from klimapartner.storage.unanswered import Unanswered, list_unanswered, mark_answered

router = APIRouter()
Field = Annotated[str, Form()]


@router.get("/unanswered")
def unanswered(visit: See) -> HTMLResponse:
    """All messages without an answer, with the reason."""
    with visit.work.database.session() as session:
        found = list_unanswered(session)
        rows = [(item, *_heads(session, item)) for item in found]
        visit.note(session, "listed", "message", detail=f"{len(rows)} unanswered")
    return page(visit, "unanswered.html.j2", rows=rows[::-1])


@router.post("/unanswered/{message_id}/answer")
def after_all(visit: Edit, message_id: int) -> Response:
    """Prepare a receipt, held for a look."""
    try:
        mail = answer_after_all(visit.work, message_id, who=visit.who)
    except UsageError:
        visit.say(text("unanswered.no_address", visit.language), "warning")
        return go("/unanswered")
    visit.say(text("unanswered.prepared", visit.language))
    return go(f"/outbox/{mail.id}")


@router.post("/unanswered/{message_id}/done")
def nothing_to_do(visit: Edit, message_id: int) -> Response:
    """It needs no answer."""
    with visit.work.database.session() as session:
        mark_answered(session, message_id, who=visit.who, now=visit.now())
    visit.say(text("unanswered.settled", visit.language))
    return go("/unanswered")


@router.get("/messages/{message_id}")
def message_page(visit: See, message_id: int) -> HTMLResponse:
    """A message by itself."""
    return _message(visit, message_id)


@router.get("/messages/{message_id}/layout")
def layout(visit: See, message_id: int) -> HTMLResponse:
    """A message as its HTML lays it out, cleaned; nothing of it is loaded from elsewhere."""
    with visit.work.database.session() as session:
        stored = get_message(session, message_id)
        visit.note(session, "read", "message", message_id)
        html = clean_html(html_of(message_raw(session, message_id)))
    return page(visit, "message_layout.html.j2", message=stored, html=Markup(html))


@router.post("/messages/{message_id}/reply")
def reply(visit: Edit, message_id: int, subject: Field = "", body: Field = "") -> Response:
    """Answer a message in one's own words."""
    if not body.strip():
        return _message(visit, message_id, status=422, problem="empty")
    with visit.work.database.session() as session:
        if not visit.first_time(session):
            return go(f"/messages/{message_id}")
        mail = _reply(session, visit, message_id, subject, body.replace("\r\n", "\n").strip() + "\n")
    if mail is None:
        return _message(visit, message_id, status=422, problem="no_address")
    visit.say(text("unanswered.replied", visit.language))
    return go(f"/outbox/{mail.id}")


def _reply(session: Session, visit: Visit, message_id: int, subject: str, body: str) -> OutboxMail | None:
    stored, now = get_message(session, message_id), visit.now()
    office, message = _opened(session, visit, stored)
    to = next(iter(message.reply_to), message.from_)
    if office is None or not to.addr:
        return None
    conversation = (
        get_conversation(session, stored.conversation_id)
        if stored.conversation_id
        else new_conversation(session, office, to.addr, now=now)
    )
    set_conversation(session, message_id, conversation.id)
    headers = {"In-Reply-To": message.message_id, "References": message.message_id} if message.message_id else {}
    draft = letter_draft(
        office, conversation, token=f"reply.{message_id}.{now:%Y%m%d%H%M%S%f}", to=to.addr, name=to.name,
        subject=" ".join(subject.split())[:200] or reply_subject(message.subject), body=body, language="de",
        entry_id=conversation.entry_id, headers=headers,
    )  # fmt: skip
    mail, _ = enqueue(session, draft, now=now)
    if any(item.message_id == message_id for item in list_unanswered(session)):
        mark_answered(session, message_id, who=visit.who, now=now)
    return mail


def _message(visit: Visit, message_id: int, *, status: int = 200, problem: str = "") -> HTMLResponse:
    with visit.work.database.session() as session:
        stored = get_message(session, message_id)
        visit.note(session, "read", "message", message_id)
        office = office_of(visit, stored.mailbox)
        shown = view_of(session, stored, (), office.identity.marks if office else ())
        why = next((item for item in list_unanswered(session) if item.message_id == message_id), None)
    return page(visit, "message.html.j2", status=status, message=shown, why=why, problem=problem)


def _opened(session: Session, visit: Visit, stored: StoredMessage) -> tuple[Office | None, Message]:
    raw = message_raw(session, stored.id)
    if not raw:
        raise NotFound("The wording of this message was erased.")
    return office_of(visit, stored.mailbox), parse_message(raw)


def _heads(session: Session, item: Unanswered) -> tuple[str, str]:
    """Sender and subject of an unanswered message, '' where it was erased."""
    raw = message_raw(session, item.message_id)
    message = parse_message(raw) if raw else Message("", ())
    return message.from_.name or message.from_.addr, message.subject
