"""What staff write and press: handled before it is confirmed, so that nothing is lost when the process dies.

The library's own poller confirms an update while it is still being handled. Here the offset moves on only afterwards;
an update that Telegram brings again after a crash finds its step done and says so. One that kills the process is left
out after a few tries.
"""

import asyncio
import sys

import structlog
from telegram import Update
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from klimapartner.assistant.staffbot.desk import StaffDesk
from klimapartner.assistant.staffbot.health import note_wrong
from klimapartner.assistant.staffbot.talk import App
from klimapartner.storage.engine import Session
from klimapartner.storage.errors import StorageError
from klimapartner.storage.state import get_state, set_state

POLL_SECONDS = 10
READ_SECONDS = POLL_SECONDS + 20.0
MOST_TRIES = 3
UPDATES = [Update.MESSAGE, Update.CALLBACK_QUERY]
_TRIED = "staff_bot.tried"
_LONGEST_PAUSE = 30.0
log = structlog.get_logger(__name__)


async def hear(app: App, desk: StaffDesk) -> None:
    """Fetch and handle updates one after the other until the bot ends."""
    offset, pause = 0, 1.0
    while not desk.ending.is_set():
        try:
            updates = await _fetch(app, desk, offset)
        except TelegramError as error:
            pause = await _wait_after(desk, error, pause)
            continue
        pause = 1.0
        for update in updates:
            if not await take_in(app, desk, update):
                break
            offset = update.update_id + 1


async def _fetch(app: App, desk: StaffDesk, offset: int) -> tuple[Update, ...]:
    """The next updates; nothing where the bot ends meanwhile: what was not confirmed comes again."""
    asked = asyncio.ensure_future(
        app.bot.get_updates(
            offset=offset or None, timeout=POLL_SECONDS, read_timeout=READ_SECONDS, allowed_updates=UPDATES
        )
    )
    ended = asyncio.ensure_future(desk.ending.wait())
    await asyncio.wait({asked, ended}, return_when=asyncio.FIRST_COMPLETED)
    ended.cancel()
    if not asked.done():
        asked.cancel()
        return ()
    return tuple(asked.result())


async def take_in(app: App, desk: StaffDesk, update: Update) -> bool:
    """Handle one update; False where it has to come again, since the database is away."""
    try:
        if not await asyncio.to_thread(_may_try, desk, update.update_id):
            log.error("staff update left out", update=update.update_id)
            return True
    except StorageError as error:
        log.warning("staff update waits", error=type(error).__name__)
        await desk.rest(1.0)
        return False
    sys.audit("klimapartner.press.heard")
    await app.process_update(update)
    sys.audit("klimapartner.press.handled")
    return True


def _may_try(desk: StaffDesk, update_id: int) -> bool:
    with desk.work.database.session() as session:
        return _tries(session, desk, update_id) <= MOST_TRIES


def _tries(session: Session, desk: StaffDesk, update_id: int) -> int:
    """How often this update was begun, this time included; only the last one is kept."""
    kept = get_state(session, _TRIED, {})
    known = int(kept["count"]) if isinstance(kept, dict) and kept.get("update") == update_id else 0
    set_state(session, _TRIED, {"update": update_id, "count": known + 1}, now=desk.work.clock())
    return known + 1


async def _wait_after(desk: StaffDesk, error: TelegramError, pause: float) -> float:
    """Note what is wrong, wait, and say how long to wait the next time."""
    log.warning("staff bot does not hear", error=type(error).__name__)
    if isinstance(error, Conflict):
        note_wrong(desk.work, "Ein anderes Programm fragt Telegram mit demselben Token ab (409)")
    elif isinstance(error, InvalidToken):
        note_wrong(desk.work, "Telegram kennt den Token nicht mehr (401); bitte staff_bot.token prüfen")
    await desk.rest(_asked(error) if isinstance(error, RetryAfter) else pause)
    return min(pause * 2, _LONGEST_PAUSE)


def _asked(error: RetryAfter) -> float:
    """The seconds that Telegram asks for."""
    wait = error.retry_after
    return float(wait.total_seconds() if hasattr(wait, "total_seconds") else wait)
