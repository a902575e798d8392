"""What the web chat's routes share: the workplace, the limits, and whether the chat may be used."""

import threading
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import Depends
from starlette.requests import Request

from klimapartner.assistant.languages import Language
from klimapartner.assistant.web.chat_session import LONGEST_TEXT
from klimapartner.assistant.web.chat_view import LineView, views_after
from klimapartner.assistant.web.limits import Limiter
from klimapartner.assistant.web.origins import peer
from klimapartner.assistant.web.streams import Streams
from klimapartner.assistant.web.texts import words
from klimapartner.assistant.workplace import Workplace

# Many offices reach us from one address: the limit for an address is that much higher than that for a chat.
_PER_ADDRESS = 10


@dataclass(frozen=True)
class Desk:
    """`stop` is set when the service ends, so that streams end with it."""

    work: Workplace
    limiter: Limiter
    stop: threading.Event
    streams: Streams = field(default_factory=Streams)

    @property
    def ready(self) -> bool:
        """Whether the chat may be used: nothing is taken in before it is said who is responsible for the data."""
        return self.work.settings.web.chat and self.work.settings.controller.complete

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.work.settings.timezone)

    def now(self) -> datetime:
        """The office's wall clock."""
        return self.work.clock().astimezone(self.zone)

    def views(self, chat_id: int, after: int = 0) -> list[LineView]:
        """The chat's lines with ids above `after`."""
        with self.work.database.reading() as session:
            return views_after(session, chat_id, after, self.zone)

    def wait(self, request: Request, chat_id: int | None = None) -> int:
        """Count one more message of this visitor: seconds to wait, 0 where it is allowed."""
        web = self.work.settings.web
        most, address = web.messages_per_minute, peer(request, web)
        if chat_id is None:
            return self.limiter.wait(f"new:{address}", most)
        return self.limiter.wait(f"address:{address}", most * _PER_ADDRESS) or self.limiter.wait(
            f"chat:{chat_id}", most
        )

    def notice(self, language: Language) -> list[str]:
        """What is said before the first message, a paragraph each."""
        said, settings = words("chat", language), self.work.settings
        stored = said["consent_data"].format(days=settings.chat.transcript_days)
        return [said["consent_machine"], stored, said["consent_controller"].format(name=settings.controller.name)]


def problem_with(text: str) -> str:
    """What is wrong with a message, as the key of its words; '' where nothing is."""
    if not text.strip():
        return "empty"
    return "too_long" if len(text) > LONGEST_TEXT else ""


def _desk(request: Request) -> Desk:
    desk = request.app.state.desk
    assert isinstance(desk, Desk)
    return desk


TheDesk = Annotated[Desk, Depends(_desk)]
