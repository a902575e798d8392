"""Two entries of the same interest made one."""

from sqlalchemy import delete, select, update

from klimapartner.storage import history
from klimapartner.storage.entries import BodyRef, FieldValue, PartnerRef
from klimapartner.storage.fields import Edit, fill, stored_field
from klimapartner.storage.identity import identify
from klimapartner.storage.tables import (
    ChatRow,
    CommentRow,
    ConversationRow,
    EntryMessageRow,
    EntryRow,
    FieldRow,
    MatchRow,
    OutboxRow,
    ReminderRow,
    TaskRow,
)

# What hangs on an entry and moves with it.
HANGING = (ConversationRow, OutboxRow, TaskRow, ChatRow, CommentRow, ReminderRow)


def absorb(edit: Edit, other: EntryRow) -> None:
    """Take over what only `other` has, and all that hangs on it; then delete it. Differing values are proposals."""
    body = BodyRef(other.body_name or None, other.ags, other.sub_body)
    partner = PartnerRef(other.partner_name, other.partner_country)
    fields = list(other.fields)
    _repoint(edit, other.id)
    history.record(
        edit.session,
        now=edit.now,
        who=edit.actor,
        subject="entry",
        subject_id=other.id,
        action="merged",
        old=other.reference,
        new=edit.row.reference,
    )
    edit.change("merged", None, other.reference)
    for item in fields:
        _adopt(edit, item)
    edit.session.delete(other)
    edit.session.flush()
    _adopt_identity(edit, body, partner)


def _adopt(edit: Edit, item: FieldRow) -> None:
    current = stored_field(edit.row, item.field)
    if current is None or isinstance(item.value, list):
        value = FieldValue(item.value, item.provenance, item.confidence, item.evidence)
        fill(edit, {item.field: value})
    elif current.value != item.value:
        edit.keep(item.field, current.value, item.value)


def _adopt_identity(edit: Edit, body: BodyRef, partner: PartnerRef) -> None:
    nameless = edit.row.body_key.startswith("message:")
    identify(edit, body if nameless else None, None if edit.row.partner_key else partner, "sender")


def _repoint(edit: Edit, other_id: int) -> None:
    here, session = edit.row.id, edit.session
    session.flush()
    linked = select(EntryMessageRow.message_id).where(EntryMessageRow.entry_id == here)
    session.execute(
        update(EntryMessageRow)
        .where(EntryMessageRow.entry_id == other_id, EntryMessageRow.message_id.not_in(linked))
        .values(entry_id=here)
        .execution_options(synchronize_session=False)
    )
    session.execute(
        delete(EntryMessageRow).where(EntryMessageRow.entry_id == other_id).execution_options(synchronize_session=False)
    )
    for table in HANGING:
        session.execute(update(table).where(table.entry_id == other_id).values(entry_id=here))
    # Of two decisions on the same pair that of the entry that stays counts.
    paired = select(MatchRow.offer_id).where(MatchRow.entry_id == here)
    free = MatchRow.offer_id.not_in(paired)
    session.execute(update(MatchRow).where(MatchRow.entry_id == other_id, free).values(entry_id=here))
    session.execute(delete(MatchRow).where(MatchRow.entry_id == other_id))
