"""Errors as problem details (RFC 9457): what was wrong, without repeating what was sent."""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.routing import compile_path

from klimapartner.assistant.errors import AssistantError
from klimapartner.storage.errors import Conflict, DatabaseUnavailable, NotFound, Refused, StorageError, WrongState

MEDIA_TYPE = "application/problem+json"
_STATUS: Mapping[type[Exception], int] = {
    NotFound: 404, Conflict: 409, WrongState: 409, Refused: 409, DatabaseUnavailable: 503, StorageError: 409,
    AssistantError: 409,
}  # fmt: skip
Handler = Callable[[Request, Any], Coroutine[Any, Any, Response]]


class InvalidPart(BaseModel):
    """A part of a request that is not as described; `pointer` leads to it."""

    pointer: str
    detail: str


class Problem(BaseModel):
    """What was wrong (RFC 9457)."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str = ""
    errors: list[InvalidPart] = []


def documented(*codes: int) -> dict[int | str, dict[str, Any]]:
    """The responses of a route in the description of the API."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {code: {"description": HTTPStatus(code).phrase, "content": content} for code in codes}


def problem(
    status: int, detail: str = "", headers: Mapping[str, str] | None = None, errors: Sequence[InvalidPart] = ()
) -> Response:
    """The answer to a request that cannot be met."""
    body = Problem(title=HTTPStatus(status).phrase, status=status, detail=detail, errors=list(errors))
    return JSONResponse(body.model_dump(), status, headers, MEDIA_TYPE)


def handlers() -> dict[int | type[Exception], Handler]:
    """How each kind of error is told."""
    found: dict[int | type[Exception], Handler] = {kind: _told(status) for kind, status in _STATUS.items()}
    return found | {HTTPException: _http, RequestValidationError: _invalid}


def _told(status: int) -> Handler:
    async def handler(_: Request, error: Exception) -> Response:
        return problem(status, "" if status == 503 else str(error))

    return handler


async def _http(request: Request, error: HTTPException) -> Response:
    phrase, headers = HTTPStatus(error.status_code).phrase, dict(error.headers or {})
    if error.status_code == 405:
        headers["Allow"] = ", ".join(sorted(_methods(request)))
    return problem(error.status_code, "" if error.detail == phrase else str(error.detail), headers)


def _methods(request: Request) -> set[str]:
    """What a path takes, by the description; each route alone knows its own methods only."""
    path = str(request.scope["path"]).removeprefix(request.scope.get("root_path", ""))
    described: dict[str, dict[str, Any]] = request.app.openapi()["paths"]
    return {
        method.upper() for known, methods in described.items() if compile_path(known)[0].match(path)
        for method in methods
    } or {"GET"}  # fmt: skip


async def _invalid(_: Request, error: RequestValidationError) -> Response:
    parts = [InvalidPart(pointer="/".join(("#", *map(str, one["loc"]))), detail=one["msg"]) for one in error.errors()]
    return problem(422, "The request is not as described.", errors=parts[:20])
