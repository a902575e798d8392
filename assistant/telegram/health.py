"""The running bot notes that it hears, and what is wrong."""

import asyncio
from datetime import timedelta

import structlog

from klimapartner.assistant.telegram.desk import Desk
from klimapartner.assistant.telegram.hearing import HEARD, PART, heard_at
from klimapartner.assistant.trouble import clear_trouble, note_trouble
from klimapartner.storage.errors import StorageError
from klimapartner.storage.state import set_state

_EVERY = timedelta(seconds=20)
log = structlog.get_logger(__name__)


async def note_well(desk: Desk) -> None:
    """Note, a few times a minute, that Telegram answered; what was wrong is over."""
    try:
        await asyncio.to_thread(_note_well, desk)
    except StorageError as error:
        log.warning("state not noted", error=type(error).__name__)


async def note_wrong(desk: Desk, text: str) -> None:
    """Keep what is wrong for doctor and alarms; `text` names no person."""
    try:
        await asyncio.to_thread(_note_wrong, desk, text)
    except StorageError as error:
        log.warning("state not noted", error=type(error).__name__)


def _note_well(desk: Desk) -> None:
    now = desk.work.clock()
    with desk.work.database.reading() as session:
        last = heard_at(session)
    if last is not None and last <= now < last + _EVERY:
        return
    with desk.work.database.session() as session:
        set_state(session, HEARD, now.isoformat(), now=now)
        clear_trouble(session, PART, now=now)


def _note_wrong(desk: Desk, text: str) -> None:
    with desk.work.database.session() as session:
        note_trouble(session, PART, text, now=desk.work.clock())
