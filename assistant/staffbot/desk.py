"""What all parts of the bot for staff share while it runs."""

import asyncio
import secrets
from dataclasses import dataclass, field

from telegram import Bot

from klimapartner.assistant.reading_work import owner
from klimapartner.assistant.workplace import Workplace


@dataclass
class StaffDesk:
    """The workplace, the client, and whether the end has come; `owner` names this run among all processes.

    One card is edited at a time (`editing`), lest a press and a job do the same twice.
    Before `quiet_until` (the event loop's clock) no card is edited: Telegram asked for it.
    """

    work: Workplace
    bot: Bot
    ending: asyncio.Event = field(default_factory=asyncio.Event)
    editing: asyncio.Lock = field(default_factory=asyncio.Lock)
    quiet_until: float = 0.0
    owner: str = field(default_factory=lambda: f"{owner()}:{secrets.token_hex(4)}")

    async def rest(self, seconds: float) -> None:
        """Wait, but not beyond the end."""
        try:
            await asyncio.wait_for(self.ending.wait(), seconds)
        except TimeoutError:
            return
