"""The API as an application of its own; its description stands at /api/v1/openapi.json."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from klimapartner.assistant.api import entries, lists, webhooks
from klimapartner.assistant.api.problems import Problem, handlers
from klimapartner.assistant.web.desk import Desk

_ABOUT = """Register, offers, outbox and dates of the call for other programs of the office.

Tokens are made by the administration in the console and have scopes: `read` (register without personal data, offers,
call), `read_personal` (contacts, evidence, participants; every read is noted), `write` (entries, webhooks), `outbox`.
Errors are problem details (RFC 9457). Webhooks are signed as standardwebhooks.com describes and hold ids only."""


def create_api(desk: Desk) -> FastAPI:
    """The API on a desk; mounted at /api/v1."""
    app = FastAPI(
        title="klimapartner", version="1", description=_ABOUT, docs_url=None, redoc_url=None, redirect_slashes=False,
        exception_handlers=handlers(),
    )  # fmt: skip
    app.state.desk = desk
    for router in (entries.router, lists.router, webhooks.router):
        app.include_router(router)
    app.openapi = lambda: _described(app)  # type: ignore[method-assign]
    return app


def _described(app: FastAPI) -> dict[str, Any]:
    """The description with the shape of a problem, which no route names as what it returns."""
    if app.openapi_schema is None:
        schema = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
        problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
        schema["components"]["schemas"] |= problem.pop("$defs", {}) | {"Problem": problem}
        app.openapi_schema = schema
    return app.openapi_schema
