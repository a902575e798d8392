"""After the password: the code of the second factor, or setting one up where the office asks for it."""

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse, Response

from klimapartner.assistant.console.errors import SignedOut
from klimapartner.assistant.console.login import Field
from klimapartner.assistant.console.pages import public_page
from klimapartner.assistant.console.safe_next import safe_next
from klimapartner.assistant.console.second_factor import is_right, setup_values, switch_on
from klimapartner.assistant.console.signing_in import FAILED, note_door, with_cookie
from klimapartner.assistant.console.visit import Need, Visit, wants_second_factor
from klimapartner.assistant.console.words import text
from klimapartner.storage.accesses import SIGNED_IN
from klimapartner.storage.recovery import count_recovery_codes
from klimapartner.storage.sessions import complete_session, set_flash

router = APIRouter(prefix="/login")
HalfSignedIn = Annotated[Visit, Depends(Need("sign_in", complete=False))]


@router.get("/code")
def code_page(visit: HalfSignedIn, next: str = "") -> HTMLResponse:
    """The form for the code of the second factor."""
    return _code_form(visit, next=next)


@router.post("/code")
def check_code(visit: HalfSignedIn, code: Field = "", next: Field = "") -> Response:
    """A code of the app, right once and in its half minute or one beside it, or a recovery code."""
    if visit.sign_in.complete:
        raise SignedOut
    with visit.work.database.session() as session:
        right = is_right(session, visit, code)
        note_door(session, visit.desk, visit.user, SIGNED_IN if right else FAILED, right or "code")
        token = complete_session(session, visit.sign_in.id) if right else ""
        if right == "recovery":
            left = count_recovery_codes(session, visit.user.id)
            said = text("account.recovery_used", visit.language, n=left)
            set_flash(session, visit.sign_in.id, {"kind": "warning", "text": said})
    if not right:
        return _code_form(visit, next=next, wrong="wrong_code", status=403)
    answer = Response(status_code=303, headers={"Location": safe_next(next)})
    return with_cookie(visit.request, visit.desk, answer, token)


@router.get("/second-factor")
def setup_page(visit: HalfSignedIn) -> HTMLResponse:
    """How to set up the second factor, before anything else may be done."""
    _only_without_factor(visit)
    return _setup_form(visit)


@router.post("/second-factor")
def set_up(visit: HalfSignedIn, secret: Field = "", code: Field = "") -> Response:
    """Switch the second factor on; the recovery codes are shown, this once."""
    _only_without_factor(visit)
    with visit.work.database.session() as session:
        codes = switch_on(session, visit, secret, code)
        token = complete_session(session, visit.sign_in.id) if codes else ""
        if codes:
            note_door(session, visit.desk, visit.user, SIGNED_IN, "app")
    if not codes:
        return _setup_form(visit, secret=secret, wrong="wrong_new_code", status=422)
    page = _public(visit, "recovery_codes.html.j2", codes=codes, onward="/console/")
    return with_cookie(visit.request, visit.desk, page, token)


def _only_without_factor(visit: Visit) -> None:
    """A password alone never replaces a second factor that is there."""
    if visit.sign_in.complete and visit.user.second_factor:
        raise SignedOut
    if not wants_second_factor(visit.desk, visit.user):
        raise SignedOut


def _code_form(visit: Visit, *, next: str, wrong: str = "", status: int = 200) -> HTMLResponse:
    if visit.sign_in.complete:
        raise SignedOut
    return _public(visit, "login_code.html.j2", status=status, next=next, wrong=wrong)


def _setup_form(visit: Visit, *, secret: str = "", wrong: str = "", status: int = 200) -> HTMLResponse:
    values = setup_values(visit, secret)
    return _public(
        visit, "second_factor.html.j2", status=status, wrong=wrong, action="/console/login/second-factor", must=True,
        **values,
    )  # fmt: skip


def _public(visit: Visit, template: str, *, status: int = 200, **values: object) -> HTMLResponse:
    return public_page(
        template, visit.language, visit.desk.zone, status=status, guard=visit.sign_in.guard, **values
    )  # fmt: skip
