"""What the bot does by itself: the JobQueue's jobs. Each looks into the database for what is due, so none is lost."""

import asyncio
from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from telegram.ext import ContextTypes, JobQueue

from klimapartner.assistant.alarms import alarms_now
from klimapartner.assistant.staffbot.delivery import send_lines
from klimapartner.assistant.staffbot.desk import StaffDesk
from klimapartner.assistant.staffbot.posting import (
    post_alarms,
    post_cards,
    post_digest,
    post_entry_reminders,
    post_reminders,
    post_tasks,
)
from klimapartner.assistant.staffbot.refresh import refresh_cards
from klimapartner.assistant.workplace import Workplace
from klimapartner.storage.errors import StorageError

TICK_SECONDS = 2.0
LOOK_SECONDS = 60.0
Queue = JobQueue[Any]
Context = ContextTypes.DEFAULT_TYPE
# However late a job comes (the machine slept), it runs once.
_ONCE = {"misfire_grace_time": None, "coalesce": True}
log = structlog.get_logger(__name__)


def plan(queue: Queue, desk: StaffDesk) -> None:
    """Put the jobs into the queue: the daily ones at their hour, and all of them now, which catches up."""
    settings = desk.work.settings
    since, zone = desk.work.clock(), ZoneInfo(settings.timezone)

    async def tick(_: Context) -> None:
        await _guarded(desk, post_cards, post_tasks, post_entry_reminders)
        await _outward(desk)
        # Planned anew at the end: two of them never run side by side.
        if not desk.ending.is_set():
            queue.run_once(tick, TICK_SECONDS, job_kwargs=_ONCE)

    async def daily(_: Context) -> None:
        await _guarded(desk, post_digest, post_reminders)

    async def look(context: Context) -> None:
        # The office's clock may not be the machine's (demo), and a day may begin while the machine sleeps.
        await daily(context)
        if settings.staff_bot.alarms:
            await _guarded(desk, lambda work: _alarms(work, since))

    queue.run_once(look, 0, job_kwargs=_ONCE)
    queue.run_once(tick, 0, job_kwargs=_ONCE)
    queue.run_repeating(look, timedelta(seconds=LOOK_SECONDS), job_kwargs=_ONCE)
    queue.run_daily(daily, time(settings.staff_bot.digest_hour, tzinfo=zone), job_kwargs=_ONCE)


def _alarms(work: Workplace, since: datetime) -> int:
    return post_alarms(work, alarms_now(work, since=since))


async def _guarded(desk: StaffDesk, *posts: Callable[[Workplace], object]) -> None:
    """Each by itself: one that fails is tried again at the next turn, and stops none of the others."""
    for post in posts:
        try:
            await asyncio.to_thread(post, desk.work)
        except StorageError as error:
            log.warning("database not reachable", error=type(error).__name__)
        except Exception as error:
            log.error("staff bot cannot post", error=type(error).__name__, exc_info=True)


async def _outward(desk: StaffDesk) -> None:
    try:
        await refresh_cards(desk)
        await send_lines(desk)
    except StorageError as error:
        log.warning("database not reachable", error=type(error).__name__)
    except Exception as error:
        log.error("staff bot cannot send", error=type(error).__name__, exc_info=True)
