"""The closed list: which chats are served, and where each is reached now."""

from datetime import datetime

from klimapartner.assistant.settings_staff_bot import StaffBotSettings
from klimapartner.storage.chats import OFFICE, Chat, find_chat, open_chat
from klimapartner.storage.engine import Session
from klimapartner.storage.state import get_state, set_state

_MOVED = "staffbot.moved"


def served_chats(session: Session, settings: StaffBotSettings, *, now: datetime) -> list[Chat]:
    """A chat for every number of the settings; a new one is opened."""
    return [
        open_chat(session, channel=OFFICE, address=str(number), language=settings.language, now=now)
        for number in served_numbers(session, settings)
    ]


def served_numbers(session: Session, settings: StaffBotSettings) -> list[int]:
    """The numbers of the settings, each once; of a group that became a supergroup the new one."""
    moved = _moved(session)
    return list(dict.fromkeys(moved.get(str(number), number) for number in settings.chats))


def kept_chat(session: Session, number: int) -> Chat | None:
    """The chat with this number, if it was opened."""
    return find_chat(session, OFFICE, str(number))


def note_moved(session: Session, old: int, new: int, *, now: datetime) -> None:
    """A group became a supergroup: whoever lists the old number means the new one."""
    moved = {first: new if last == old else last for first, last in _moved(session).items()}
    set_state(session, _MOVED, {**moved, str(old): new}, now=now)


def _moved(session: Session) -> dict[str, int]:
    kept = get_state(session, _MOVED)
    return {str(old): int(str(new)) for old, new in kept.items()} if isinstance(kept, dict) else {}
