"""The chat's inbox at work: updates are kept, taken in their chat's order, each answered in one transaction."""

import sys
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import structlog

from klimapartner.assistant.dialogue.contract import Event, event_json, event_of, extras_json
from klimapartner.assistant.dialogue.in_public import GROUP, converse_in_public
from klimapartner.assistant.dialogue.turn import converse
from klimapartner.assistant.errors import AssistantError
from klimapartner.assistant.languages import language_of
from klimapartner.assistant.workplace import Workplace
from klimapartner.storage.chat_inbox import (
    ChatUpdate,
    blank_update,
    fail_update,
    finish_update,
    store_update,
    take_update,
)
from klimapartner.storage.chat_lines import add_line
from klimapartner.storage.chats import Chat, get_chat, open_chat, set_active
from klimapartner.storage.engine import Session
from klimapartner.storage.states import LineState
from klimapartner.storage.tasks import add_task

RETRY_AFTER = timedelta(seconds=30)
# A browser fetches what is there; every other channel has to be called.
FETCHED_CHANNELS = {"web", "terminal"}
log = structlog.get_logger(__name__)


def receive(
    work: Workplace, *, channel: str, address: str, key: str, event: Event, origin: Mapping[str, Any] | None = None
) -> tuple[ChatUpdate, bool]:
    """Keep what came in; False where the channel had brought it before. Confirm it to the channel only after this.

    `origin` is the channel's own (which message it was): the replies have it among their extras. Whoever writes can be
    reached again.
    """
    now = work.clock()
    with work.database.session() as session:
        language = language_of(event.language.partition("-")[0])
        chat = open_chat(session, channel=channel, address=address, language=language, now=now)
        body = event_json(event) | ({"origin": dict(origin)} if origin else {})
        update, new = store_update(session, channel=channel, update_key=key, chat_id=chat.id, body=body, now=now)
        if new and not chat.active:
            set_active(session, chat.id, True, now=now)
        sys.audit("klimapartner.chat.storing")
    sys.audit("klimapartner.chat.stored")
    return update, new


def answer_waiting(work: Workplace, *, chat_id: int | None = None) -> int:
    """Answer every update that is due, of all chats or of one; returns how many were taken."""
    count = 0
    while answer_next(work, chat_id=chat_id):
        count += 1
    return count


def answer_next(work: Workplace, *, chat_id: int | None = None) -> bool:
    """Answer the next update that is due, of any chat or of one; False where none is."""
    taken: ChatUpdate | None = None
    try:
        with work.database.session() as session:
            taken = take_update(session, now=work.clock(), chat_id=chat_id)
            if taken:
                sys.audit("klimapartner.chat.taken")
                _step(session, work, taken)
                sys.audit("klimapartner.chat.answering")
        if taken:
            sys.audit("klimapartner.chat.answered")
    # One update must never stop the chat, whatever it does to us: it is tried again, and then parked.
    except Exception as error:
        if taken is None:
            raise
        foreseen = isinstance(error, AssistantError)
        log.warning("chat update failed", update=taken.id, error=type(error).__name__, exc_info=not foreseen)
        _fail(work, taken, error)
    return taken is not None


def _step(session: Session, work: Workplace, update: ChatUpdate) -> None:
    now, chat = work.clock(), get_chat(session, update.chat_id)
    event, origin = event_of(update.body), update.body.get("origin")
    # What somebody writes before others is theirs: it is answered and not kept.
    if chat.channel == GROUP:
        replies = converse_in_public(session, work.chat_office, chat, event, now=now)
        blank_update(session, update.id)
    else:
        add_line(session, chat_id=chat.id, who="person", text=event.text, extras={"kind": event.kind}, now=now)
        replies = converse(session, work.chat_office, chat, event, now=now)
    for reply in replies:
        extras = extras_json(reply) | ({"origin": origin} if origin else {})
        add_line(
            session, chat_id=chat.id, who="assistant", text=reply.text, extras=extras, update_id=update.id,
            state=_first_state(chat), now=now,
        )  # fmt: skip
    finish_update(session, update.id, now=now)


def _first_state(chat: Chat) -> LineState:
    return "sent" if chat.channel in FETCHED_CHANNELS else "queued"


def say(session: Session, chat: Chat, text: str, *, now: datetime) -> None:
    """A person of the team says something in a chat; the channel delivers it."""
    add_line(session, chat_id=chat.id, who="staff", text=text, state=_first_state(chat), now=now)


def _fail(work: Workplace, update: ChatUpdate, error: Exception) -> None:
    now = work.clock()
    with work.database.session() as session:
        reason = f"{type(error).__name__}: {error}"
        state = fail_update(session, update.id, error=reason, retry_after=RETRY_AFTER, now=now)
        if state == "parked":
            text = "Eine Chat-Nachricht war nicht verarbeitbar"
            add_task(session, kind="chat:parked", text=text, chat_id=update.chat_id, now=now)
