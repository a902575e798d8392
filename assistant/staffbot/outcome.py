"""What an error of python-telegram-bot means for a call: surely not done, perhaps done, or never to be done."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

import httpx
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

Kind = Literal["sent", "later", "uncertain", "gone", "moved", "refused"]
_NOT_BEGUN = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_GONE = ("chat not found", "user is deactivated", "group chat was deactivated", "peer_id_invalid")
_AS_IT_IS = "not modified"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a call led to; `wait` is Telegram's own wish, `chat_id` a moved chat's new number."""

    kind: Kind
    message_id: int = 0
    text: str = ""
    wait: timedelta | None = None
    chat_id: int = 0


def outcome_of(error: TelegramError) -> Outcome:
    """What an error means. BadRequest and TimedOut are kinds of NetworkError in this library: the order counts."""
    name = type(error).__name__
    match error:
        case RetryAfter():
            return Outcome("later", text=name, wait=_seconds(error.retry_after))
        case ChatMigrated():
            return Outcome("moved", text=name, chat_id=error.new_chat_id)
        case Forbidden():
            return Outcome("gone", text=error.message)
        case BadRequest():
            return _bad_request(error.message)
        # The bot itself is not let in: the line is not at fault and was not taken.
        case InvalidToken() | Conflict():
            return Outcome("later", text=name)
        case TimedOut() | NetworkError():
            return _network(error)
    return Outcome("uncertain", text=name)


def _bad_request(message: str) -> Outcome:
    low = message.lower()
    if _AS_IT_IS in low:
        return Outcome("sent", text=message)
    return Outcome("gone" if any(word in low for word in _GONE) else "refused", text=message)


def _network(error: NetworkError) -> Outcome:
    not_taken = isinstance(error.__cause__, _NOT_BEGUN) or "Bad Gateway" in error.message
    return Outcome("later" if not_taken else "uncertain", text=type(error).__name__)


def _seconds(wait: int | timedelta) -> timedelta:
    return wait if isinstance(wait, timedelta) else timedelta(seconds=wait)
