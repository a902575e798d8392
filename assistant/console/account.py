"""The own account: password, language, where one is signed in."""

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse, Response

from klimapartner.assistant.console.browsers import browser_name
from klimapartner.assistant.console.pages import go, page
from klimapartner.assistant.console.passwords import limit_of, problem
from klimapartner.assistant.console.visit import Own, Visit
from klimapartner.assistant.console.words import text
from klimapartner.storage.recovery import CODES, count_recovery_codes
from klimapartner.storage.sessions import end_session, end_sessions, sessions_of
from klimapartner.storage.users import SHORTEST_PASSWORD, set_language, set_password, verify

router = APIRouter(prefix="/account")
Field = Annotated[str, Form()]


@router.get("")
def account(visit: Own) -> HTMLResponse:
    """All about the own account."""
    return account_page(visit)


@router.post("/language")
def choose_language(visit: Own, language: Field) -> Response:
    """German or English pages."""
    chosen = "en" if language == "en" else "de"
    with visit.work.database.session() as session:
        set_language(session, visit.user.id, chosen)
    visit.say(text("account.language_saved", "en" if chosen == "en" else "de"))
    return go("/account")


@router.post("/password")
def change_password(visit: Own, old: Field = "", password: Field = "", again: Field = "") -> Response:
    """A new password for who knows the old one; every other session of the user ends."""
    wrong = problem(password, again, visit.user)
    if not wrong:
        wrong = _change(visit, old, password)
    if wrong:
        said = text(f"account.{wrong}", visit.language, n=limit_of(wrong))
        return account_page(visit, status=422, wrong=wrong, wrong_text=said)
    visit.say(text("account.password_saved", visit.language))
    return go("/account")


@router.post("/sessions/{session_id}/end")
def end_one(visit: Own, session_id: int) -> Response:
    """End one of the own sessions."""
    with visit.work.database.session() as session:
        end_session(session, session_id, user_id=visit.user.id)
    visit.say(text("account.sessions_ended", visit.language))
    return go("/account")


@router.post("/sessions/end")
def end_others(visit: Own) -> Response:
    """End all own sessions but this one."""
    with visit.work.database.session() as session:
        end_sessions(session, visit.user.id, but=visit.sign_in.id)
    visit.say(text("account.sessions_others_ended", visit.language))
    return go("/account")


def account_page(visit: Visit, *, status: int = 200, wrong: str = "", wrong_text: str = "") -> HTMLResponse:
    """The page; `wrong` is a key of its words, `wrong_text` what it says."""
    with visit.work.database.reading() as session:
        sessions = sessions_of(session, visit.user.id)
        codes = count_recovery_codes(session, visit.user.id)
    return page(
        visit, "account.html.j2", status=status, sessions=sessions, codes=codes, all_codes=CODES, wrong=wrong,
        wrong_text=wrong_text, must=visit.work.settings.console.second_factor, shortest=SHORTEST_PASSWORD,
        browser=lambda agent: browser_name(agent, visit.language),
    )  # fmt: skip


def _change(visit: Visit, old: str, password: str) -> str:
    with visit.work.database.session() as session:
        if verify(session, visit.user.name, old, now=visit.now()) is None:
            return "problem_old"
        set_password(session, visit.user.name, password, who=visit.who, now=visit.now())
        end_sessions(session, visit.user.id, but=visit.sign_in.id)
    return ""
