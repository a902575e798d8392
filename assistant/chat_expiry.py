"""What chats promise about their transcripts: after `chat.transcript_days` they are deleted."""

from datetime import datetime, timedelta

import structlog

from klimapartner.assistant.workplace import Workplace
from klimapartner.storage.chat_expiry import Forgotten, forget_old
from klimapartner.storage.state import get_state, set_state

EVERY = timedelta(hours=6)
_LAST = "chats.forgotten"
log = structlog.get_logger(__name__)


def forget_old_chats(work: Workplace) -> Forgotten:
    """Delete what was said longer ago than promised."""
    now = work.clock()
    with work.database.session() as session:
        done = forget_old(session, before=now - timedelta(days=work.settings.chat.transcript_days))
        set_state(session, _LAST, now.isoformat(), now=now)
    if done.lines or done.chats:
        log.info("old chats forgotten", lines=done.lines, chats=done.chats)
    return done


def forget_when_due(work: Workplace) -> bool:
    """The same, at most every six hours; whether it was time."""
    with work.database.reading() as session:
        last = get_state(session, _LAST)
    due = not isinstance(last, str) or work.clock() - datetime.fromisoformat(last) >= EVERY
    if due:
        forget_old_chats(work)
    return due
