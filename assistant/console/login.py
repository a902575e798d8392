"""Signing in with password and code, and out again."""

from datetime import timedelta
from typing import Annotated

import pyotp
from fastapi import APIRouter, Depends, Form
from fastapi.responses import HTMLResponse, Response
from starlette.requests import Request

from klimapartner.assistant.console.errors import Forged, SignedOut
from klimapartner.assistant.console.pages import public_page
from klimapartner.assistant.console.safe_next import safe_next
from klimapartner.assistant.console.visit import Need, Own, PageLanguage, Visit, cookie_name, idle_time
from klimapartner.assistant.web.desk import Desk, TheDesk
from klimapartner.assistant.web.origins import is_https, is_ours, peer
from klimapartner.assistant.web.texts import wanted_language
from klimapartner.storage.engine import Session
from klimapartner.storage.sessions import complete_session, drop_ended, end_session, find_session, open_session
from klimapartner.storage.users import count_failure, is_locked, totp_of, use_totp_step, verify

router = APIRouter()
TRIES_PER_MINUTE = 10
_STEP_SECONDS = 30
HalfSignedIn = Annotated[Visit, Depends(Need("sign_in", complete=False))]
Field = Annotated[str, Form()]


@router.get("/login")
def login_page(request: Request, desk: TheDesk, next: str = "") -> HTMLResponse:
    """The form for name and password."""
    return _form(request, desk, next=next)


@router.post("/login")
def sign_in(request: Request, desk: TheDesk, name: Field = "", password: Field = "", next: Field = "") -> Response:
    """Name and password; whatever is wrong, the answer is the same."""
    if not is_ours(request, desk.work.settings.web):
        raise Forged
    if wait := desk.limiter.wait(f"login:{peer(request, desk.work.settings.web)}", TRIES_PER_MINUTE):
        return _form(request, desk, next=next, wrong="too_often", status=429, wait=wait)
    token, complete = _open(desk, request, name.strip(), password)
    if not token:
        return _form(request, desk, next=next, wrong="wrong", status=403)
    target = safe_next(next) if complete else f"/console/login/code?next={safe_next(next)}"
    return with_cookie(request, desk, Response(status_code=303, headers={"Location": target}), token)


@router.get("/login/code")
def code_page(visit: HalfSignedIn, next: str = "") -> HTMLResponse:
    """The form for the code of the second factor."""
    return _code_form(visit, next=next)


@router.post("/login/code")
def check_code(visit: HalfSignedIn, code: Field = "", next: Field = "") -> Response:
    """The code of the second factor: right once, in its half minute or one beside it."""
    desk, now = visit.desk, visit.now()
    with desk.work.database.session() as session:
        right = not is_locked(session, visit.user.id, now=now) and code_is_right(session, visit, code)
        if right:
            token = complete_session(session, visit.sign_in.id)
        else:
            count_failure(session, visit.user.id, now=now)
    if not right:
        return _code_form(visit, next=next, wrong="wrong_code", status=403)
    answer = Response(status_code=303, headers={"Location": safe_next(next)})
    return with_cookie(visit.request, desk, answer, token)


@router.post("/logout")
def sign_out(visit: Own) -> Response:
    """End the session."""
    with visit.work.database.session() as session:
        end_session(session, visit.sign_in.id, user_id=visit.user.id)
    answer = Response(status_code=303, headers={"Location": "/console/login"})
    answer.delete_cookie(cookie_name(visit.request, visit.desk), path="/")
    return answer


def code_is_right(session: Session, visit: Visit, code: str) -> bool:
    """Whether it is the user's code of now (RFC 6238), a step early or late, and not used yet."""
    secret, _ = totp_of(session, visit.user.id)
    step = int(visit.now().timestamp()) // _STEP_SECONDS
    totp = pyotp.TOTP(secret)
    given = "".join(code.split())
    near = (step, step - 1, step + 1)
    fit = next((one for one in near if secret and pyotp.utils.strings_equal(given, totp.generate_otp(one))), None)
    return fit is not None and use_totp_step(session, visit.user.id, fit)


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


def _open(desk: Desk, request: Request, name: str, password: str) -> tuple[str, bool]:
    """The token of a new session and whether it is complete; '' where name or password are wrong."""
    now, agent = desk.work.clock(), request.headers.get("user-agent", "")
    with desk.work.database.session() as session:
        drop_ended(session, now=now)
        user = verify(session, name, password, now=now)
        if user is None:
            return "", False
        _end_old(session, request, desk)
        complete = not user.second_factor
        return open_session(
            session, user.id, agent=agent, complete=complete, now=now, valid=session_time(desk)
        ), complete


def _end_old(session: Session, request: Request, desk: Desk) -> None:
    """A browser that signs in anew leaves no session behind."""
    token = request.cookies.get(cookie_name(request, desk), "")
    old = find_session(session, token, idle=idle_time(desk), now=desk.work.clock())
    if old is not None:
        end_session(session, old.id, user_id=old.user.id)


def _form(
    request: Request, desk: Desk, *, next: str, wrong: str = "", status: int = 200, wait: int = 0
) -> HTMLResponse:
    oidc = desk.work.settings.console.oidc
    return public_page(
        "login.html.j2", _language(request), desk.zone, status=status, next=next, wrong=wrong, wait=wait,
        oidc=oidc.label if oidc.issuer else "",
    )  # fmt: skip


def _code_form(visit: Visit, *, next: str, wrong: str = "", status: int = 200) -> HTMLResponse:
    if visit.sign_in.complete:
        raise SignedOut
    return public_page(
        "login_code.html.j2", visit.language, visit.desk.zone, status=status, next=next, wrong=wrong,
        guard=visit.sign_in.guard,
    )  # fmt: skip


def _language(request: Request) -> PageLanguage:
    return "en" if wanted_language(request.headers.get("accept-language", "")) == "en" else "de"
