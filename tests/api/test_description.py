"""The API keeps what its description promises: schemathesis calls the real application with all of its checks."""

import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from api_desk import token_for
from chat_desk import chat_settings
from console_desk import Console, Hands
from fastapi import FastAPI
from hypothesis import HealthCheck, settings

from klimapartner.assistant.api.app import create_api
from klimapartner.assistant.web.app import create_app
from klimapartner.assistant.workplace import open_workplace


@pytest.fixture(scope="module")
def office(filled_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    """A filled office without a limit of calls, whose token has all scopes."""
    path = tmp_path_factory.mktemp("api") / f"{secrets.token_hex(4)}.db"
    path.write_bytes(filled_sqlite.read_bytes())
    hands = Hands()
    no_limit = {"requests_per_minute": 10**9}
    with open_workplace(chat_settings(f"sqlite:///{path}", web={"port": 0}, api=no_limit), lambda: hands.now) as work:
        console = Console(work, hands, create_app(work))
        switch.app = console.app
        Token.value = token_for(console)
        yield console


class Switch:
    """The application that is called: for the description one without an office, later the filled one."""

    def __init__(self) -> None:
        self.app: Any = FastAPI()
        self.app.mount("/api/v1", create_api(None))  # type: ignore[arg-type]

    async def __call__(self, *arguments: Any) -> None:
        await self.app(*arguments)


switch = Switch()
schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", switch)


@schema.auth()
class Token:
    """Schemathesis has to know what lets it in: it also tries to get in without."""

    value = ""

    def get(self, case: Any, context: Any) -> str:
        return Token.value

    def set(self, case: Any, data: str, context: Any) -> None:
        case.headers["Authorization"] = f"Bearer {data}"


QUIET = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.function_scoped_fixture]


@schema.parametrize()
@settings(max_examples=15, deadline=None, suppress_health_check=QUIET, derandomize=True)
def test_every_operation_keeps_its_promise(case: Any, office: Console) -> None:
    case.call_and_validate()


@pytest.mark.long
@schema.parametrize()
@settings(max_examples=400, deadline=None, suppress_health_check=QUIET)
def test_every_operation_keeps_its_promise_for_long(case: Any, office: Console) -> None:
    case.call_and_validate()


def test_the_description_names_every_route_and_its_security(office: Console) -> None:
    found = office.client().get("/api/v1/openapi.json").json()
    operations = {
        f"{method} {path}": sorted(operation["responses"])
        for path, methods in found["paths"].items()
        for method, operation in methods.items()
    }
    assert operations == {
        "get /entries": ["200", "401", "403", "422", "429", "503"],
        "get /entries/{entry_id}": ["200", "401", "403", "404", "422", "429", "503"],
        "patch /entries/{entry_id}": ["200", "400", "401", "403", "404", "409", "422", "429", "503"],
        "get /offers": ["200", "401", "403", "429", "503"],
        "get /participants": ["200", "401", "403", "429", "503"],
        "get /outbox": ["200", "401", "403", "422", "429", "503"],
        "get /call": ["200", "401", "403", "429", "503"],
        "get /webhooks": ["200", "401", "403", "429", "503"],
        "post /webhooks": ["201", "400", "401", "403", "409", "422", "429", "503"],
        "get /webhooks/{webhook_id}": ["200", "401", "403", "404", "422", "429", "503"],
        "delete /webhooks/{webhook_id}": ["204", "401", "403", "404", "422", "429", "503"],
    }
    assert {op.get("security") is not None for methods in found["paths"].values() for op in methods.values()} == {True}
    assert found["servers"] == [{"url": "/api/v1"}]
