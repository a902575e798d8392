"""Stored mails are claimed with a lease, read and handled; what fails again and again becomes a dead letter."""

import os
import secrets
import socket
import sys
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import structlog

from klimapartner.assistant.dead_letters import fetch_anew
from klimapartner.assistant.errors import AssistantError
from klimapartner.assistant.heartbeat import beating
from klimapartner.assistant.intake import Handled, Office, handle, read_stored
from klimapartner.assistant.unfetched import is_placeholder
from klimapartner.assistant.workplace import Workplace
from klimapartner.storage.errors import DatabaseUnavailable, LeaseLost
from klimapartner.storage.leases import claim_messages, fail_message, finish_message, keep_messages
from klimapartner.storage.messages import StoredMessage
from klimapartner.storage.tasks import add_task

LEASE = timedelta(minutes=2)
BEAT_SECONDS = 30.0
# Work that has not ended by then hangs: what is lent goes to others, and after some attempts to the dead letters.
LONGEST_WORK = timedelta(minutes=30)
RETRY_AFTER = timedelta(minutes=1)
BATCH = 10
# Containers may share a host's name and all have the process number 1.
_MARK = secrets.token_hex(4)
log = structlog.get_logger(__name__)


def owner() -> str:
    """A name for this process among all that work on the same database."""
    return f"{socket.gethostname()}-{_MARK}:{os.getpid()}"


def read_waiting(work: Workplace, done: Callable[[Handled], None] = lambda handled: None) -> int:
    """Handle every stored mail that waits; returns how many were claimed."""
    count = 0
    while batch := _claim(work):
        sys.audit("klimapartner.read.claimed")
        count += len(batch)
        _handle_all(work, batch, done)
    return count


def _claim(work: Workplace) -> list[StoredMessage]:
    with work.database.session() as session:
        return claim_messages(session, owner=owner(), now=work.clock(), lease=LEASE, limit=BATCH)


def _handle_all(work: Workplace, batch: Sequence[StoredMessage], done: Callable[[Handled], None]) -> None:
    ids, since = [stored.id for stored in batch], work.clock()
    with beating(lambda: _keep(work, ids, since), BEAT_SECONDS):
        for stored in batch:
            if handled := _guarded(work, stored):
                done(handled)


def _keep(work: Workplace, ids: Sequence[int], since: datetime) -> None:
    now = work.clock()
    if now - since < LONGEST_WORK:
        with work.database.session() as session:
            keep_messages(session, ids, owner=owner(), now=now, lease=LEASE)


def _guarded(work: Workplace, stored: StoredMessage) -> Handled | None:
    try:
        return _one(work, stored)
    except LeaseLost:
        return None
    # No fault of the mail: its lease runs out, and it is read again.
    except DatabaseUnavailable:
        raise
    # One mail must never stop the intake, whatever it does to us: it is tried again, and then kept as a dead letter.
    except Exception as error:
        log.warning(
            "message failed",
            message=stored.id,
            error=type(error).__name__,
            exc_info=not isinstance(error, AssistantError),
        )
        _fail(work, stored, error)
        return None


def _one(work: Workplace, stored: StoredMessage) -> Handled | None:
    if is_placeholder(stored):
        _fetch_anew(work, stored)
        return None
    with work.database.reading() as session:
        office: Office = work.office_of(session, stored.mailbox)
        mail = read_stored(session, office, stored)
    sys.audit("klimapartner.read.read")
    with work.database.session() as session:
        handled = handle(session, office, stored, mail, now=work.clock())
        finish_message(session, stored.id, owner=owner(), now=work.clock(), reason=handled.reason)
        sys.audit("klimapartner.read.finishing")
    sys.audit("klimapartner.read.finished")
    return handled


def _fetch_anew(work: Workplace, stored: StoredMessage) -> None:
    with work.database.session() as session:
        finish_message(session, stored.id, owner=owner(), now=work.clock(), reason=fetch_anew(session, stored))


def _fail(work: Workplace, stored: StoredMessage, error: Exception) -> None:
    now, reason = work.clock(), f"{type(error).__name__}: {error}"[:500]
    with work.database.session() as session:
        state = fail_message(session, stored.id, owner=owner(), now=now, reason=reason, retry_after=RETRY_AFTER)
        if state == "dead":
            add_task(
                session,
                kind="deadletter",
                text=f"Nachricht nicht verarbeitbar: {reason}",
                message_id=stored.id,
                now=now,
            )
