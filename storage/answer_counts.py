"""How many answers went out or are to go out: all that the limits ask for, counted by one statement."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, ScalarSelect, bindparam, func, select

from klimapartner.storage.engine import Session
from klimapartner.storage.outbox import COUNTED, address_key
from klimapartner.storage.sql import table_of
from klimapartner.storage.tables import OutboxRow

_outbox = table_of(OutboxRow).c
_WHEN = func.coalesce(_outbox.sent_at, _outbox.created_at)


@dataclass(frozen=True, slots=True)
class Counted:
    """Answers since the moments asked for: of one kind in a conversation, to an address, to its domain, to anybody.

    `ever` are those to the address at any time.
    """

    thread: int
    address: int
    domain: int
    total: int
    ever: int


@dataclass(frozen=True, slots=True)
class Since:
    """From when on answers count: in the conversation, to the address, to its domain and to anybody."""

    thread: datetime
    address: datetime
    others: datetime


def count_for_limits(session: Session, since: Since, *, conversation_id: int, kind: str, address: str) -> Counted:
    """What stands against one more answer to an address."""
    key = address_key(address)
    session.flush()
    row = session.execute(
        _COUNTS,
        {"conversation": conversation_id, "of_kind": kind, "address": key, "domain": key.rpartition("@")[2]}
        | {"since_thread": since.thread, "since_address": since.address, "since_others": since.others},
    ).one()
    return Counted(*row)


def _count(*conditions: ColumnElement[bool]) -> ScalarSelect[int]:
    return select(func.count()).where(_outbox.state.in_(COUNTED), *conditions).scalar_subquery()


def _since(name: str) -> ColumnElement[bool]:
    return bindparam(name, type_=_outbox.created_at.type) <= _WHEN


_to_address = _outbox.to_key == bindparam("address")
_COUNTS = select(
    _count(
        _since("since_thread"),
        _outbox.conversation_id == bindparam("conversation"),
        _outbox.kind == bindparam("of_kind"),
    ),
    _count(_since("since_address"), _to_address),
    _count(_since("since_others"), _outbox.to_domain == bindparam("domain")),
    _count(_since("since_others")),
    _count(_to_address),
)
