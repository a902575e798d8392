"""Stored mails are claimed with a lease, read and handled; what fails again and again becomes a dead letter."""

import os
import socket
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta

import structlog

from klimapartner.assistant.dead_letters import fetch_anew
from klimapartner.assistant.errors import AssistantError
from klimapartner.assistant.intake import Handled, Office, handle, read_stored
from klimapartner.assistant.unfetched import is_placeholder
from klimapartner.assistant.workplace import Workplace
from klimapartner.storage.errors import LeaseLost
from klimapartner.storage.leases import claim_messages, fail_message, finish_message
from klimapartner.storage.messages import StoredMessage
from klimapartner.storage.tasks import add_task

LEASE = timedelta(minutes=5)
RETRY_AFTER = timedelta(minutes=1)
BATCH = 10
log = structlog.get_logger(__name__)


def owner() -> str:
    """A name for this process among all that work on the same database."""
    return f"{socket.gethostname()}:{os.getpid()}"


def read_waiting(work: Workplace, done: Callable[[Handled], None] = lambda handled: None) -> int:
    """Handle every stored mail that waits; returns how many were claimed."""
    count = 0
    for stored in _claimed(work):
        count += 1
        if handled := _guarded(work, stored):
            done(handled)
    return count


def _claimed(work: Workplace) -> Iterator[StoredMessage]:
    while True:
        with work.database.session() as session:
            batch = claim_messages(session, owner=owner(), now=work.clock(), lease=LEASE, limit=BATCH)
        if not batch:
            return
        sys.audit("klimapartner.read.claimed")
        yield from batch


def _guarded(work: Workplace, stored: StoredMessage) -> Handled | None:
    try:
        return _one(work, stored)
    except LeaseLost:
        return None
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
    office: Office = work.office(stored.mailbox)
    with work.database.reading() as session:
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
