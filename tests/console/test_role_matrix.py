"""Every route of the console × every role. A route that is not in the table fails, so that nobody forgets its right."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from console_desk import Console
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from httpx import Response

from klimapartner.assistant.console.app import ROUTERS, create_console
from klimapartner.assistant.console.roles import RIGHTS, Right, may
from klimapartner.assistant.web.desk import Desk
from klimapartner.storage.sessions import find_session, open_session
from klimapartner.storage.states import ROLES, Role
from klimapartner.storage.users import find_user

# For whom a route is: everybody; who gave a right password, before the second factor (half); or who has a right.
TABLE = """
everybody  GET /login, POST /login, GET /login/oidc, GET /login/oidc/callback, GET /invite, POST /invite
everybody  GET /invite/done, GET /accessibility, GET /privacy
half       GET /login/code, POST /login/code, GET /login/second-factor, POST /login/second-factor
sign_in    GET /, POST /logout, GET /account, POST /account/language, POST /account/password
sign_in    POST /account/sessions/{session_id}/end, POST /account/sessions/end, GET /account/second-factor
sign_in    POST /account/second-factor, POST /account/recovery-codes, POST /account/second-factor/off
see        GET /entries, GET /entries/{key}, POST /views, POST /views/{view_id}/drop
see        GET /messages/{message_id}, GET /messages/{message_id}/original, GET /outbox, GET /outbox/{mail_id}
see        GET /unanswered, GET /tasks, GET /chats/{chat_id}, GET /decide, GET /match, GET /events
see        GET /events/{event}/calendar, GET /messages/{message_id}/layout
edit       GET /entries/new, POST /entries/new, POST /entries/{entry_id}/fields/{name}
edit       POST /entries/{entry_id}/confirm, POST /entries/{entry_id}/status, POST /entries/{entry_id}/assign
edit       POST /entries/{entry_id}/settle, POST /entries/{entry_id}/comments, POST /entries/{entry_id}/reminders
edit       POST /entries/{entry_id}/reminders/{reminder_id}/done, POST /entries/{entry_id}/merge
edit       POST /entries/{entry_id}/merges/{merge_id}/undo, POST /entries/{entry_id}/answers/{mail_id}/adapt
edit       POST /outbox/act, POST /outbox/{mail_id}, POST /outbox/{mail_id}/act, GET /compose, POST /compose
edit       POST /unanswered/{message_id}/answer, POST /unanswered/{message_id}/done, POST /messages/{message_id}/reply
edit       POST /tasks/{task_id}/done, POST /reminders/{reminder_id}/done, POST /chats/{chat_id}/answer
edit       POST /chats/{chat_id}/end, POST /match/accept, POST /match/reject, POST /events/{event}/add
edit       POST /events/{event}/drop/{participant_id}
lead       POST /entries/{entry_id}/training, POST /entries/bulk, POST /outbox/gate, GET /export.{kind}, GET /import
lead       POST /import, GET /import/{file_id}
lead       POST /import/{file_id}, POST /events/{event}/selected, POST /events/{event}/invite
lead       GET /events/{event}/export, GET /call, POST /call/{part}, POST /call/versions/{version_id}/restore
lead       GET /log, GET /log/changes, GET /people, POST /people, POST /people/person, POST /people/export
lead       POST /people/erase, POST /people/erase/now, GET /people/erasures/{erasure_id}
lead       GET /people/erasures/{erasure_id}/certificate.txt, POST /people/erasures/{erasure_id}/retry
lead       GET /people/retention, POST /people/retention/run
admin      GET /users, POST /users, GET /users/{user_id}, POST /users/{user_id}, POST /users/{user_id}/link
admin      POST /users/{user_id}/second-factor/reset, POST /users/{user_id}/unlock, POST /users/{user_id}/sessions/end
admin      GET /log/access, GET /log/access/people
admin      GET /interfaces, POST /interfaces/tokens, POST /interfaces/tokens/{token_id}/revoke
admin      POST /interfaces/webhooks, POST /interfaces/webhooks/{webhook_id}/drop
admin      POST /interfaces/webhooks/{webhook_id}/test
"""
# What stands in the place of a path's names; 1 where nothing else is said.
NAMES = {"kind": "csv", "name": "partner", "event": "meeting", "part": "text"}
# Without these a page is asked for something that only others may do.
QUERIES = {"GET /compose": "?entry=1"}


def _table() -> dict[str, str]:
    lines = (line.split(maxsplit=1) for line in TABLE.strip().splitlines())
    return {route: group for group, routes in lines for route in routes.split(", ")}


NEEDS = _table()
FOR_STAFF = {route: right for route, right in NEEDS.items() if right in RIGHTS}


def _routes() -> Iterator[str]:
    for router in ROUTERS:
        for route in router.routes:
            assert isinstance(route, APIRoute)
            yield from (f"{method} {route.path}" for method in route.methods)


def _address(route: str) -> str:
    path = route.partition(" ")[2]
    names = {name.strip("{}"): "" for name in path.replace(".", "/").split("/") if name.startswith("{")}
    return "/console" + path.format(**{name: NAMES.get(name, "1") for name in names}) + QUERIES.get(route, "")


def _client(console: Console, role: Role | None, *, complete: bool = True) -> tuple[TestClient, str]:
    """A browser in which the user of a role is signed in, without the cost of a password; and its guard."""
    client = console.client()
    if role is None:
        return client, ""
    now, day = console.hands.now, timedelta(days=1)
    with console.session() as session:
        user = find_user(session, role)
        assert user
        token = open_session(session, user.id, agent="", complete=complete, now=now, valid=day)
        found = find_session(session, token, idle=day, now=now)
    assert found
    client.cookies.set("console", token, domain="localhost.local", path="/")
    return client, found.guard


def _send(client: TestClient, route: str, **data: str) -> Response:
    method = route.partition(" ")[0]
    return client.request(method, _address(route), data=data if method == "POST" else None, follow_redirects=False)


def test_every_route_says_whom_it_is_for() -> None:
    assert sorted(_routes()) == sorted(NEEDS), "add the new route to the table, with its right"


def test_no_route_stands_beside_the_routers(console: Console) -> None:
    app = create_console(Desk(console.work, None, None))  # type: ignore[arg-type]
    assert [route.path for route in app.routes if hasattr(route, "path")] == ["/static"]


def test_signed_out_every_page_leads_to_the_login(console: Console) -> None:
    client, _ = _client(console, None)
    answers = {route: _send(client, route) for route, group in NEEDS.items() if group != "everybody"}
    targets = {route: (a.status_code, a.headers.get("location", "").partition("?")[0]) for route, a in answers.items()}
    assert {route: said for route, said in targets.items() if said != (303, "/console/login")} == {}


@pytest.mark.parametrize("role", ROLES)
def test_a_role_opens_what_it_may_and_nothing_else(console: Console, role: Role) -> None:
    wrong = {}
    for route, right in FOR_STAFF.items():
        client, guard = _client(console, role)
        status = _send(client, route, guard=guard).status_code
        allowed = may(role, _right(right))
        if allowed != (status != 403) or status >= 500:
            wrong[route] = (right, status)
    assert wrong == {}


def _right(name: str) -> Right:
    return next(right for right in RIGHTS if right == name)


def test_no_form_is_taken_without_the_guard_of_its_session(console: Console) -> None:
    wrong = {}
    for route, right in NEEDS.items():
        if not route.startswith("POST") or right == "everybody":
            continue
        role: Role = next(role for role in ROLES if right == "half" or may(role, _right(right)))
        _, other = _client(console, role)
        for given in ({}, {"guard": ""}, {"guard": "x"}, {"guard": other}):
            client, _ = _client(console, role, complete=right != "half")
            status = _send(client, route, **given).status_code
            if status != 403:
                wrong[route, str(given)] = status
    assert wrong == {}


@pytest.mark.parametrize("role", ROLES)
def test_half_signed_in_nothing_opens(console: Console, role: Role) -> None:
    client, guard = _client(console, role, complete=False)
    answers = {route: _send(client, route, guard=guard) for route in FOR_STAFF}
    targets = {route: a.headers.get("location", "").partition("?")[0] for route, a in answers.items()}
    assert {route: target for route, target in targets.items() if target != "/console/login"} == {}
