"""Work on an entry: its progress, who is in charge, comments, reminders, merging, the answer adapted."""

from datetime import date, datetime, time
from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import Response

from klimapartner.assistant.console.labels import label
from klimapartner.assistant.console.pages import go
from klimapartner.assistant.console.review import redraft_of, review
from klimapartner.assistant.console.roles import may_set
from klimapartner.assistant.console.visit import Edit, Lead, Visit
from klimapartner.assistant.console.words import text
from klimapartner.storage.approvals import approve, take_back
from klimapartner.storage.entry_notes import add_comment, add_reminder, finish_reminder
from klimapartner.storage.errors import NotFound, WrongState
from klimapartner.storage.merges import merge_with_undo, undo_merge
from klimapartner.storage.outbox import get_outbox
from klimapartner.storage.outbox_edit import edit_mail
from klimapartner.storage.register import assign, set_flag
from klimapartner.storage.search import get_entry
from klimapartner.storage.sessions import user_names
from klimapartner.storage.states import ENTRY_STATUSES, FLAGS
from klimapartner.storage.status_flow import take_step

router = APIRouter(prefix="/entries/{entry_id}")
Field = Annotated[str, Form()]
Number = Annotated[int, Form()]
_MORNING = time(8)


@router.post("/status")
def step(visit: Edit, entry_id: int, version: Number, status: Field) -> Response:
    """Move the entry on; decisions are the lead's."""
    known = next((one for one in ENTRY_STATUSES if one == status), None)
    if known is None or not may_set(visit.user.role, known):
        return review(visit, entry_id, status=403, problem=text("error.denied", visit.language))
    try:
        with visit.work.database.session() as session:
            take_step(
                session, entry_id=entry_id, status=known, actor=visit.who, now=visit.now(), expected_version=version
            )
    except WrongState:
        return review(visit, entry_id, status=422, problem=text("review.wrong_step", visit.language))
    visit.say(text("review.step_done", visit.language, status=label("status", known, visit.language)))
    return go(f"/entries/{entry_id}")


@router.post("/assign")
def put_in_charge(visit: Edit, entry_id: int, to: Field = "") -> Response:
    """Give the entry to a member of staff, or to nobody."""
    with visit.work.database.session() as session:
        name = to if to in user_names(session) else None
        assign(session, entry_id=entry_id, to=name, actor=visit.who, now=visit.now())
    shown = name or text("review.nobody", visit.language)
    visit.say(text("review.assign_done", visit.language, name=shown))
    return go(f"/entries/{entry_id}")


@router.post("/settle")
def settle(visit: Edit, entry_id: int, flag: Field) -> Response:
    """Take a flag off: staff looked at it."""
    known = next((one for one in FLAGS if one == flag), None)
    if known is None:
        raise NotFound("There is no such flag.")
    with visit.work.database.session() as session:
        set_flag(session, entry_id=entry_id, flag=known, value=False, actor=visit.who, now=visit.now())
    return go(f"/entries/{entry_id}")


@router.post("/comments")
def comment(visit: Edit, entry_id: int, comment: Field = "") -> Response:
    """Note something for colleagues."""
    if said := comment.strip()[:5_000]:
        with visit.work.database.session() as session:
            if visit.first_time(session):
                add_comment(session, entry_id, said, who=visit.who, now=visit.now())
        visit.say(text("review.comment_done", visit.language))
    return go(f"/entries/{entry_id}")


@router.post("/reminders")
def remind(visit: Edit, entry_id: int, day: Field = "", reminder: Field = "") -> Response:
    """Be reminded on a day, in the morning by the office's clock."""
    due = _morning(visit, day)
    if due is None or due <= visit.now():
        return review(visit, entry_id, status=422, problem=text("review.reminder_wrong", visit.language))
    with visit.work.database.session() as session:
        if visit.first_time(session):
            add_reminder(session, entry_id, reminder.strip()[:500], due_at=due, who=visit.who, now=visit.now())
    visit.say(text("review.reminder_set", visit.language, day=due.strftime("%d.%m.%Y")))
    return go(f"/entries/{entry_id}")


@router.post("/reminders/{reminder_id}/done")
def reminded(visit: Edit, entry_id: int, reminder_id: int) -> Response:
    """A reminder is done."""
    with visit.work.database.session() as session:
        finish_reminder(session, reminder_id, who=visit.who, now=visit.now())
    return go(f"/entries/{entry_id}")


@router.post("/merge")
def merge(visit: Edit, entry_id: int, other: Number) -> Response:
    """Make one of this entry and another; this one stays."""
    with visit.work.database.session() as session:
        merge_with_undo(session, keep=entry_id, drop=other, actor=visit.who, now=visit.now())
    visit.say(text("review.merged", visit.language))
    return go(f"/entries/{entry_id}")


@router.post("/merges/{merge_id}/undo")
def unmerge(visit: Edit, entry_id: int, merge_id: int) -> Response:
    """Part two entries again."""
    try:
        with visit.work.database.session() as session:
            undo_merge(session, merge_id, actor=visit.who, now=visit.now())
    except WrongState:
        return review(visit, entry_id, status=409, problem=text("review.cannot_unmerge", visit.language))
    visit.say(text("review.unmerged", visit.language))
    return go(f"/entries/{entry_id}")


@router.post("/answers/{mail_id}/adapt")
def adapt(visit: Edit, entry_id: int, mail_id: int) -> Response:
    """Let a waiting answer say what the register says now."""
    with visit.work.database.session() as session:
        mail = get_outbox(session, mail_id)
        new = redraft_of(session, visit, mail, get_entry(session, entry_id)) if mail.entry_id == entry_id else None
        if new is None:
            raise NotFound("There is no waiting answer to adapt.")
        edit_mail(
            session, mail_id, subject=mail.subject, body_text=new, expected_body=mail.body_text, who=visit.who,
            now=visit.now(),
        )  # fmt: skip
    visit.say(text("review.adapted", visit.language))
    return go(f"/entries/{entry_id}")


@router.post("/training")
def learn(visit: Lead, entry_id: int, allow: Field = "") -> Response:
    """Let the model learn from this entry, or not: nothing is learnt that nobody approved."""
    try:
        with visit.work.database.session() as session:
            step = approve if allow else take_back
            step(session, entry_id, who=visit.who, now=visit.now())
    except WrongState:
        return review(visit, entry_id, status=422, problem=text("review.nothing_confirmed", visit.language))
    visit.say(text("review.approved" if allow else "review.approval_back", visit.language))
    return go(f"/entries/{entry_id}")


def _morning(visit: Visit, day: str) -> datetime | None:
    try:
        return datetime.combine(date.fromisoformat(day), _MORNING, visit.desk.zone)
    except ValueError:
        return None
