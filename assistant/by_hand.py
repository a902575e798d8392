"""An entry that came by telephone, post or fax: staff's own values, which no machine overwrites."""

from collections.abc import Mapping
from typing import get_args

from klimapartner.assistant.errors import UsageError
from klimapartner.assistant.intake import new_conversation
from klimapartner.assistant.workplace import Workplace
from klimapartner.intents.reading import Letter, Part, Region, Status
from klimapartner.storage.conversations import attach_entry
from klimapartner.storage.engine import Session
from klimapartner.storage.register import BodyRef, EntryChange, FieldValue, PartnerRef, upsert_entry

WHO = "kommandozeile"
_ALLOWED = {"world_region": get_args(Region), "partnership_status": get_args(Status)}


def add_by_hand(
    session: Session, work: Workplace, municipality: str, partner: str, country: str, given: Mapping[str, str], *,
    who: str = WHO,
) -> EntryChange:  # fmt: skip
    """Put an entry into the register of the first mailbox's call.

    Raises:
        UsageError: a value is none of those that the field takes.
    """
    for field, allowed in _ALLOWED.items():
        if given.get(field) and given[field] not in allowed:
            raise UsageError(f"{field}: „{given[field]}“ gibt es nicht; möglich sind: {', '.join(allowed)}.")
    office, now = work.office(next(iter(work.settings.mailboxes))), work.clock()
    text = f"Stadt, Gemeinde oder Landkreis: {municipality}"
    body = office.reader.read(Letter(text, (Part("body", 0, len(text)),))).municipality
    values = {"municipality": body.name if body else municipality, **given}
    conversation = new_conversation(session, office, given.get("contact.email", ""), now=now)
    change = upsert_entry(
        session, call=office.call.id, body=BodyRef(body.name, body.ags) if body else BodyRef(municipality),
        partner=PartnerRef(partner, country.upper()),
        fields={name: FieldValue(value, "staff") for name, value in values.items() if value},
        message_id=None, reference=conversation.reference, received_at=now, actor=who, now=now,
        late=office.call.is_late(now),
    )  # fmt: skip
    attach_entry(session, conversation.id, change.entry_id)
    return change
