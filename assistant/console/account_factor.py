"""The own second factor: setting it up, new recovery codes, switching it off."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

from klimapartner.assistant.console.account import Field, account_page
from klimapartner.assistant.console.errors import Denied
from klimapartner.assistant.console.pages import go, page
from klimapartner.assistant.console.second_factor import is_right, setup_values, switch_on
from klimapartner.assistant.console.visit import Own, Visit
from klimapartner.assistant.console.words import text
from klimapartner.assistant.totp_secrets import has_key
from klimapartner.storage.recovery import drop_recovery_codes, issue_recovery_codes
from klimapartner.storage.sessions import end_sessions
from klimapartner.storage.users import set_totp

router = APIRouter(prefix="/account")


@router.get("/second-factor")
def setup_page(visit: Own) -> Response:
    """How to set up the second factor; one that is there is switched off first."""
    if not has_key(visit.work.settings):
        visit.say(text("account.factor_no_key", visit.language), "warning")
        return go("/account")
    return go("/account") if visit.user.second_factor else _setup_form(visit)


@router.post("/second-factor")
def set_up(visit: Own, secret: Field = "", code: Field = "") -> Response:
    """Switch the second factor on; the recovery codes are shown, this once."""
    if visit.user.second_factor or not has_key(visit.work.settings):
        return go("/account")
    with visit.work.database.session() as session:
        codes = switch_on(session, visit, secret, code)
        if codes:
            end_sessions(session, visit.user.id, but=visit.sign_in.id)
    return _codes_page(visit, codes) if codes else _setup_form(visit, secret=secret, status=422)


@router.post("/recovery-codes")
def new_codes(visit: Own, code: Field = "") -> Response:
    """New recovery codes for who has the app or an old one; the old ones end."""
    with visit.work.database.session() as session:
        right = visit.user.second_factor and is_right(session, visit, code)
        codes = issue_recovery_codes(session, visit.user.id, now=visit.now()) if right else []
    return _codes_page(visit, codes) if codes else _wrong_code(visit)


@router.post("/second-factor/off")
def switch_off(visit: Own, code: Field = "") -> Response:
    """Switch the second factor off, where the office does not ask for one."""
    if visit.work.settings.console.second_factor:
        raise Denied
    with visit.work.database.session() as session:
        right = visit.user.second_factor and is_right(session, visit, code)
        if right:
            set_totp(session, visit.user.id, "", who=visit.who, now=visit.now())
            drop_recovery_codes(session, visit.user.id)
    if not right:
        return _wrong_code(visit)
    visit.say(text("account.factor_switched_off", visit.language))
    return go("/account")


def _setup_form(visit: Visit, *, secret: str = "", status: int = 200) -> HTMLResponse:
    wrong = "wrong_new_code" if status != 200 else ""
    return page(
        visit, "second_factor.html.j2", status=status, wrong=wrong, action="/console/account/second-factor", must=False,
        **setup_values(visit, secret),
    )  # fmt: skip


def _codes_page(visit: Visit, codes: list[str]) -> HTMLResponse:
    return page(visit, "recovery_codes.html.j2", codes=codes, onward="/console/account")


def _wrong_code(visit: Visit) -> HTMLResponse:
    return account_page(visit, status=422, wrong="wrong_code", wrong_text=text("account.wrong_code", visit.language))
