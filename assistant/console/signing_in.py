"""From proof to session: what every way of signing in shares. A new session has a new token and ends the old one."""

from datetime import timedelta

from fastapi.responses import Response
from starlette.requests import Request

from klimapartner.assistant.console.safe_next import safe_next
from klimapartner.assistant.console.visit import cookie_name, idle_time, wants_second_factor
from klimapartner.assistant.web.desk import Desk
from klimapartner.assistant.web.origins import is_https
from klimapartner.storage.accesses import SIGN_IN, SIGNED_IN, note_access
from klimapartner.storage.engine import Session
from klimapartner.storage.sessions import drop_ended, end_session, find_session, open_session
from klimapartner.storage.users import User

FAILED = "sign-in failed"


def let_in(session: Session, request: Request, desk: Desk, user: User, *, how: str) -> str:
    """A session for a user who proved to be one: its token. It is complete where no second factor is to follow."""
    now, complete = desk.work.clock(), not (user.second_factor or wants_second_factor(desk, user))
    drop_ended(session, now=now)
    _end_old(session, request, desk)
    if complete:
        note_door(session, desk, user, SIGNED_IN, how)
    agent = request.headers.get("user-agent", "")
    return open_session(session, user.id, agent=agent, complete=complete, now=now, valid=session_time(desk))


def note_door(session: Session, desk: Desk, user: User | None, action: str, how: str) -> None:
    """Write down what happened at the door. An unknown name is not kept: it may be a password at the wrong place."""
    note_access(
        session, now=desk.work.clock(), who=user.name if user else "", action=action, subject=SIGN_IN,
        subject_id=user.id if user else 0, detail=how,
    )  # fmt: skip


def on_from_here(request: Request, desk: Desk, user: User, token: str, wanted: str) -> Response:
    """To the page that was wanted, by way of the second factor where there is one or has to be."""
    if user.second_factor:
        target = f"/console/login/code?next={safe_next(wanted)}"
    elif wants_second_factor(desk, user):
        target = "/console/login/second-factor"
    else:
        target = safe_next(wanted)
    return with_cookie(request, desk, Response(status_code=303, headers={"Location": target}), token)


def with_cookie(request: Request, desk: Desk, answer: Response, token: str) -> Response:
    """The answer with the session's cookie."""
    answer.set_cookie(
        cookie_name(request, desk), token, path="/", httponly=True, samesite="lax",
        secure=is_https(request, desk.work.settings.web),
        max_age=int(session_time(desk).total_seconds()),
    )  # fmt: skip
    return answer


def session_time(desk: Desk) -> timedelta:
    """How long a session lives at the most."""
    return timedelta(hours=desk.work.settings.console.session_hours)


def _end_old(session: Session, request: Request, desk: Desk) -> None:
    """A browser that signs in anew leaves no session behind."""
    token = request.cookies.get(cookie_name(request, desk), "")
    old = find_session(session, token, idle=idle_time(desk), now=desk.work.clock())
    if old is not None:
        end_session(session, old.id, user_id=old.user.id)
