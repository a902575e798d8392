"""What became of a call: whether a line arrived, surely not, or perhaps. Only what surely did not is sent again."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from aiogram.exceptions import (
    AiogramError,
    ClientDecodeError,
    RestartingTelegram,
    TelegramAPIError,
    TelegramBadRequest,
    TelegramConflictError,
    TelegramEntityTooLarge,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramUnauthorizedError,
)
from aiohttp import ClientConnectorError

Kind = Literal["sent", "later", "uncertain", "gone", "moved", "refused"]
_GATEWAYS = ("502 Bad Gateway", "503 Service")
_GONE = ("chat not found", "user is deactivated", "group chat was deactivated", "peer_id_invalid")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a call led to; `wait` is Telegram's own wish (None: ours to choose), `chat_id` the new id of a moved chat.

    `text` names the error and never holds what was written.
    """

    kind: Kind
    message_id: int = 0
    text: str = ""
    wait: timedelta | None = None
    chat_id: int = 0


def outcome_of(error: AiogramError) -> Outcome:
    """What an error of aiogram means for the line."""
    name = type(error).__name__
    match error:
        case TelegramRetryAfter():
            return Outcome("later", text=name, wait=timedelta(seconds=error.retry_after))
        case TelegramMigrateToChat():
            return Outcome("moved", text=name, chat_id=error.migrate_to_chat_id)
        case TelegramForbiddenError():
            return Outcome("gone", text=error.message)
        case TelegramBadRequest() | TelegramNotFound():
            gone = any(word in error.message.lower() for word in _GONE)
            return Outcome("gone" if gone else "refused", text=error.message)
        case TelegramEntityTooLarge():
            return Outcome("refused", text=name)
        case ClientDecodeError():
            return _of_answer(error.data)
        # The bot itself is not let in, or Telegram restarts: the line is not at fault and was not taken.
        case TelegramUnauthorizedError() | TelegramConflictError() | RestartingTelegram():
            return Outcome("later", text=name)
        case TelegramAPIError() if isinstance(error.__cause__, ClientConnectorError):
            return Outcome("later", text="ClientConnectorError")
    return Outcome("uncertain", text=name)


def _of_answer(data: Any) -> Outcome:
    """An answer that aiogram cannot read: a page of a gateway, or a yes in a form that is new to it."""
    if isinstance(data, dict) and data.get("ok") is True:
        result = data.get("result")
        number = result.get("message_id", 0) if isinstance(result, dict) else 0
        return Outcome("sent", message_id=number if isinstance(number, int) else 0)
    if isinstance(data, str) and any(words in data for words in _GATEWAYS):
        return Outcome("later", text="BadGateway")
    return Outcome("uncertain", text="ClientDecodeError")
