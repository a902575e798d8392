"""Long polling. Source: Bot API, section "getUpdates"; the conflicts in the words of Telegram's open server."""

import asyncio
from contextlib import suppress

from klimapartner.assistant.fakes.botapi_methods import Turn
from klimapartner.assistant.fakes.botapi_values import Json, Refused
from klimapartner.assistant.fakes.botapi_world import BotState, Poll, World

OTHER_POLLER = (
    "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
)  # fmt: skip
WEBHOOK_ACTIVE = (
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)
LONGEST_POLL = 50
"""Seconds, whatever the client asks for."""


async def get_updates(turn: Turn) -> list[Json]:
    """The updates from `offset` on, at once or as soon as there are any within `timeout` seconds.

    Raises:
        Refused: 409, where a webhook is set, or where another poll begins meanwhile: the newer one goes on.
    """
    poll = _begin(turn)
    loop, woken = asyncio.get_running_loop(), asyncio.Event()

    def wake() -> None:
        loop.call_soon_threadsafe(woken.set)

    try:
        with turn.world.listening(wake):
            return await _wait(turn, poll, woken)
    finally:
        _end(turn.world, turn.state, poll)


def end_poll(state: BotState, description: str) -> None:
    """Ends the poll that waits, if any, with 409."""
    if state.poll:
        state.poll.refusal = Refused(409, description)


def set_allowed(turn: Turn) -> None:
    """Keeps `allowed_updates` for updates that come from now on; where it is missing, the earlier wish stays."""
    kinds = turn.params.structure("allowed_updates")
    if kinds is not None:
        turn.state.queue.allowed = frozenset(kinds) or None


def _begin(turn: Turn) -> Poll:
    with turn.world.changed:
        if turn.state.webhook:
            raise Refused(409, WEBHOOK_ACTIVE)
        end_poll(turn.state, OTHER_POLLER)
        turn.state.poll = Poll()
        set_allowed(turn)
        turn.state.queue.confirm(turn.params.number("offset", 0))
        turn.world.touch()
        return turn.state.poll


def _end(world: World, state: BotState, poll: Poll) -> None:
    with world.changed:
        if state.poll is poll:
            state.poll = None
            world.touch()


async def _wait(turn: Turn, poll: Poll, woken: asyncio.Event) -> list[Json]:
    loop = asyncio.get_running_loop()
    end = loop.time() + min(turn.params.number("timeout", 0), LONGEST_POLL)
    limit = max(1, min(turn.params.number("limit", 100), 100))
    while True:
        woken.clear()
        with turn.world.changed:
            if poll.refusal:
                raise poll.refusal
            batch = turn.state.queue.batch(limit)
        left = end - loop.time()
        if batch or left <= 0:
            return batch
        # Not wait_for: in Python 3.11 it may swallow the cancellation that a client's hanging up is.
        with suppress(TimeoutError):
            async with asyncio.timeout(left):
                await woken.wait()
