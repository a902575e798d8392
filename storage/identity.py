"""Which entry a message belongs to: one a call, body, sub-body and partner, and never two of the same."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select

from klimapartner.storage.engine import Session
from klimapartner.storage.entries import BodyRef, FieldValue, PartnerRef
from klimapartner.storage.fields import Edit, outranked
from klimapartner.storage.sql import find, table_of
from klimapartner.storage.states import Provenance
from klimapartner.storage.tables import EntryRow

_entries = table_of(EntryRow)
_GIVEN_OUT = select(_entries.c.id).where(_entries.c.reference == bindparam("number"))
_SUB_KEYS = select(_entries.c.sub_key).where(
    _entries.c.call == bindparam("in_call"), _entries.c.body_key == bindparam("body")
)


@dataclass(frozen=True, slots=True)
class Claim:
    """What a message says about who takes part with whom, and what a new entry would begin with."""

    call: str
    body: BodyRef
    partner: PartnerRef
    message_id: int | None
    reference: str
    received_at: datetime
    late: bool
    now: datetime


def place(session: Session, claim: Claim, hinted: EntryRow | None) -> tuple[EntryRow, bool]:
    """The entry for a claim, True when it is new. The caller holds the call's lock.

    `hinted` is the entry of the same conversation: it decides where the message itself leaves the body or the partner
    open.
    """
    found, rows = joined(session, claim.call, claim.body, claim.partner, claim.message_id, hinted)
    return (found, False) if found is not None else (_create(session, claim, rows, hinted), True)


def joined(
    session: Session, call: str, body: BodyRef, partner: PartnerRef, message_id: int | None, hinted: EntryRow | None
) -> tuple[EntryRow | None, list[EntryRow]]:
    """The entry that a message joins, None where it makes a new one; and all entries of its body."""
    if hinted is not None and not body.known:
        rows = same_body(session, hinted.call, hinted.body_key, hinted.sub_key)
    else:
        rows = same_body(session, call, body.key(message_id), body.sub_key)
        if hinted is not None and hinted.body_key.startswith("message:") and not rows:
            return hinted, rows
    return _choose(rows, partner.key, hinted), rows


def same_body(session: Session, call: str, body_key: str, sub_key: str) -> list[EntryRow]:
    """All entries of one body in a call, one a partner, locked."""
    session.flush()
    # Most bodies have none yet: objects are made only where there is something to make them of.
    if sub_key not in session.scalars(_SUB_KEYS, {"in_call": call, "body": body_key}).all():
        return []
    chosen = select(EntryRow).where(EntryRow.call == call, EntryRow.body_key == body_key, EntryRow.sub_key == sub_key)
    locked = chosen.order_by(EntryRow.id).with_for_update().execution_options(populate_existing=True)
    return list(session.scalars(locked))


def of_message(session: Session, call: str, message_id: int | None) -> EntryRow | None:
    """The entry of a message whose body was unknown when it was first read."""
    key = f"message:{message_id}"
    session.flush()
    if session.scalars(_SUB_KEYS, {"in_call": call, "body": key}).first() is None:
        return None
    return find(session, EntryRow, EntryRow.call == call, EntryRow.body_key == key)


def _choose(rows: list[EntryRow], partner_key: str, hinted: EntryRow | None) -> EntryRow | None:
    """The same partner; else, for a partner named later, the entry without one; else the only or the hinted entry."""
    exact = [row for row in rows if row.partner_key == partner_key]
    if exact:
        return exact[0]
    if partner_key:
        return next((row for row in rows if row.partner_key == ""), None)
    if hinted in rows:
        return hinted
    return rows[0] if len(rows) == 1 else None


def _create(session: Session, claim: Claim, rows: list[EntryRow], hinted: EntryRow | None) -> EntryRow:
    known = hinted if hinted is not None and not claim.body.known else None
    row = EntryRow(
        call=claim.call,
        reference=free_reference(session, claim.reference),
        body_name=known.body_name if known else claim.body.name or "",
        ags=known.ags if known else claim.body.ags,
        body_key=known.body_key if known else claim.body.key(claim.message_id),
        sub_body=known.sub_body if known else claim.body.sub_body,
        sub_key=known.sub_key if known else claim.body.sub_key,
        partner_name=claim.partner.name,
        partner_country=claim.partner.country,
        partner_key=claim.partner.key,
        status="new",
        late=claim.late,
        undeliverable=False,
        # Several partners are on record and the message names none: staff have to say which one is meant.
        uncertain=bool(rows) and not claim.partner.key,
        received_at=claim.received_at,
        created_at=claim.now,
        updated_at=claim.now,
        version=0,
        search="",
        fields=[],
    )
    session.add(row)
    session.flush()
    return row


def free_reference(session: Session, reference: str) -> str:
    """The number itself, or with -2, -3 … where the conversation has an entry already."""
    session.flush()
    if session.scalar(_GIVEN_OUT, {"number": reference}) is None:
        return reference
    like = select(EntryRow.reference).where(EntryRow.reference.startswith(reference, autoescape=True))
    taken = set(session.scalars(like))
    numbered = (f"{reference}-{count}" for count in range(2, len(taken) + 3))
    return next(number for number in (reference, *numbered) if number not in taken)


def identify(edit: Edit, body: BodyRef | None, partner: PartnerRef | None, provenance: Provenance) -> None:
    """Give an entry its body or partner; what someone who knows better has set, or another entry has, is kept."""
    if body is not None and body.known:
        _set_body(edit, body, provenance)
    if partner is not None and (partner.key or partner.country):
        _set_partner(edit, partner, provenance)


def _set_body(edit: Edit, body: BodyRef, provenance: Provenance) -> None:
    row = edit.row
    old = {"name": row.body_name, "ags": row.ags, "sub_body": row.sub_body}
    new = {"name": body.name or "", "ags": body.ags, "sub_body": body.sub_body}
    if (row.body_key, row.sub_key) == (body.key(None), body.sub_key):
        return
    if outranked(row, "municipality", FieldValue(None, provenance)) or _taken(
        edit, body.key(None), body.sub_key, row.partner_key
    ):
        edit.keep("entry.body", old, new)
        return
    row.body_name, row.ags, row.sub_body = body.name or "", body.ags, body.sub_body
    row.body_key, row.sub_key = body.key(None), body.sub_key
    edit.change("entry.body", old, new)


def _set_partner(edit: Edit, partner: PartnerRef, provenance: Provenance) -> None:
    row = edit.row
    old = {"name": row.partner_name, "country": row.partner_country}
    key = partner.key or row.partner_key
    # A country stays only as long as it is the same partner's.
    country = partner.country or (row.partner_country if key == row.partner_key or not row.partner_key else "")
    new = {"name": partner.name or row.partner_name, "country": country}
    if old == new:
        return
    if outranked(row, "partner", FieldValue(None, provenance)) or _taken(edit, row.body_key, row.sub_key, key):
        edit.keep("entry.partner", old, new)
        return
    row.partner_name, row.partner_country, row.partner_key = new["name"], new["country"], key
    edit.change("entry.partner", old, new)


def _taken(edit: Edit, body_key: str, sub_key: str, partner_key: str) -> bool:
    rows = same_body(edit.session, edit.row.call, body_key, sub_key)
    return any(row.partner_key == partner_key and row.id != edit.row.id for row in rows)
