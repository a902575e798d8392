"""The FastAPI application: safety headers, health, web chat; further routers (the console) join it here."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import structlog
from fastapi import FastAPI
from fastapi.exception_handlers import http_exception_handler
from fastapi.exceptions import RequestValidationError
from fastapi.responses import PlainTextResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request

from klimapartner.assistant.api.app import create_api
from klimapartner.assistant.api.problems import problem
from klimapartner.assistant.chat_work import answer_waiting
from klimapartner.assistant.console.app import LARGER_BODIES, create_console
from klimapartner.assistant.web import assets, chat_page, health
from klimapartner.assistant.web.chat_api import chat_api
from klimapartner.assistant.web.desk import Desk
from klimapartner.assistant.web.headers import SafeHeaders
from klimapartner.assistant.web.limits import Limiter
from klimapartner.assistant.workplace import Workplace
from klimapartner.storage.chat_inbox import count_waiting
from klimapartner.storage.errors import StorageError

LOOK_SECONDS = 2.0
API = "/api/v1"
log = structlog.get_logger(__name__)


def create_app(work: Workplace, stop: threading.Event | None = None) -> FastAPI:
    """The application on a workplace; `stop` ends its streams before the server waits for them."""
    web = work.settings.web
    handlers: dict[int | type[Exception], Any] = {RequestValidationError: _wrong, HTTPException: _nowhere}
    app = FastAPI(openapi_url=None, lifespan=_lifespan, exception_handlers=handlers)
    app.state.desk = Desk(work, Limiter(work.clock), stop or threading.Event())
    app.add_middleware(SafeHeaders, https=web.public_url.startswith("https:"), larger=LARGER_BODIES)
    app.include_router(health.router)
    if web.chat:
        app.include_router(assets.router)
        app.mount("/chat/api", chat_api(app.state.desk))
        app.include_router(chat_page.router)
    if work.settings.api.enabled:
        app.mount(API, create_api(app.state.desk))
    if work.settings.console.enabled:
        app.mount("/console", create_console(app.state.desk))
        app.add_api_route("/", lambda: RedirectResponse("/console/", 303), include_in_schema=False)
    return app


async def _wrong(_: Request, __: Exception) -> Response:
    """A form of ours is never wrong in this way, and what was sent is not sent back."""
    return PlainTextResponse("Bad request", 400)


async def _nowhere(request: Request, error: Exception) -> Response:
    """A path with a line break reaches none of the applications; below the API it is told as the API tells it."""
    assert isinstance(error, HTTPException)
    if request.url.path.startswith(f"{API}/"):
        return problem(error.status_code)
    return await http_exception_handler(request, error)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    desk: Desk = app.state.desk
    task = asyncio.create_task(_answer_again(desk)) if desk.work.settings.web.chat else None
    yield
    if task:
        task.cancel()


async def _answer_again(desk: Desk) -> None:
    """Answer what was stored and not answered: after a restart, or when the first try failed."""
    await run_in_threadpool(_warm_up, desk)
    while not desk.stop.is_set():
        try:
            await run_in_threadpool(_answer, desk.work)
        except StorageError as error:
            log.warning("database not reachable", part="web", error=type(error).__name__)
        await asyncio.sleep(LOOK_SECONDS)


def _warm_up(desk: Desk) -> None:
    """Load the reader before the first visitor has to wait for it."""
    if desk.ready:
        desk.work.chat_office.reader.ask("?")


def _answer(work: Workplace) -> None:
    with work.database.reading() as session:
        waiting = count_waiting(session)
    if waiting:
        answer_waiting(work)
