"""A bounce tied to what we sent: the answer and the entry are marked, staff see why and to which address."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from klimapartner.assistant.actions import ACTOR
from klimapartner.mailbox.bounce import Bounce, read_bounce
from klimapartner.mailbox.message import Message
from klimapartner.storage.engine import Session
from klimapartner.storage.history import record
from klimapartner.storage.outbox import (
    OutboxMail,
    find_by_envelope,
    find_by_rfc_id,
    last_sent_to,
    mark_undeliverable,
)
from klimapartner.storage.register import set_flag
from klimapartner.storage.tasks import add_task

# RFC 5321, 4.5.4.1: servers give up after 4 to 5 days.
GIVEN_UP_WITHIN = timedelta(days=7)
_ENVELOPE = ("Delivered-To", "X-Original-To", "X-Envelope-To", "Envelope-To", "X-Delivered-To", "X-Failed-Sender")
_LEFT = ("sending", "sent", "uncertain", "undeliverable")


def note_bounce(session: Session, message: Message, raw: bytes, *, message_id: int, now: datetime) -> None:
    """Mark what a permanent bounce says did not arrive; a delay is only noted. `message_id` is the bounce's own."""
    bounce = read_bounce(message, raw)
    if bounce is None:
        return
    sent = next((row for row in _candidates(session, message, bounce, now) if row.state in _LEFT), None)
    if sent is None:
        return
    if bounce.permanent:
        _mark(session, sent, bounce, message_id, now)
    else:
        _note_delay(session, sent, bounce, now)


def _candidates(session: Session, message: Message, bounce: Bounce, now: datetime) -> Iterator[OutboxMail]:
    """Our mails that the bounce may be about, the surest first: by Message-ID, by our VERP address, by recipient."""
    found = [find_by_rfc_id(session, one) for one in bounce.message_ids]
    found += [find_by_envelope(session, address) for address in _returned_to(message) if "+" in address]
    since = now - GIVEN_UP_WITHIN
    found += [last_sent_to(session, address, since=since) for address in bounce.recipients]
    yield from (row for row in found if row is not None)


def _returned_to(message: Message) -> list[str]:
    named = [address.addr for address in (*message.to, *message.cc)]
    return named + [value.strip(" <>") for name in _ENVELOPE for value in message.header_all(name)]


def _mark(session: Session, sent: OutboxMail, bounce: Bounce, message_id: int, now: datetime) -> None:
    reason = _reason(bounce)
    mark_undeliverable(session, sent.id, reason=reason, now=now)
    if sent.entry_id:
        set_flag(session, entry_id=sent.entry_id, flag="undeliverable", value=True, actor=ACTOR, now=now)
    text = f"Unzustellbar an {bounce.recipient or sent.to_addr}: {reason}"
    add_task(session, kind="undeliverable", text=text, message_id=message_id, entry_id=sent.entry_id, now=now)


def _note_delay(session: Session, sent: OutboxMail, bounce: Bounce, now: datetime) -> None:
    record(
        session, now=now, who=ACTOR, subject="outbox", subject_id=sent.id, action="delayed", new=_reason(bounce)
    )  # fmt: skip


def _reason(bounce: Bounce) -> str:
    return f"{bounce.status} {bounce.diagnostic}".strip()[:500] or "ohne Angabe eines Grundes"
