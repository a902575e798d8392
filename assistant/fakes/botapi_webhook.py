"""Webhooks: the methods that set them, and the courier that posts updates to them and repeats until it is thanked.

Source: Bot API, sections "setWebhook", "deleteWebhook", "getWebhookInfo", "WebhookInfo". As Telegram's open server does
with --local, plain http and any port are taken. Updates of one chat keep their order: the next waits for the last.
"""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass, field

import aiohttp

from klimapartner.assistant.fakes.botapi_checks import bad_request
from klimapartner.assistant.fakes.botapi_methods import Described, Method, Turn
from klimapartner.assistant.fakes.botapi_polling import end_poll, set_allowed
from klimapartner.assistant.fakes.botapi_updates import Pending
from klimapartner.assistant.fakes.botapi_values import Json
from klimapartner.assistant.fakes.botapi_world import BotState, Webhook, World

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"


def set_webhook(turn: Turn) -> Described:
    """Source: Bot API, section "setWebhook"; an empty `url` deletes it."""
    url, secret = turn.params.text("url"), turn.params.text("secret_token")
    if not url:
        return delete_webhook(turn)
    if not re.match(r"https?://[^/\s]+", url):
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    if len(secret) > 256:
        raise bad_request("secret token is too long")
    if not re.fullmatch(r"[A-Za-z0-9_-]*", secret):
        raise bad_request("secret token contains unallowed characters")
    end_poll(turn.state, "Conflict: terminated by setWebhook request")
    set_allowed(turn)
    _drop_if_asked(turn)
    turn.state.webhook = Webhook(url, secret, turn.params.number("max_connections", 40))
    return Described(True, "Webhook was set")


def delete_webhook(turn: Turn) -> Described:
    """Source: Bot API, section "deleteWebhook"."""
    _drop_if_asked(turn)
    was, turn.state.webhook = turn.state.webhook, None
    return Described(True, "Webhook was deleted" if was else "Webhook is already deleted")


def get_webhook_info(turn: Turn) -> Json:
    """Source: Bot API, sections "getWebhookInfo" and "WebhookInfo"."""
    webhook, queue = turn.state.webhook, turn.state.queue
    info: Json = {"url": "", "has_custom_certificate": False, "pending_update_count": len(queue.pending)}
    if queue.allowed is not None:
        info["allowed_updates"] = sorted(queue.allowed)
    if webhook is None:
        return info
    info |= {"url": webhook.url, "max_connections": webhook.max_connections, "ip_address": "127.0.0.1"}
    if webhook.last_error and webhook.last_error_at:
        info |= {"last_error_date": int(webhook.last_error_at.timestamp()), "last_error_message": webhook.last_error}
    return info


def _drop_if_asked(turn: Turn) -> None:
    if turn.params.truth("drop_pending_updates"):
        turn.state.queue.drop()


METHODS: dict[str, Method] = {
    "setwebhook": set_webhook,
    "deletewebhook": delete_webhook,
    "getwebhookinfo": get_webhook_info,
}


@dataclass(frozen=True, slots=True)
class Patience:
    """How long the courier waits for an answer and before the next attempt (seconds), and how often it tries."""

    answer: float = 60.0
    pause: float = 0.05
    attempts: int = 100


Reply = Callable[[BotState, Json], None]
"""Takes the call of a method that a webhook may give as its answer."""


@dataclass(slots=True)
class Courier:
    """Posts what is pending to the webhooks of all bots, one update per chat at a time."""

    world: World
    patience: Patience
    reply: Reply
    # Bot and chat of all posts on their way.
    busy: set[tuple[str, int]] = field(default_factory=set)

    async def run(self) -> None:
        """Works until cancelled."""
        loop, woken = asyncio.get_running_loop(), asyncio.Event()

        def wake() -> None:
            loop.call_soon_threadsafe(woken.set)

        timeout = aiohttp.ClientTimeout(self.patience.answer)
        with self.world.listening(wake):
            async with aiohttp.ClientSession(timeout=timeout) as session, asyncio.TaskGroup() as posts:
                while True:
                    woken.clear()
                    self._send_due(session, posts)
                    await woken.wait()

    def _send_due(self, session: aiohttp.ClientSession, posts: asyncio.TaskGroup) -> None:
        with self.world.changed:
            for state in self.world.bots.values():
                if state.webhook:
                    for update in self._due(state, state.webhook.max_connections):
                        self.busy.add((state.bot.token, update.lane))
                        posts.create_task(self._deliver(session, state, state.webhook, update))

    def _due(self, state: BotState, connections: int) -> list[Pending]:
        """The first update of each chat for which none is on its way, as far as connections are left."""
        busy = {lane for token, lane in self.busy if token == state.bot.token}
        due: list[Pending] = []
        for update in state.queue.pending:
            if len(busy) >= connections:
                break
            if update.lane not in busy:
                busy.add(update.lane)
                due.append(update)
        return due

    async def _deliver(
        self, session: aiohttp.ClientSession, state: BotState, webhook: Webhook, update: Pending
    ) -> None:
        error, answer = await _post(session, webhook, update.body)
        if error:
            await asyncio.sleep(self.patience.pause)
        with self.world.changed:
            self._note(state, webhook, update, error)
            self.busy.discard((state.bot.token, update.lane))
            self.world.touch()
        if answer.get("method"):
            self.reply(state, answer)

    def _note(self, state: BotState, webhook: Webhook, update: Pending, error: str) -> None:
        update.attempts += 1
        if error:
            webhook.last_error, webhook.last_error_at = error, self.world.clock()
        if not error or update.attempts >= self.patience.attempts:
            state.queue.done(update)


async def _post(session: aiohttp.ClientSession, webhook: Webhook, body: Json) -> tuple[str, Json]:
    """What went wrong (empty where the answer was 2xx), and the answer where it was a JSON object."""
    headers = {SECRET_HEADER: webhook.secret} if webhook.secret else {}
    try:
        async with session.post(webhook.url, json=body, headers=headers) as response:
            if not response.ok:
                return f"Wrong response from the webhook: {response.status} {response.reason}", {}
            answer = await response.json() if response.content_type == "application/json" else {}
            return "", answer if isinstance(answer, dict) else {}
    except TimeoutError:
        return "Read timeout expired", {}
    except aiohttp.ClientConnectorError:
        return "Connection refused", {}
    except (aiohttp.ClientError, ValueError) as error:
        return f"Connection closed: {error}", {}
