"""Addresses that are told what happens."""

from typing import Any

from fastapi import APIRouter

from klimapartner.assistant.api.caller import Writes
from klimapartner.assistant.api.models import Id, NewWebhook, WebhookIn, WebhookList, WebhookOut
from klimapartner.assistant.api.problems import documented
from klimapartner.storage.webhooks import Webhook, add_webhook, drop_webhook, get_webhook
from klimapartner.storage.webhooks import list_webhooks as stored_webhooks

router = APIRouter(prefix="/webhooks", tags=["webhooks"])


@router.get("", responses=documented(401, 403, 429, 503))
def list_webhooks(caller: Writes) -> WebhookList:
    """All webhooks."""
    with caller.work.database.reading() as session:
        return WebhookList(items=[WebhookOut(**_plain(one)) for one in stored_webhooks(session)])


@router.post("", status_code=201, responses=documented(400, 401, 403, 409, 422, 429, 503))
def create_webhook(caller: Writes, wanted: WebhookIn) -> NewWebhook:
    """Tell an address of events from now on."""
    with caller.work.database.session() as session:
        hook = add_webhook(session, url=wanted.url, events=wanted.events, who=caller.who, now=caller.now())
    return NewWebhook(secret=hook.secret, **_plain(hook))


@router.get("/{webhook_id}", responses=documented(401, 403, 404, 422, 429, 503))
def read_webhook(caller: Writes, webhook_id: Id) -> WebhookOut:
    """One webhook."""
    with caller.work.database.reading() as session:
        return WebhookOut(**_plain(get_webhook(session, webhook_id)))


@router.delete("/{webhook_id}", status_code=204, responses=documented(401, 403, 404, 422, 429, 503))
def delete_webhook(caller: Writes, webhook_id: Id) -> None:
    """Tell an address nothing more."""
    with caller.work.database.session() as session:
        drop_webhook(session, webhook_id, who=caller.who, now=caller.now())


def _plain(hook: Webhook) -> dict[str, Any]:
    return {"id": hook.id, "url": hook.url, "events": list(hook.events), "active": hook.active,
            "created_at": hook.created_at}  # fmt: skip
