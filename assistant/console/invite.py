"""The page behind an invitation's link: somebody sets their own password. Nobody else ever knows it."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.requests import Request

from klimapartner.assistant.console.errors import Forged
from klimapartner.assistant.console.login import TRIES_PER_MINUTE, Field
from klimapartner.assistant.console.pages import public_page
from klimapartner.assistant.console.passwords import limit_of, problem
from klimapartner.assistant.console.signing_in import note_door
from klimapartner.assistant.console.visit import page_language
from klimapartner.assistant.console.words import text
from klimapartner.assistant.invitations import end_invitations, invited
from klimapartner.assistant.web.desk import Desk, TheDesk
from klimapartner.assistant.web.origins import is_ours, peer
from klimapartner.storage.sessions import end_sessions
from klimapartner.storage.users import SHORTEST_PASSWORD, User, set_password

router = APIRouter(prefix="/invite")


@router.get("")
def invitation(request: Request, desk: TheDesk, token: str = "") -> HTMLResponse:
    """The form for a first or new password; opening it does not use the link up."""
    with desk.work.database.session() as session:
        user = invited(session, token, now=desk.work.clock())
    return _form(request, desk, user, token)


@router.post("")
def set_own_password(
    request: Request, desk: TheDesk, token: Field = "", password: Field = "", again: Field = ""
) -> Response:
    """Set the password, end the link, and end what was open under the old one."""
    if not is_ours(request, desk.work.settings.web):
        raise Forged
    if desk.limiter.wait(f"invite:{peer(request, desk.work.settings.web)}", TRIES_PER_MINUTE):
        return _form(request, desk, None, "", status=429)
    user, wrong = _set(desk, token, password, again)
    if user is None or wrong:
        return _form(request, desk, user, token, wrong=wrong, status=422 if user else 410)
    return RedirectResponse("/console/invite/done", 303)


@router.get("/done")
def password_is_set(request: Request, desk: TheDesk) -> HTMLResponse:
    """That the password counts, and the way to the login."""
    return public_page("invite_done.html.j2", page_language(request), desk.zone)


def _set(desk: Desk, token: str, password: str, again: str) -> tuple[User | None, str]:
    """Whose password it is, and what is wrong with it."""
    now = desk.work.clock()
    with desk.work.database.session() as session:
        user = invited(session, token, now=now)
        wrong = problem(password, again, user) if user else ""
        if user is None or wrong:
            return user, wrong
        invited(session, token, now=now, use=True)
        set_password(session, user.name, password, who=user.name, now=now)
        end_invitations(session, user.id)
        end_sessions(session, user.id)
        note_door(session, desk, user, "password set", "link")
        return user, ""


def _form(
    request: Request, desk: Desk, user: User | None, token: str, *, wrong: str = "", status: int = 200
) -> HTMLResponse:
    language = page_language(request)
    said = text(f"account.{wrong}", language, n=limit_of(wrong)) if wrong else ""
    return public_page(
        "invite.html.j2", language, desk.zone, status=status if user or status != 200 else 410, user=user, token=token,
        wrong=said, shortest=SHORTEST_PASSWORD,
    )  # fmt: skip
