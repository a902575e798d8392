"""The chat as plain forms: all of it works without JavaScript; where there is some, the component takes over."""

import re
import secrets
from typing import Annotated, Any

from fastapi import APIRouter, Cookie, Depends, Form, Header, HTTPException
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.requests import Request

from klimapartner.assistant.dialogue.contract import Event
from klimapartner.assistant.faq import privacy_text
from klimapartner.assistant.languages import Language, language_of
from klimapartner.assistant.web import downloads
from klimapartner.assistant.web.chat_session import (
    START_TOKEN,
    Visit,
    begin_visit,
    find_visit,
    forget_visit,
    keep,
    note_fetch,
    started,
    switched,
    typed,
)
from klimapartner.assistant.web.chat_view import choices
from klimapartner.assistant.web.desk import Desk, TheDesk, problem_with
from klimapartner.assistant.web.origins import is_https, is_ours
from klimapartner.assistant.web.pages import render
from klimapartner.assistant.web.texts import wanted_language

COOKIE = "klimapartner_chat"
_LONGEST_FIELD = 100_000
_STATUS = {"empty": 422, "too_long": 422, "too_many": 429, "not_ready": 503, "forbidden": 403}
router = APIRouter(prefix="/chat")


def _visit(desk: TheDesk, klimapartner_chat: Annotated[str, Cookie()] = "") -> Visit | None:
    return find_visit(desk.work, klimapartner_chat)


def _language(lang: str = "", accept_language: Annotated[str, Header()] = "") -> Language:
    return wanted_language(lang or accept_language)


def _own_form(request: Request, desk: TheDesk) -> None:
    if not is_ours(request, desk.work.settings.web):
        raise HTTPException(403)


def _guarded(visit: Annotated[Visit | None, Depends(_visit)], guard: Annotated[str, Form()] = "") -> Visit | None:
    """The visit that a form belongs to; a form that does not know the chat's secret is none of ours."""
    if visit and not secrets.compare_digest(guard.encode(), visit.guard.encode()):
        raise HTTPException(403)
    return visit


MaybeVisit = Annotated[Visit | None, Depends(_visit)]
FormVisit = Annotated[Visit | None, Depends(_guarded)]
Asked = Annotated[Language, Depends(_language)]
StartToken = Annotated[str, Form(pattern=f"^{START_TOKEN}$")]
_FORMS = [Depends(_own_form)]


@router.get("")
def show(desk: TheDesk, visit: MaybeVisit, language: Asked, start: str = "") -> Response:
    """The notice for those who come, the chat for those who have begun one.

    `start` is the token of a link in a mail; it is used when somebody presses a button: mail filters open links, too.
    """
    token = start if re.fullmatch(START_TOKEN, start) else ""
    if not desk.ready:
        return _page(desk, "unavailable", language, 503)
    if visit is None:
        return _notice(desk, language, start=token)
    note_fetch(desk.work, visit.chat.id)
    return _chat(desk, visit, start=token)


@router.post("/start", dependencies=_FORMS)
def begin(request: Request, desk: TheDesk, language: Annotated[Language, Form()], start: StartToken = "") -> Response:
    """Begin a chat; only now a cookie is set."""
    if not desk.ready:
        return _page(desk, "unavailable", language, 503)
    if desk.wait(request):
        return _notice(desk, language, problem="too_many", start=start)
    visit, done = begin_visit(desk.work, language, start), _back()
    https = is_https(request, desk.work.settings.web)
    done.set_cookie(COOKIE, visit.token, httponly=True, samesite="strict", secure=https, path="/chat")
    return done


@router.post("/say", dependencies=_FORMS)
def say(
    request: Request,
    desk: TheDesk,
    visit: FormVisit,
    key: Annotated[str, Form(max_length=100)],
    text: Annotated[str, Form(max_length=_LONGEST_FIELD)] = "",
    button: Annotated[str, Form(max_length=100)] = "",
) -> Response:
    """Take a message or a button in and answer; the form carries `key`, so that sent twice it is taken in once."""
    if visit is None:
        return _back()
    problem = "" if button else problem_with(text)
    if problem or desk.wait(request, visit.chat.id):
        return _chat(desk, visit, problem=problem or "too_many", text=text)
    language = visit.chat.language
    event = Event("button", button, language) if button else typed(text.replace("\r\n", "\n"), language)
    keep(desk.work, visit, key=key, event=event)
    return _back()


@router.post("/tie", dependencies=_FORMS)
def tie(desk: TheDesk, visit: FormVisit, key: Annotated[str, Form(max_length=100)], start: StartToken) -> Response:
    """Go on about the entry that a link in a mail belongs to."""
    if visit:
        keep(desk.work, visit, key=key, event=started(language_of(visit.chat.language), start))
    return _back()


@router.post("/language", dependencies=_FORMS)
def change_language(
    desk: TheDesk, visit: FormVisit, key: Annotated[str, Form(max_length=100)], language: Annotated[Language, Form()]
) -> Response:
    """Go on in another language."""
    if visit:
        keep(desk.work, visit, key=key, event=switched(language))
    return _back()


@router.get("/delete")
def ask_to_forget(desk: TheDesk, visit: MaybeVisit) -> Response:
    """Ask once more."""
    return _page(desk, "delete", language_of(visit.chat.language), visit=visit) if visit else _back()


@router.post("/delete", dependencies=_FORMS)
def forget(desk: TheDesk, visit: FormVisit, language: Asked) -> Response:
    """Delete the chat and the cookie."""
    if visit is None:
        return _back()
    forget_visit(desk.work, visit)
    done = _notice(desk, language_of(visit.chat.language), said="forgotten")
    done.delete_cookie(COOKIE, path="/chat", httponly=True, samesite="strict")
    return done


@router.get("/transcript.{ending}")
def transcript(desk: TheDesk, visit: MaybeVisit, ending: downloads.Ending) -> Response:
    """All that was said, as a file."""
    return downloads.transcript(desk, visit, ending) if visit else _back()


@router.get("/documents/{line_id}")
def document(desk: TheDesk, visit: MaybeVisit, line_id: int) -> Response:
    """The file that came with a line."""
    return (visit and downloads.document(desk, visit, line_id)) or _back()


@router.get("/privacy")
def privacy(desk: TheDesk, language: Asked) -> Response:
    """The controller's words on data protection, and how long the chat keeps what."""
    return _page(desk, "privacy", language, text=privacy_text(desk.work.settings.controller, language))


def _back() -> RedirectResponse:
    return RedirectResponse("/chat#newest", status_code=303)


def _notice(desk: Desk, language: Language, *, problem: str = "", said: str = "", start: str = "") -> HTMLResponse:
    values = {"notice": desk.notice(language), "problem": problem, "said": said, "start": start}
    return _page(desk, "notice", language, _STATUS.get(problem, 200), **values)


def _chat(desk: Desk, visit: Visit, *, problem: str = "", text: str = "", start: str = "") -> HTMLResponse:
    language, views = language_of(visit.chat.language), desk.views(visit.chat.id)
    values = {
        "visit": visit,
        "views": views,
        "choices": choices(views),
        "key": secrets.token_urlsafe(16),
        "start": start,
    }
    return _page(desk, "chat", language, _STATUS.get(problem, 200), problem=problem, text=text, **values)


def _page(desk: Desk, name: str, language: Language, status: int = 200, **values: Any) -> HTMLResponse:
    settings = desk.work.settings
    common = {
        "controller": settings.controller,
        "days": settings.chat.transcript_days,
        "contacts": desk.work.chat_office.call.contacts_for(None),
    }
    return HTMLResponse(render(name, language, **(common | values)), status)
