"""When the bot last heard of Telegram: for alarms and doctor, without aiogram, which takes seconds to load."""

from datetime import datetime, timedelta

from klimapartner.assistant.errors import AssistantError
from klimapartner.storage.engine import Session
from klimapartner.storage.state import get_state

PART = "bots:public"
HEARD = "telegram.heard_at"
DEAF_AFTER = timedelta(minutes=5)


class TelegramError(AssistantError):
    """The bot cannot work with these settings."""


def heard_at(session: Session) -> datetime | None:
    """When Telegram last answered the bot, None for never."""
    kept = get_state(session, HEARD)
    return datetime.fromisoformat(kept) if isinstance(kept, str) else None
