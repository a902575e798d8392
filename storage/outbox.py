"""The outbox: a mail is decided on once, may wait for a person, and is found again by its Message-ID."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from klimapartner.storage import history
from klimapartner.storage.columns import clean_json
from klimapartner.storage.engine import Session
from klimapartner.storage.messages import ID_LENGTH
from klimapartner.storage.outbox_values import Draft, OutboxMail, mail_of
from klimapartner.storage.sending import (
    begin_try,
    claim_due,
    expire_sending,
    mark_failed,
    mark_retry,
    mark_sending,
    mark_sent,
    mark_uncertain,
)
from klimapartner.storage.sql import clip, fetch, fetch_locked, find, insert_for_key
from klimapartner.storage.states import OutboxState
from klimapartner.storage.tables import OutboxRow

__all__ = [
    "COUNTED",
    "Draft",
    "OutboxMail",
    "OutboxState",
    "address_key",
    "begin_try",
    "claim_due",
    "count_answers",
    "count_outbox",
    "discard",
    "enqueue",
    "expire_sending",
    "find_by_envelope",
    "find_by_rfc_id",
    "get_outbox",
    "hold",
    "last_sent_to",
    "list_outbox",
    "mails_of",
    "mark_failed",
    "mark_retry",
    "mark_sending",
    "mark_sent",
    "mark_uncertain",
    "mark_undeliverable",
    "release",
    "requeue",
]

_FIELDS = frozenset(item.name for item in fields(OutboxMail))
# What counts against the limits: also what waits, or the release of a held pile would be a flood.
COUNTED: tuple[OutboxState, ...] = ("queued", "held", "sending", "sent", "uncertain", "undeliverable")


def enqueue(session: Session, draft: Draft, *, now: datetime) -> tuple[OutboxMail, bool]:
    """Put a mail into the outbox; False with the earlier one where this message, kind and step has one already."""
    values = {item.name: getattr(draft, item.name) for item in fields(Draft)}
    values |= {"rfc_message_id": clip(draft.rfc_message_id.strip(), ID_LENGTH), "headers": dict(draft.headers)}
    values |= {"to_key": address_key(draft.to_addr), "to_domain": address_key(draft.to_addr).rpartition("@")[2]}
    values |= {"state": "held" if draft.hold_reason else "queued", "attempts": 0, "next_try_at": now}
    values |= {"last_error": "", "created_at": now}
    number = insert_for_key(session, OutboxRow, values, ())
    if number is not None:
        mail = _as_stored(number, values)
        _note(session, number, mail.hold_reason, "system", now, action=mail.state)
        return mail, True
    earlier = find(session, OutboxRow, OutboxRow.rfc_message_id == values["rfc_message_id"])
    row = earlier or _same_step(session, draft)
    assert row is not None
    return mail_of(row), False


def _as_stored(number: int, values: Mapping[str, Any]) -> OutboxMail:
    """The mail of a row that was just inserted, as the database would give it."""
    moments = {name: value.astimezone(UTC) for name, value in values.items() if isinstance(value, datetime)}
    kept = {name: value for name, value in (clean_json(values) | moments).items() if name in _FIELDS}
    return OutboxMail(id=number, **kept)


def _same_step(session: Session, draft: Draft) -> OutboxRow | None:
    return find(
        session,
        OutboxRow,
        OutboxRow.message_id == draft.message_id,
        OutboxRow.kind == draft.kind,
        OutboxRow.step == draft.step,
    )


def get_outbox(session: Session, mail_id: int) -> OutboxMail:
    """Raises NotFound."""
    return mail_of(fetch(session, OutboxRow, mail_id))


def find_by_rfc_id(session: Session, rfc_message_id: str) -> OutboxMail | None:
    """The mail of ours with this Message-ID (angle brackets as in the header)."""
    row = find(session, OutboxRow, OutboxRow.rfc_message_id == clip(rfc_message_id.strip(), ID_LENGTH))
    return None if row is None else mail_of(row)


def find_by_envelope(session: Session, envelope_from: str) -> OutboxMail | None:
    """The newest mail of ours with this envelope sender, which bounces come back to; None for ''."""
    if not envelope_from:
        return None
    chosen = select(OutboxRow).where(func.lower(OutboxRow.envelope_from) == envelope_from.lower())
    return _newest(session, chosen)


def last_sent_to(session: Session, address: str, *, since: datetime) -> OutboxMail | None:
    """The newest mail of ours that left for this address since then."""
    return _newest(
        session, select(OutboxRow).where(OutboxRow.to_key == address_key(address), OutboxRow.sent_at >= since)
    )


def _newest(session: Session, chosen: Select[OutboxRow]) -> OutboxMail | None:
    row = session.scalars(chosen.order_by(OutboxRow.id.desc()).limit(1)).first()
    return None if row is None else mail_of(row)


def list_outbox(
    session: Session, *, states: Collection[OutboxState] = (), limit: int | None = None
) -> list[OutboxMail]:
    """Mails in these states (all for none), oldest first."""
    chosen = select(OutboxRow).where(OutboxRow.state.in_(states)) if states else select(OutboxRow)
    return [mail_of(row) for row in session.scalars(chosen.order_by(OutboxRow.id).limit(limit))]


def mails_of(session: Session, conversation_id: int) -> list[OutboxMail]:
    """Our mails in a conversation, oldest first."""
    chosen = select(OutboxRow).where(OutboxRow.conversation_id == conversation_id)
    return [mail_of(row) for row in session.scalars(chosen.order_by(OutboxRow.id))]


def count_outbox(session: Session) -> dict[OutboxState, int]:
    """How many mails are in each state; states without any are left out."""
    counts = session.execute(select(OutboxRow.state, func.count()).group_by(OutboxRow.state))
    return {row[0]: row[1] for row in counts}


def count_answers(
    session: Session,
    *,
    since: datetime,
    conversation_id: int | None = None,
    kind: str | None = None,
    address: str | None = None,
    domain: str | None = None,
    states: Collection[OutboxState] = COUNTED,
) -> int:
    """How many mails were sent, or are to be sent, since then; all conditions given hold together."""
    when = func.coalesce(OutboxRow.sent_at, OutboxRow.created_at)
    conditions: list[ColumnElement[bool]] = [when >= since, OutboxRow.state.in_(states)]
    if conversation_id is not None:
        conditions.append(OutboxRow.conversation_id == conversation_id)
    if kind is not None:
        conditions.append(OutboxRow.kind == kind)
    if address is not None:
        conditions.append(OutboxRow.to_key == address_key(address))
    if domain is not None:
        conditions.append(OutboxRow.to_domain == domain.strip().lower())
    return session.scalars(select(func.count()).select_from(OutboxRow).where(*conditions)).one()


def hold(session: Session, ids: Sequence[int] | None, *, reason: str, who: str, now: datetime) -> int:
    """Keep queued mails (all for None) from being sent; returns how many. What is being sent cannot be held."""
    rows = _chosen(session, ids, ("queued",))
    for row in rows:
        row.state, row.hold_reason, row.lease_owner, row.lease_until = "held", reason, None, None
        _note(session, row.id, reason, who, now, action="held")
    return len(rows)


def release(session: Session, ids: Sequence[int] | None, *, who: str, now: datetime) -> int:
    """Let held mails (all for None) go; returns how many."""
    rows = _chosen(session, ids, ("held",))
    for row in rows:
        row.state, row.hold_reason, row.next_try_at = "queued", "", now
        _note(session, row.id, "", who, now, action="released")
    return len(rows)


def discard(session: Session, ids: Sequence[int], *, reason: str, who: str, now: datetime) -> int:
    """Decide never to send these, as far as they were not begun; returns how many."""
    rows = _chosen(session, ids, ("queued", "held", "failed", "uncertain"))
    for row in rows:
        row.state, row.last_error, row.lease_owner, row.lease_until = "discarded", reason, None, None
        _note(session, row.id, reason, who, now, action="discarded")
    return len(rows)


def requeue(session: Session, ids: Sequence[int], *, who: str, now: datetime) -> int:
    """Send failed or uncertain mails again (an uncertain one may then arrive twice); returns how many."""
    rows = _chosen(session, ids, ("failed", "uncertain"))
    for row in rows:
        row.state, row.attempts, row.next_try_at = "queued", 0, now
        _note(session, row.id, "", who, now, action="requeued")
    return len(rows)


def mark_undeliverable(session: Session, mail_id: int, *, reason: str, now: datetime) -> OutboxMail:
    """Note that a mail came back."""
    row = fetch_locked(session, OutboxRow, mail_id)
    row.state, row.last_error, row.lease_owner, row.lease_until = "undeliverable", reason, None, None
    _note(session, row.id, reason, "system", now, action="undeliverable")
    return mail_of(row)


def _chosen(session: Session, ids: Sequence[int] | None, states: tuple[OutboxState, ...]) -> Sequence[OutboxRow]:
    chosen = select(OutboxRow).where(OutboxRow.state.in_(states)).order_by(OutboxRow.id).with_for_update()
    if ids is not None:
        chosen = chosen.where(OutboxRow.id.in_(ids))
    return session.scalars(chosen.execution_options(populate_existing=True)).all()


def _note(session: Session, mail_id: int, new: str, who: str, now: datetime, *, action: str) -> None:
    history.record(session, now=now, who=who, subject="outbox", subject_id=mail_id, action=action, new=new or None)


def address_key(address: str) -> str:
    """What equal addresses have in common."""
    return clip(address.strip().lower(), 320)
