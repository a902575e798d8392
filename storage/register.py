"""Writing to the register: what a message says, what a sender corrects, what staff decide. All of it in the history."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from klimapartner.storage.columns import Json
from klimapartner.storage.engine import Session
from klimapartner.storage.entries import BodyRef, Entry, EntryChange, FieldChange, FieldValue, PartnerRef, entry_of
from klimapartner.storage.errors import Conflict, StorageError
from klimapartner.storage.fields import Edit, fill, put, take_back
from klimapartner.storage.identity import Claim, identify, joined, of_message, place
from klimapartner.storage.merge import absorb
from klimapartner.storage.sql import fetch, fetch_locked, insert_if_new, lock
from klimapartner.storage.states import ENTRY_STATUSES, FLAGS, EntryStatus, Flag, Provenance
from klimapartner.storage.tables import EntryMessageRow, EntryRow

__all__ = [
    "BodyRef",
    "EntryChange",
    "EntryStatus",
    "FieldChange",
    "FieldValue",
    "Flag",
    "PartnerRef",
    "Provenance",
    "assign",
    "correct_entry",
    "entry_to_join",
    "merge_entries",
    "set_flag",
    "set_status",
    "staff_confirm",
    "staff_identify",
    "staff_set",
    "upsert_entry",
    "withdraw",
]


def upsert_entry(
    session: Session,
    *,
    call: str,
    body: BodyRef,
    partner: PartnerRef,
    fields: Mapping[str, FieldValue],
    message_id: int | None,
    reference: str,
    received_at: datetime,
    actor: str,
    now: datetime,
    entry_id: int | None = None,
    late: bool = False,
) -> EntryChange:
    """Enter an expression of interest, or add a further message to the entry that it belongs to.

    One entry a call, body, sub-body and partner: a partner named later joins the entry without one, an unknown body
    gets an entry a message. `entry_id` is the entry of the same conversation, if any. `reference` is the
    conversation's; `late` counts for a new entry only. Empty values never overwrite; what a higher hand set comes
    back in `kept`.
    """
    if message_id is None and not body.known:
        raise StorageError("An entry needs a municipality or the message that it comes from.")
    lock(session, "entries", call)
    hinted = _hinted(session, call, entry_id, message_id)
    claim = Claim(call, body, partner, message_id, reference, received_at, late, now)
    row, created = place(session, claim, hinted)
    edit = Edit(session, row, actor, now, message_id, created)
    if created:
        edit.change("entry", None, row.reference)
    elif hinted is not None and hinted is not row and hinted.body_key.startswith("message:"):
        absorb(edit, hinted)
    return _take_over(edit, body, partner, fields, "machine")


def entry_to_join(
    session: Session,
    *,
    call: str,
    body: BodyRef,
    partner: PartnerRef,
    message_id: int | None,
    entry_id: int | None = None,
) -> Entry | None:
    """The entry that `upsert_entry` would add to, None where it would make a new one; holds the call's lock."""
    lock(session, "entries", call)
    hinted = _hinted(session, call, entry_id, message_id)
    row, _ = joined(session, call, body, partner, message_id, hinted)
    return None if row is None else entry_of(row)


def _hinted(session: Session, call: str, entry_id: int | None, message_id: int | None) -> EntryRow | None:
    """The conversation's entry, or the one of this very message from a reading that did not know its body yet."""
    if entry_id is None:
        return of_message(session, call, message_id)
    row = fetch_locked(session, EntryRow, entry_id)
    return row if row.call == call else None


def _take_over(
    edit: Edit, body: BodyRef, partner: PartnerRef, fields: Mapping[str, FieldValue], provenance: Provenance
) -> EntryChange:
    _link(edit)
    # A message that names a country only, or none, says less than the entry knows.
    vaguer = not partner.key and bool(edit.row.partner_key)
    identify(edit, body, None if vaguer else partner, provenance)
    fill(edit, {name: value for name, value in fields.items() if not (vaguer and name.startswith("partner"))})
    return edit.close()


def _link(edit: Edit) -> None:
    if edit.message_id is not None:
        values = {"entry_id": edit.row.id, "message_id": edit.message_id, "linked_at": edit.now}
        insert_if_new(edit.session, EntryMessageRow, values, ("entry_id", "message_id"))


def correct_entry(
    session: Session,
    *,
    entry_id: int,
    fields: Mapping[str, FieldValue],
    emptied: Collection[str] = (),
    body: BodyRef | None = None,
    partner: PartnerRef | None = None,
    message_id: int | None,
    actor: str,
    now: datetime,
) -> EntryChange:
    """Take over what the sender corrects; it outranks what the machine read before, not what staff set.

    `emptied` are fields whose values the sender takes back.

    A body or partner that already has an entry of its own is kept as a proposal: staff merge the two.
    """
    edit = _edit(session, entry_id, actor, now, message_id)
    for name in emptied:
        take_back(edit, name)
    said = {name: _by_sender(value) for name, value in fields.items()}
    return _take_over(edit, body or BodyRef(None), partner or PartnerRef(), said, "sender")


def _by_sender(value: FieldValue) -> FieldValue:
    return replace(value, provenance="sender") if value.provenance == "machine" else value


def withdraw(session: Session, *, entry_id: int, message_id: int | None, actor: str, now: datetime) -> EntryChange:
    """Note that the sender withdrew; a second withdrawal changes nothing."""
    edit = _edit(session, entry_id, actor, now, message_id)
    _link(edit)
    _set_column(edit, "status", "withdrawn")
    return edit.close()


def set_status(
    session: Session,
    *,
    entry_id: int,
    status: EntryStatus,
    actor: str,
    now: datetime,
    expected_version: int | None = None,
) -> EntryChange:
    """Move an entry on; raises Conflict when `expected_version` is no longer its version."""
    if status not in ENTRY_STATUSES:
        raise StorageError(f"There is no status {status}; use one of {', '.join(ENTRY_STATUSES)}.")
    edit = _edit(session, entry_id, actor, now, expected_version=expected_version)
    _set_column(edit, "status", status)
    return edit.close()


def set_flag(session: Session, *, entry_id: int, flag: Flag, value: bool, actor: str, now: datetime) -> EntryChange:
    """Set or clear a flag: late, undeliverable or uncertain."""
    if flag not in FLAGS:
        raise StorageError(f"There is no flag {flag}; use one of {', '.join(FLAGS)}.")
    edit = _edit(session, entry_id, actor, now)
    _set_column(edit, flag, value)
    return edit.close()


def assign(session: Session, *, entry_id: int, to: str | None, actor: str, now: datetime) -> EntryChange:
    """Give an entry to a member of staff, or to nobody."""
    edit = _edit(session, entry_id, actor, now)
    _set_column(edit, "assigned_to", to)
    return edit.close()


def staff_set(
    session: Session,
    *,
    entry_id: int,
    field: str,
    value: Json,
    expected_version: int,
    actor: str,
    now: datetime,
    message_id: int | None = None,
    evidence: Sequence[Json] = (),
) -> EntryChange:
    """Set a field by hand; None empties it. No machine or sender changes it afterwards. Raises Conflict.

    `evidence` is where in the message staff found the value.
    """
    edit = _edit(session, entry_id, actor, now, message_id, expected_version=expected_version)
    put(edit, field, FieldValue(value, "staff", 1.0, evidence))
    return edit.close()


def staff_confirm(
    session: Session, *, entry_id: int, fields: Collection[str], expected_version: int, actor: str, now: datetime
) -> EntryChange:
    """Take values over as staff's own, with the evidence that they have. Raises Conflict."""
    edit = _edit(session, entry_id, actor, now, expected_version=expected_version)
    for item in edit.row.fields:
        if item.field in fields and item.provenance != "staff":
            item.provenance, item.confidence, item.updated_at = "staff", 1.0, now
            edit.changed.append(FieldChange(item.field, item.value, item.value))
            edit.note("confirmed", item.field)
    return edit.close()


def staff_identify(
    session: Session,
    *,
    entry_id: int,
    body: BodyRef | None = None,
    partner: PartnerRef | None = None,
    expected_version: int,
    actor: str,
    now: datetime,
) -> EntryChange:
    """Say by hand which body or partner it is.

    Raises Conflict when the version moved on or another entry has this body and partner (merge the two then).
    """
    edit = _edit(session, entry_id, actor, now, expected_version=expected_version)
    identify(edit, body, partner, "staff")
    if edit.kept:
        raise Conflict("Another entry has this body and partner already; merge the two.")
    if body is not None:
        put(edit, "municipality", FieldValue(body.name, "staff", 1.0))
    if partner is not None:
        put(edit, "partner", FieldValue(partner.name or partner.country or None, "staff", 1.0))
    return edit.close()


def merge_entries(session: Session, *, keep: int, drop: int, actor: str, now: datetime) -> EntryChange:
    """Make one entry of two: `keep` gets what only `drop` has, with its messages, mails and tasks; `drop` goes."""
    if keep == drop:
        raise StorageError("An entry cannot be merged with itself.")
    edit = _edit(session, keep, actor, now)
    absorb(edit, fetch_locked(session, EntryRow, drop))
    return edit.close()


def _edit(
    session: Session,
    entry_id: int,
    actor: str,
    now: datetime,
    message_id: int | None = None,
    *,
    expected_version: int | None = None,
) -> Edit:
    # The call's lock comes before any row's, here as in upsert_entry: two orders would be a deadlock.
    lock(session, "entries", fetch(session, EntryRow, entry_id).call)
    row = fetch_locked(session, EntryRow, entry_id)
    if expected_version is not None and row.version != expected_version:
        raise Conflict("Someone else changed this entry in the meantime; look at it again.")
    return Edit(session, row, actor, now, message_id)


def _set_column(edit: Edit, name: str, value: Json) -> None:
    old = getattr(edit.row, name)
    if old != value:
        setattr(edit.row, name, value)
        edit.change(name, old, value)
