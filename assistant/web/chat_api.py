"""What the web component calls: JSON and events; the token comes in a header and no cookie, so no page can forge."""

import re
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, FastAPI, Header, HTTPException, Query
from fastapi.responses import JSONResponse, Response, StreamingResponse
from pydantic import BaseModel, StringConstraints
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request

from klimapartner.assistant.dialogue.contract import Event
from klimapartner.assistant.languages import NAMES, Language, language_of
from klimapartner.assistant.web import downloads
from klimapartner.assistant.web.chat_session import (
    LONGEST_TEXT,
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
from klimapartner.assistant.web.desk import Desk, TheDesk, problem_with
from klimapartner.assistant.web.origins import may_embed, peer
from klimapartner.assistant.web.stream import stream_of
from klimapartner.assistant.web.texts import wanted_language, words

_KEY = re.compile(r"[A-Za-z0-9_-]{8,100}")
_HEADERS = ["X-Chat-Token", "Idempotency-Key", "Last-Event-ID", "Content-Type"]
_BUSY_SECONDS = 20
_STATUS = {"empty": 422, "too_long": 422, "too_many": 429, "ended": 401, "failed": 400, "not_ready": 503}


class NewChat(BaseModel):
    """The visitor has read the notice and agrees."""

    consent: Literal[True]
    language: Language = "de"
    start: Annotated[str, StringConstraints(pattern=f"^{START_TOKEN}$")] = ""


class Said(BaseModel):
    """What the visitor did; the answer holds the lines above `after`."""

    kind: Literal["text", "button", "language", "start"] = "text"
    text: str
    language: Language = "de"
    after: int = 0


def chat_api(desk: Desk) -> FastAPI:
    """The interface as an application of its own: only here may pages of other origins call."""
    app = FastAPI(openapi_url=None, exception_handlers={HTTPException: _as_code})
    app.state.desk = desk
    app.include_router(router)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=desk.work.settings.web.embed,
        allow_methods=["GET", "POST", "DELETE"],
        allow_headers=_HEADERS,
        expose_headers=["Content-Disposition", "Retry-After"],
    )
    return app


async def _as_code(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return JSONResponse({"error": error.detail}, error.status_code, headers=error.headers)


def _refuse(code: str, wait: int = 0) -> HTTPException:
    headers = {"Retry-After": str(wait)} if wait else None
    return HTTPException(_STATUS[code], code, headers)


def _from_a_known_page(request: Request, desk: TheDesk) -> None:
    if not may_embed(request, desk.work.settings.web):
        raise HTTPException(403, "forbidden")
    if not desk.ready:
        raise _refuse("not_ready")


def _visit(desk: TheDesk, x_chat_token: Annotated[str, Header()] = "") -> Visit:
    visit = find_visit(desk.work, x_chat_token)
    if visit is None:
        raise _refuse("ended")
    return visit


TheVisit = Annotated[Visit, Depends(_visit)]
router = APIRouter(dependencies=[Depends(_from_a_known_page)])


@router.get("/config")
def config(desk: TheDesk, lang: str = "", accept_language: Annotated[str, Header()] = "") -> dict[str, Any]:
    """Words and notice in the language wanted."""
    language = wanted_language(lang or accept_language)
    return {
        "language": language,
        "languages": NAMES,
        "words": words("chat", language),
        "errors": words("error", language),
        "notice": desk.notice(language),
        "privacy": desk.work.settings.controller.privacy_url,
        "longest": LONGEST_TEXT,
    }


@router.post("/sessions", status_code=201)
def open_session(request: Request, desk: TheDesk, new: NewChat) -> dict[str, Any]:
    """A new chat: its token, which is shown this once, and the greeting."""
    if wait := desk.wait(request):
        raise _refuse("too_many", wait)
    visit = begin_visit(desk.work, new.language, new.start)
    return {"token": visit.token} | _lines(desk, visit, 0)


@router.get("/lines")
def lines(desk: TheDesk, visit: TheVisit, after: int = 0) -> dict[str, Any]:
    """The lines above `after`."""
    note_fetch(desk.work, visit.chat.id)
    return {"language": language_of(visit.chat.language)} | _lines(desk, visit, after)


@router.post("/messages")
def say(
    request: Request, desk: TheDesk, visit: TheVisit, said: Said, idempotency_key: Annotated[str, Header()] = ""
) -> dict[str, Any]:
    """Take a message in, once for each key, and answer."""
    if not _KEY.fullmatch(idempotency_key):
        raise _refuse("failed")
    if problem := problem_with(said.text):
        raise _refuse(problem)
    if wait := desk.wait(request, visit.chat.id):
        raise _refuse("too_many", wait)
    update = keep(desk.work, visit, key=idempotency_key, event=_event(said))
    return {"id": update.id} | _lines(desk, visit, said.after)


@router.get("/events")
def events(
    request: Request,
    desk: TheDesk,
    visit: TheVisit,
    last_event_id: Annotated[str, Header()] = "",
    after: Annotated[int, Query(ge=0)] = 0,
) -> StreamingResponse:
    """The lines after the last one that the browser has, and each new one when it comes.

    Where too many streams are open the component asks for the lines from time to time.
    """
    address = peer(request, desk.work.settings.web)
    if status := desk.streams.refusal(address):
        raise HTTPException(status, "busy", {"Retry-After": str(_BUSY_SECONDS)})
    last = int(last_event_id) if last_event_id.isdecimal() else after
    return stream_of(desk, address, visit.chat.id, last)


@router.get("/lines/{line_id}/document")
def document(desk: TheDesk, visit: TheVisit, line_id: int) -> Response:
    """The file that came with a line."""
    found = downloads.document(desk, visit, line_id)
    if found is None:
        raise HTTPException(404, "failed")
    return found


@router.get("/transcript.{ending}")
def transcript(desk: TheDesk, visit: TheVisit, ending: downloads.Ending) -> Response:
    """All that was said, as a file."""
    return downloads.transcript(desk, visit, ending)


@router.delete("/session", status_code=204)
def forget(desk: TheDesk, visit: TheVisit) -> None:
    """Delete the chat."""
    forget_visit(desk.work, visit)


def _lines(desk: Desk, visit: Visit, after: int) -> dict[str, Any]:
    """The lines above `after`, and the id of the chat's first line: what is older was deleted."""
    views = desk.views(visit.chat.id)
    return {"first": views[0].id if views else 0, "lines": [view.json() for view in views if view.id > after]}


def _event(said: Said) -> Event:
    if said.kind == "language":
        return switched(said.language)
    if said.kind == "start":
        return started(said.language, said.text)
    return Event("button", said.text, said.language) if said.kind == "button" else typed(said.text, said.language)
