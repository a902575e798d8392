"""The outbox goes out: claimed with a lease, marked before the last byte of the mail, marked after the answer to it."""

import sys
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from klimapartner.assistant.clock import Clock
from klimapartner.assistant.invitations import INVITE, with_link
from klimapartner.assistant.letters.sending import LETTER, TEST
from klimapartner.assistant.reading_work import owner
from klimapartner.assistant.servers import login_of, server_of
from klimapartner.assistant.settings import MailboxSettings, Settings
from klimapartner.mailbox.compose import compose
from klimapartner.mailbox.header_writer import UnusableAddress
from klimapartner.mailbox.message import Address
from klimapartner.mailbox.smtp import Outcome, send
from klimapartner.storage.engine import Database, Session
from klimapartner.storage.errors import LeaseLost, WrongState
from klimapartner.storage.outbox import (
    OutboxMail,
    begin_try,
    claim_due,
    expire_sending,
    mark_failed,
    mark_retry,
    mark_sending,
    mark_sent,
    mark_uncertain,
)
from klimapartner.storage.state import get_state, set_state
from klimapartner.storage.tasks import raise_task

LEASE = timedelta(minutes=15)
MOST_ATTEMPTS = 12
_GATE = "outbox.open"
# Written or decided by a person, one by one or from a template: not automatic by RFC 3834, section 2.
BY_PEOPLE = frozenset({LETTER, TEST, INVITE})
log = structlog.get_logger(__name__)


def gate_is_open(session: Session) -> bool:
    """Whether the outbox was released: the first start holds it, so that nobody is surprised by old mail."""
    return bool(get_state(session, _GATE, False))


def open_gate(session: Session, *, now: datetime) -> None:
    """Let the outbox send from now on."""
    set_state(session, _GATE, True, now=now)


async def send_due(
    settings: Settings,
    database: Database,
    clock: Clock,
    done: Callable[[OutboxMail, Outcome], None] = lambda row, outcome: None,
) -> int:
    """Send what is due, once each; returns how many were tried. Nothing is sent before the gate is open."""
    if settings.missing_to_send():
        return 0
    now = clock()
    with database.session() as session:
        # One `now` for both: claiming must not find lost ones that nobody is told of.
        _tell_of_lost(session, now)
        rows = claim_due(session, owner=owner(), now=now, lease=LEASE) if gate_is_open(session) else []
    for row in rows:
        sys.audit("klimapartner.send.claimed")
        outcome = await _send_one(settings, database, clock, row)
        if outcome:
            done(row, outcome)
    return len(rows)


def _tell_of_lost(session: Session, now: datetime) -> None:
    for row in expire_sending(session, now=now):
        _tell(
            session, row, "Unklar, ob zugestellt: das sendende Programm ist mitten in der Übergabe beendet worden", now
        )


async def _send_one(settings: Settings, database: Database, clock: Clock, claimed: OutboxMail) -> Outcome | None:
    try:
        with database.session() as session:
            row = begin_try(session, claimed.id, owner=owner(), now=clock(), lease=LEASE)
            mail = with_link(session, settings.web, row, now=clock())
        sys.audit("klimapartner.send.begun")
        outcome = await _guarded(settings, clock, row, mail, lambda: _note_end(database, clock, row))
        with database.session() as session:
            _mark(session, row, outcome, clock())
            sys.audit("klimapartner.send.marking")
    except (LeaseLost, WrongState):
        log.warning("outbox row taken over", row=claimed.id)
        return None
    sys.audit("klimapartner.send.marked")
    return outcome


def _note_end(database: Database, clock: Clock, row: OutboxMail) -> None:
    """Committed before the last byte: a process that dies from here on leaves a row that is known to be uncertain."""
    with database.session() as session:
        mark_sending(session, row.id, owner=owner(), now=clock(), lease=LEASE)
    sys.audit("klimapartner.send.noted")


async def _guarded(
    settings: Settings, clock: Clock, row: OutboxMail, mail: OutboxMail | None, before_end: Callable[[], None]
) -> Outcome:
    box = next((box for box in settings.mailboxes.values() if box.address == row.from_addr), None)
    if row.attempts > MOST_ATTEMPTS:
        return Outcome("failed", 0, "Die Übergabe brach jedes Mal ab, ohne dass ein Grund zu erfahren war")
    if box is None:
        return Outcome("failed", 0, "Kein Postfach mit dieser Adresse")
    if mail is None:
        return Outcome("failed", 0, "Die Einladung gilt nicht mehr: Adresse geändert oder Person nicht mehr aktiv")
    try:
        return await _deliver(box, clock, mail, before_end)
    except UnusableAddress as error:
        return Outcome("failed", 0, str(error))


async def _deliver(box: MailboxSettings, clock: Clock, row: OutboxMail, before_end: Callable[[], None]) -> Outcome:
    raw = compose(
        from_=Address(box.display_name, row.from_addr),
        to=Address(row.to_name, row.to_addr),
        subject=row.subject,
        body_text=row.body_text,
        message_id=row.rfc_message_id,
        date=clock(),
        language=row.language,
        headers=row.headers,
        calendar=row.calendar,
        auto_submitted="no" if row.kind in BY_PEOPLE else "auto-replied",
    )
    server, login = server_of(box.smtp), login_of(box.smtp, clock)
    return await send(server, login, row.envelope_from, row.to_addr, raw, before_end=before_end)


def _mark(session: Session, row: OutboxMail, outcome: Outcome, now: datetime) -> None:
    error = f"{outcome.code} {outcome.text}".strip()[:500]
    if outcome.status == "sent":
        mark_sent(session, row.id, owner=owner(), now=now)
    elif outcome.status == "retry" and row.attempts < MOST_ATTEMPTS:
        mark_retry(session, row.id, owner=owner(), now=now, error=error, next_try_at=now + pause(row.attempts))
    elif outcome.status == "uncertain":
        mark_uncertain(session, row.id, owner=owner(), now=now, error=error)
        _tell(session, row, f"Unklar, ob zugestellt: {error}", now)
    else:
        mark_failed(session, row.id, owner=owner(), now=now, error=error)
        _tell(session, row, f"Nicht gesendet: {error}", now)


def pause(attempts: int) -> timedelta:
    """How long to wait before the next try: 1, 2, 4 … minutes, at most 6 hours."""
    return min(timedelta(minutes=2 ** min(attempts, 10)), timedelta(hours=6))


def _tell(session: Session, row: OutboxMail, text: str, now: datetime) -> None:
    raise_task(session, kind="outbox", text=text, message_id=row.message_id, entry_id=row.entry_id, now=now)
