"""The console as an application of its own: its routers, its files, and what is shown where something is wrong."""

from collections.abc import Callable, Coroutine
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.staticfiles import StaticFiles

from klimapartner.assistant.console import (
    account,
    account_factor,
    audit,
    bring_in,
    call_data,
    compose,
    decide,
    entries,
    entry_fields,
    entry_work,
    events,
    export,
    info,
    interfaces,
    invite,
    login,
    login_factor,
    login_oidc,
    match,
    new_entry,
    outbox,
    people,
    people_erase,
    retention,
    review,
    start,
    tasks,
    unanswered,
    users,
)
from klimapartner.assistant.console.errors import ConsoleError, Denied, Forged, SignedOut
from klimapartner.assistant.console.pages import STATIC, public_page
from klimapartner.assistant.console.visit import page_language
from klimapartner.assistant.web.desk import Desk
from klimapartner.storage.errors import Conflict, DatabaseUnavailable, NotFound, StorageError

# new_entry comes before review: /entries/new is no entry's number.
ROUTERS: tuple[APIRouter, ...] = (
    login.router, login_factor.router, login_oidc.router, account.router, account_factor.router,
    info.router, invite.router, users.router, audit.router,
    start.router, entries.router, export.router, bring_in.router, interfaces.router,
    new_entry.router, review.router, entry_fields.router,
    entry_work.router, outbox.router, compose.router, unanswered.router, tasks.router, decide.router,
    match.router, events.router, call_data.router, people.router, people_erase.router, retention.router,
)  # fmt: skip
# Below these paths bodies may be larger than elsewhere: bytes.
LARGER_BODIES = MappingProxyType({"/console/import": 10_000_000, "/console/call": 500_000})
_WRONG: dict[type[Exception], tuple[str, int]] = {
    Denied: ("denied", 403),
    Forged: ("forged", 403),
    NotFound: ("not_found", 404),
    Conflict: ("conflict", 409),
    DatabaseUnavailable: ("no_database", 503),
    StorageError: ("refused", 422),
    ConsoleError: ("refused", 422),
    RequestValidationError: ("refused", 422),
}
Handler = Callable[[Request, Any], Coroutine[Any, Any, Response]]


class Files(StaticFiles):
    """Files with their mark in the address may be kept for long."""

    async def get_response(self, path: str, scope: dict[str, object]) -> Response:  # type: ignore[override]
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


def create_console(desk: Desk) -> FastAPI:
    """The console on a desk; mounted at /console."""
    app = FastAPI(openapi_url=None, exception_handlers=_handlers())
    app.state.desk = desk
    for router in ROUTERS:
        app.include_router(router)
    app.mount("/static", Files(directory=STATIC))
    return app


def _handlers() -> dict[int | type[Exception], Handler]:
    known: dict[int | type[Exception], Handler] = {kind: _wrong(*said) for kind, said in _WRONG.items()}
    return known | {SignedOut: _to_login, HTTPException: _http}


async def _to_login(request: Request, _: Exception) -> Response:
    """The login page, from which one comes back; htmx is told to leave the page."""
    here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    target = f"/console/login?next={quote(here if request.method == 'GET' else '/console/')}"
    if request.headers.get("hx-request") == "true":
        return Response(status_code=401, headers={"HX-Redirect": target})
    return RedirectResponse(target, 303)


def _wrong(word: str, status: int) -> Handler:
    async def handler(request: Request, _: Exception) -> Response:
        return _error_page(request, word, status)

    return handler


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    word = {404: "not_found", 405: "not_found", 403: "denied"}.get(error.status_code, "refused")
    return _error_page(request, word, error.status_code)


def _error_page(request: Request, word: str, status: int) -> Response:
    """What was wrong, without repeating what was sent."""
    desk: Desk = request.app.state.desk
    return public_page("error.html.j2", page_language(request), desk.zone, status=status, word=word)
