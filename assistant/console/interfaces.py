"""Interfaces: tokens of the API, and the addresses that are told what happens. For the administration."""

import re
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse, Response

from klimapartner.assistant.console.pages import go, page
from klimapartner.assistant.console.visit import Admin, Visit
from klimapartner.assistant.console.words import text
from klimapartner.assistant.webhooks.target import PATTERN
from klimapartner.storage.api_tokens import SCOPES, create_api_token, list_api_tokens, revoke_api_token
from klimapartner.storage.deliveries import list_deliveries
from klimapartner.storage.webhooks import EVENTS, add_webhook, drop_webhook, list_webhooks, send_test

router = APIRouter(prefix="/interfaces")
Field = Annotated[str, Form()]
Many = Annotated[list[str], Form()]
# Days that a token is valid; nothing lasts for ever.
VALID = (30, 90, 365)


@router.get("")
def interfaces(visit: Admin) -> HTMLResponse:
    """Tokens, webhooks, and the newest deliveries."""
    return _page(visit)


@router.post("/tokens")
def make_token(visit: Admin, name: Field = "", days: Field = "", scopes: Many = []) -> Response:  # noqa: B006
    """A token, which is shown on the page that follows and never again."""
    name, chosen = " ".join(name.split())[:80], [one for one in SCOPES if one in scopes]
    valid = next((one for one in VALID if str(one) == days), None)
    if not name or not chosen or valid is None:
        given = {"name": name, "scopes": chosen, "days": days}
        return _page(visit, status=422, token_problem="name" if not name else "scopes", given=given)
    now = visit.now()
    with visit.work.database.session() as session:
        _, token = create_api_token(
            session, name=name, scopes=chosen, expires_at=now + timedelta(days=valid), who=visit.who, now=now
        )
    return _page(visit, new_token=token)


@router.post("/tokens/{token_id}/revoke")
def revoke(visit: Admin, token_id: int) -> Response:
    """End a token."""
    with visit.work.database.session() as session:
        revoke_api_token(session, token_id, who=visit.who, now=visit.now())
    visit.say(text("interfaces.revoked", visit.language))
    return go("/interfaces")


@router.post("/webhooks")
def make_webhook(visit: Admin, url: Field = "", events: Many = []) -> Response:  # noqa: B006
    """An address that is told of events; its secret is shown on the page that follows and never again."""
    url, chosen = url.strip(), [one for one in EVENTS if one in events]
    if not re.fullmatch(PATTERN, url) or not chosen:
        given = {"url": url[:600], "events": chosen}
        return _page(visit, status=422, hook_problem="events" if re.fullmatch(PATTERN, url) else "url", given=given)
    with visit.work.database.session() as session:
        hook = add_webhook(session, url=url, events=chosen, who=visit.who, now=visit.now())
    return _page(visit, new_secret=hook.secret)


@router.post("/webhooks/{webhook_id}/test")
def test_webhook(visit: Admin, webhook_id: int) -> Response:
    """Send an event that says nothing."""
    with visit.work.database.session() as session:
        send_test(session, webhook_id, now=visit.now())
    visit.say(text("interfaces.test_queued", visit.language), "info")
    return go("/interfaces")


@router.post("/webhooks/{webhook_id}/drop")
def forget_webhook(visit: Admin, webhook_id: int) -> Response:
    """Tell an address nothing more."""
    with visit.work.database.session() as session:
        drop_webhook(session, webhook_id, who=visit.who, now=visit.now())
    visit.say(text("interfaces.dropped", visit.language))
    return go("/interfaces")


def _page(visit: Visit, *, status: int = 200, **more: Any) -> HTMLResponse:
    with visit.work.database.reading() as session:
        tokens, hooks, deliveries = list_api_tokens(session), list_webhooks(session), list_deliveries(session)
    values = {"new_token": "", "new_secret": "", "token_problem": "", "hook_problem": "", "given": {}} | more
    return page(
        visit, "interfaces.html.j2", status=status, tokens=tokens, hooks=hooks, deliveries=deliveries, scopes=SCOPES,
        events=EVENTS, valid=VALID, now=visit.now(), urls={hook.id: hook.url for hook in hooks},
        api=visit.work.settings.api.enabled, event_word=lambda one: text(f"interfaces.event_{one}", visit.language),
        **values,
    )  # fmt: skip
