"""Events go out to their webhooks: lent, signed, sent to one pinned address, tried again with growing pauses."""

import asyncio
import json
import ssl
from datetime import timedelta

import httpx
import structlog

from klimapartner.assistant.dispatch import pause
from klimapartner.assistant.webhooks.errors import RefusedAddress
from klimapartner.assistant.webhooks.signature import signed_headers
from klimapartner.assistant.webhooks.target import find_target
from klimapartner.assistant.workplace import Workplace
from klimapartner.storage.deliveries import (
    Delivery,
    claim_deliveries,
    drop_old_deliveries,
    has_due,
    mark_delivered,
    mark_undelivered,
    stop_webhook,
)
from klimapartner.storage.errors import LeaseLost
from klimapartner.storage.webhooks import Webhook, get_webhook

LEASE = timedelta(minutes=5)
MOST_ATTEMPTS = 12
KEPT = timedelta(days=30)
_SECONDS = 15.0
# The address says that nobody will listen there any more (RFC 9110, 15.5.11).
_GONE = 410
log = structlog.get_logger(__name__)


async def deliver_due(work: Workplace, *, trust: ssl.SSLContext | None = None) -> int:
    """Send what is due, at least once each; returns how many were tried. `trust` is for tests."""
    now = work.clock()
    with work.database.reading() as session:
        if not has_due(session, now=now):
            return 0
    with work.database.session() as session:
        drop_old_deliveries(session, ended=now - KEPT)
        claimed = claim_deliveries(session, now=now, lease=LEASE)
        hooks = {one.webhook_id: get_webhook(session, one.webhook_id) for one in claimed}
    await asyncio.gather(*(_deliver(work, hooks[one.webhook_id], one, trust) for one in claimed))
    return len(claimed)


async def _deliver(work: Workplace, hook: Webhook, delivery: Delivery, trust: ssl.SSLContext | None) -> None:
    try:
        async with asyncio.timeout(_SECONDS):
            status = await _post(work, hook, delivery, trust)
        error = "" if 200 <= status < 300 else f"Antwort {status}"
    except RefusedAddress as refused:
        status, error = 0, str(refused)
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, OSError, ValueError) as failed:
        status, error = 0, f"Nicht erreicht ({type(failed).__name__})"
    _note(work, delivery, status, error)


async def _post(work: Workplace, hook: Webhook, delivery: Delivery, trust: ssl.SSLContext | None) -> int:
    """The status that the address answers; redirects are not followed, and no body is read."""
    target = await find_target(hook.url, work.settings.api.private_hosts)
    body = json.dumps(delivery.body, separators=(",", ":")).encode()
    url = httpx.URL(hook.url)
    headers = signed_headers(hook.secret, f"kp-{delivery.id}", body, work.clock())
    headers |= {"Host": url.netloc.decode(), "Content-Type": "application/json", "User-Agent": "klimapartner"}
    async with (
        httpx.AsyncClient(
            verify=trust or ssl.create_default_context(), timeout=_SECONDS, follow_redirects=False, trust_env=False
        ) as client,
        client.stream(
            "POST", url.copy_with(host=target.address), content=body, headers=headers,
            extensions={"sni_hostname": target.host},
        ) as response,
    ):  # fmt: skip
        return response.status_code


def _note(work: Workplace, delivery: Delivery, status: int, error: str) -> None:
    now = work.clock()
    again = None if status == _GONE or delivery.attempts >= MOST_ATTEMPTS else now + pause(delivery.attempts)
    try:
        with work.database.session() as session:
            if not error:
                mark_delivered(session, delivery, now=now)
                return
            mark_undelivered(session, delivery, error=error, next_try_at=again)
            if status == _GONE:
                stop_webhook(session, delivery.webhook_id)
    except LeaseLost:
        log.warning("delivery taken over", delivery=delivery.id)
