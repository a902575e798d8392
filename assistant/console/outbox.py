"""The outbox: what waits, goes, failed; look at it, change it, hold it, let it go, send it again."""

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse, Response

from klimapartner.assistant.console.labels import label
from klimapartner.assistant.console.pages import go, page
from klimapartner.assistant.console.register_filter import PAGE_SIZE, pages
from klimapartner.assistant.console.visit import Edit, Lead, See, Visit
from klimapartner.assistant.console.words import text
from klimapartner.assistant.dispatch import gate_is_open, open_gate
from klimapartner.storage.engine import Session
from klimapartner.storage.errors import NotFound, WrongState
from klimapartner.storage.history import list_history
from klimapartner.storage.outbox import OutboxMail, count_outbox, discard, get_outbox, hold, release, requeue
from klimapartner.storage.outbox_edit import edit_mail
from klimapartner.storage.outbox_list import outbox_page
from klimapartner.storage.states import OUTBOX_STATES

router = APIRouter(prefix="/outbox")
Field = Annotated[str, Form()]
ACTIONS = ("release", "hold", "requeue", "discard")


@router.get("")
def outbox(visit: See, state: str = "", q: str = "", page_number: int = 1) -> HTMLResponse:
    """The list, of one state or all."""
    known = next((one for one in OUTBOX_STATES if one == state), None)
    number = min(max(page_number, 1), 10_000)
    with visit.work.database.reading() as session:
        mails, count = outbox_page(session, state=known, text=q[:200], limit=PAGE_SIZE, offset=(number - 1) * PAGE_SIZE)
        counts, gate = count_outbox(session), gate_is_open(session)
    return page(
        visit, "outbox.html.j2", mails=mails, count=count, counts=counts, state=known or "", q=q, gate=gate,
        number_=number, pages=pages(count), states=[s for s in OUTBOX_STATES if counts.get(s)],
        label=lambda group, value: label(group, value, visit.language),
        closed=visit.work.settings.missing_to_send(),
    )  # fmt: skip


@router.post("/gate")
def let_out(visit: Lead) -> Response:
    """Let the outbox send from now on: after the first start it waits for a person."""
    with visit.work.database.session() as session:
        open_gate(session, now=visit.now())
    visit.say(text("outbox.gate_opened", visit.language))
    return go("/outbox")


@router.post("/act")
def act(
    visit: Edit,
    action: Field,
    ids: Annotated[list[int], Form()] = [],  # noqa: B006 - FastAPI copies defaults
    state: Field = "",
) -> Response:
    """Hold, release, send again or discard what is chosen."""
    count = _act(visit, action, ids)
    visit.say(text(f"outbox.done_{action}", visit.language, n=count), "success" if count else "warning")
    return go("/outbox", **({"state": state} if state in OUTBOX_STATES else {}))


@router.get("/{mail_id}")
def mail_page(visit: See, mail_id: int) -> HTMLResponse:
    """One mail: text, state, errors, history."""
    return _mail(visit, mail_id)


@router.post("/{mail_id}")
def change(visit: Edit, mail_id: int, subject: Field, body: Field, before: Field) -> Response:
    """Change a mail that waits."""
    new = body.replace("\r\n", "\n").strip() + "\n"
    try:
        with visit.work.database.session() as session:
            edit_mail(
                session, mail_id, subject=" ".join(subject.split())[:200], body_text=new,
                expected_body=before.replace("\r\n", "\n"), who=visit.who, now=visit.now(),
            )  # fmt: skip
    except WrongState:
        return _mail(visit, mail_id, status=409, problem="too_late")
    visit.say(text("outbox.changed", visit.language))
    return go(f"/outbox/{mail_id}")


@router.post("/{mail_id}/act")
def act_on_one(visit: Edit, mail_id: int, action: Field) -> Response:
    """The same for one mail."""
    count = _act(visit, action, [mail_id])
    visit.say(text(f"outbox.done_{action}", visit.language, n=count), "success" if count else "warning")
    return go(f"/outbox/{mail_id}")


def _act(visit: Visit, action: str, ids: list[int]) -> int:
    if action not in ACTIONS:
        raise NotFound("There is no such action.")
    with visit.work.database.session() as session:
        return _carry_out(session, visit, action, ids)


def _carry_out(session: Session, visit: Visit, action: str, ids: list[int]) -> int:
    who, now = visit.who, visit.now()
    if action == "release":
        return release(session, ids, who=who, now=now)
    if action == "requeue":
        return requeue(session, ids, who=who, now=now)
    step, reason = (hold, "outbox.by_hand") if action == "hold" else (discard, "outbox.discarded_by_hand")
    return step(session, ids, reason=text(reason, "de"), who=who, now=now)


def _mail(visit: Visit, mail_id: int, *, status: int = 200, problem: str = "") -> HTMLResponse:
    with visit.work.database.session() as session:
        mail = get_outbox(session, mail_id)
        visit.note(session, "read", "outbox", mail_id)
        lines = list_history(session, "outbox", mail_id)
    return page(
        visit, "outbox_mail.html.j2", status=status, mail=mail, history=lines, problem=problem,
        actions=_possible(mail), label=lambda group, value: label(group, value, visit.language),
    )  # fmt: skip


def _possible(mail: OutboxMail) -> tuple[str, ...]:
    """What can be done with a mail in its state."""
    return {
        "queued": ("hold", "discard"),
        "held": ("release", "discard"),
        "failed": ("requeue", "discard"),
        "uncertain": ("requeue", "discard"),
    }.get(mail.state, ())
