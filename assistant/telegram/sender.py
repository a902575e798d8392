"""The way out: queued lines of Telegram's chats, many chats at once, of each the first line only."""

import asyncio
from datetime import timedelta

import structlog

from klimapartner.assistant.telegram.budget import Budget
from klimapartner.assistant.telegram.channels import CHANNELS
from klimapartner.assistant.telegram.delivery import deliver
from klimapartner.assistant.telegram.desk import Desk
from klimapartner.storage.chat_lines import ChatLine, claim_lines, expire_lines
from klimapartner.storage.errors import StorageError
from klimapartner.storage.tasks import add_task

AT_ONCE = 30
IDLE_SECONDS = 1.0
FAULT_SECONDS = 5.0
_AT_END_SECONDS = 7.0
_LEASE = timedelta(minutes=1)
_LOST = "Unklar, ob eine Chat-Antwort angekommen ist: das sendende Programm ist dabei beendet worden"
log = structlog.get_logger(__name__)


async def send_lines(desk: Desk) -> None:
    """Send what is queued until the bot ends; what is under way is brought to its end."""
    budget, running = Budget(desk.work.settings.telegram.messages_per_second), set[asyncio.Task[None]]()
    while not desk.ending.is_set():
        lines = await _claim(desk, AT_ONCE - len(running))
        for line in lines:
            task = asyncio.create_task(deliver(desk, budget, line))
            running.add(task)
            task.add_done_callback(running.discard)
            task.add_done_callback(lambda _: desk.to_send.set())
        if not lines:
            await desk.rest(desk.to_send, IDLE_SECONDS)
    if running:
        _, late = await asyncio.wait(running, timeout=_AT_END_SECONDS)
        # What Telegram has not answered by then stays "sending", and becomes uncertain.
        for task in late:
            task.cancel()


async def _claim(desk: Desk, free: int) -> list[ChatLine]:
    if free <= 0:
        return []
    try:
        return await asyncio.to_thread(_claimed, desk, free)
    except StorageError as error:
        log.warning("lines cannot be fetched", error=type(error).__name__)
        await desk.rest(asyncio.Event(), FAULT_SECONDS)
        return []


def _claimed(desk: Desk, free: int) -> list[ChatLine]:
    now, found = desk.work.clock(), list[ChatLine]()
    with desk.work.database.session() as session:
        for channel in CHANNELS:
            # Here with the same `now`: claiming must not find lost ones that nobody is told of.
            for line in expire_lines(session, channel=channel, now=now):
                add_task(session, kind="chat:uncertain", text=_LOST, chat_id=line.chat_id, now=now)
            found += claim_lines(
                session, channel=channel, owner=desk.owner, now=now, lease=_LEASE, limit=free - len(found)
            )
    return found
