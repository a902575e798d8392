"""A visitor's chat: opened by a random token that only the browser holds; stored is its hash, as the chat's address."""

import hashlib
import re
import secrets
import sys
from dataclasses import dataclass

from klimapartner.assistant.chat_work import answer_waiting, receive
from klimapartner.assistant.dialogue.contract import Event
from klimapartner.assistant.languages import Language
from klimapartner.assistant.staff_chat import FETCHED
from klimapartner.assistant.workplace import Workplace
from klimapartner.storage.channel_notes import set_note
from klimapartner.storage.chat_inbox import ChatUpdate
from klimapartner.storage.chats import Chat, find_chat, forget_chat, set_active

CHANNEL = "web"
LONGEST_TEXT = 4000
START_TOKEN = r"[A-Za-z0-9_-]{0,64}"
_COMMAND = re.compile(r"/(?P<name>[a-z_]{1,32})(?:\s+(?P<argument>.*))?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Visit:
    """A chat and the token that opened it."""

    chat: Chat
    token: str

    @property
    def guard(self) -> str:
        """What the page's forms bring back, so that no other page can send them (CSRF)."""
        return hashlib.sha256(f"guard:{self.token}".encode()).hexdigest()


def begin_visit(work: Workplace, language: Language, start: str = "") -> Visit:
    """Open a chat for somebody who has agreed to the notice, and let the assistant greet.

    `start` is the token of a link in a mail, which ties the chat to an entry.
    """
    token = secrets.token_urlsafe(32)
    address = _address(token)
    update, _ = receive(work, channel=CHANNEL, address=address, key=f"{address}:start", event=started(language, start))
    answer_waiting(work, chat_id=update.chat_id)
    visit = find_visit(work, token)
    assert visit is not None
    return visit


def find_visit(work: Workplace, token: str) -> Visit | None:
    """The visit that a token opens; None where there is none or it was deleted."""
    if not token:
        return None
    with work.database.reading() as session:
        chat = find_chat(session, CHANNEL, _address(token))
    return Visit(chat, token) if chat and chat.active else None


def keep(work: Workplace, visit: Visit, *, key: str, event: Event) -> ChatUpdate:
    """Store what the visitor did, once for each key, and answer it; what cannot be answered now is tried again."""
    name = f"{visit.chat.id}:{key}"
    update, _ = receive(work, channel=CHANNEL, address=visit.chat.address, key=name, event=event)
    answer_waiting(work, chat_id=update.chat_id)
    return update


def typed(text: str, language: str) -> Event:
    """The event of something that was typed: a line, or a command where it begins with a slash."""
    if command := _COMMAND.fullmatch(text.strip()):
        return Event("command", " ".join(filter(None, command.groups())), language)
    return Event("text", text, language)


def switched(language: Language) -> Event:
    """The event of a changed language."""
    return Event("command", f"language {language}", language)


def forget_visit(work: Workplace, visit: Visit) -> None:
    """Delete what was said; the token opens nothing any more."""
    now = work.clock()
    with work.database.session() as session:
        forget_chat(session, visit.chat.id, now=now)
        set_active(session, visit.chat.id, False, now=now)
        sys.audit("klimapartner.chat.forgetting")
    sys.audit("klimapartner.chat.forgotten")


def note_fetch(work: Workplace, chat_id: int) -> None:
    """Note that the browser is there and fetches."""
    now = work.clock()
    with work.database.session() as session:
        set_note(session, chat_id, FETCHED, now.isoformat(), now=now)


def started(language: Language, start: str = "") -> Event:
    """The event of a chat that begins, perhaps with the token of a link in a mail."""
    return Event("command", f"start {start}".strip(), language)


def _address(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
