"""Links from an acknowledgement into a chat: a one-time token ties the chat to the entry, and says nothing of it."""

from datetime import datetime, timedelta

from klimapartner.assistant.settings import Settings
from klimapartner.storage.engine import Session
from klimapartner.storage.state import get_state
from klimapartner.storage.tokens import issue_token, redeem_token

VALID = timedelta(days=60)
# The public bot's own name, which it learns from Telegram at its start and keeps here.
BOT_NAME = "telegram.username"
_KIND = "chat-entry"


def has_chat(settings: Settings) -> bool:
    """Whether any channel may take up an entry."""
    return bool(settings.web.chat and settings.web.public_url) or settings.telegram.mode == "intake"


def links_into_chat(session: Session, settings: Settings, entry_id: int, *, now: datetime) -> list[str]:
    """Addresses that open a chat about this entry, one for each channel that takes such data."""
    found = []
    if settings.web.chat and settings.web.public_url:
        found.append(f"{settings.web.public_url.rstrip('/')}/chat?start={_token(session, entry_id, now)}")
    bot = get_state(session, BOT_NAME)
    if settings.telegram.mode == "intake" and isinstance(bot, str) and bot:
        found.append(f"https://t.me/{bot}?start={_token(session, entry_id, now)}")
    return found


def entry_of_token(session: Session, token: str, *, now: datetime) -> int | None:
    """The entry that a token opens; None where it is unknown, used or too old."""
    subject = redeem_token(session, kind=_KIND, token=token, now=now)
    return None if subject is None else int(subject)


def _token(session: Session, entry_id: int, now: datetime) -> str:
    return issue_token(session, kind=_KIND, subject=str(entry_id), now=now, valid=VALID)
