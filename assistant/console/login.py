"""Signing in with name and password, and out again."""

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse, Response
from starlette.requests import Request

from klimapartner.assistant.console.errors import Forged
from klimapartner.assistant.console.pages import public_page
from klimapartner.assistant.console.signing_in import FAILED, let_in, note_door, on_from_here
from klimapartner.assistant.console.visit import Own, cookie_name, page_language
from klimapartner.assistant.web.desk import Desk, TheDesk
from klimapartner.assistant.web.origins import is_ours, peer
from klimapartner.storage.sessions import end_session
from klimapartner.storage.users import User, find_user, is_locked, verify

router = APIRouter()
TRIES_PER_MINUTE = 10
Field = Annotated[str, Form()]


@router.get("/login")
def login_page(request: Request, desk: TheDesk, next: str = "") -> HTMLResponse:
    """The form for name and password."""
    return login_form(request, desk, next=next)


@router.post("/login")
def sign_in(request: Request, desk: TheDesk, name: Field = "", password: Field = "", next: Field = "") -> Response:
    """Name and password; whatever is wrong, the answer is the same."""
    if not is_ours(request, desk.work.settings.web):
        raise Forged
    if wait := desk.limiter.wait(f"login:{peer(request, desk.work.settings.web)}", TRIES_PER_MINUTE):
        return login_form(request, desk, next=next, wrong="too_often", status=429, wait=wait)
    user, token = _open(desk, request, name.strip(), password)
    if user is None:
        return login_form(request, desk, next=next, wrong="wrong", status=403)
    return on_from_here(request, desk, user, token, next)


@router.post("/logout")
def sign_out(visit: Own) -> Response:
    """End the session."""
    with visit.work.database.session() as session:
        end_session(session, visit.sign_in.id, user_id=visit.user.id)
        note_door(session, visit.desk, visit.user, "signed out", "")
    answer = Response(status_code=303, headers={"Location": "/console/login"})
    answer.delete_cookie(cookie_name(visit.request, visit.desk), path="/")
    return answer


def login_form(
    request: Request, desk: Desk, *, next: str = "", wrong: str = "", status: int = 200, wait: int = 0
) -> HTMLResponse:
    """The page for signing in; `wrong` is a key of its words."""
    oidc = desk.work.settings.console.oidc
    return public_page(
        "login.html.j2", page_language(request), desk.zone, status=status, next=next, wrong=wrong, wait=wait,
        oidc=oidc.label if oidc.issuer else "",
    )  # fmt: skip


def _open(desk: Desk, request: Request, name: str, password: str) -> tuple[User | None, str]:
    """The user and the token of a new session; None where name or password are wrong."""
    now = desk.work.clock()
    with desk.work.database.session() as session:
        user = verify(session, name, password, now=now)
        if user is not None:
            return user, let_in(session, request, desk, user, how="password")
        known = find_user(session, name)
        locked = known is not None and is_locked(session, known.id, now=now)
        note_door(session, desk, known, FAILED, "locked" if locked else "password")
        return None, ""
