"""What a waiting acknowledgement would say if it were written now: after staff corrected what was read."""

from dataclasses import replace
from typing import Any

from klimapartner.assistant.actions import acknowledgement
from klimapartner.assistant.answer import section_text
from klimapartner.assistant.case import Case
from klimapartner.assistant.intake import Office, read_stored
from klimapartner.assistant.mail_reading import MailReading
from klimapartner.assistant.register_fields import FIELDS
from klimapartner.intents.reading import Body, Evidence, Partner, Reading
from klimapartner.storage.conversations import Conversation, get_conversation
from klimapartner.storage.engine import Session
from klimapartner.storage.messages import get_message
from klimapartner.storage.outbox_values import OutboxMail
from klimapartner.storage.search import Entry

_BY_STAFF = "vom Team festgelegt"
_LISTS = ("needs", "topics", "remarks")


def redraft(session: Session, office: Office, mail: OutboxMail, entry: Entry) -> str | None:
    """The mail's text with what the register says now; None where it is no waiting acknowledgement, or was edited.

    Only the section that tells what was understood is exchanged, so that all else stays as staff may have seen it.
    """
    if mail.message_id is None or mail.state not in ("queued", "held") or mail.kind != "interest":
        return None
    read = read_stored(session, office, get_message(session, mail.message_id))
    conversation = get_conversation(session, mail.conversation_id)
    before = _section(office, mail, read, conversation, entry)
    after = _section(office, mail, replace(read, reading=as_registered(read.reading, entry)), conversation, entry)
    return mail.body_text.replace(before, after, 1) if before in mail.body_text else None


def as_registered(reading: Reading, entry: Entry) -> Reading:
    """The reading with the register's values in place of what a person has set or emptied since."""
    told = {name for name in FIELDS if (f := entry.fields.get(name)) and f.provenance != "machine"}
    evidence = tuple(e for e in reading.evidence if not any(_about(e.field, name) for name in told))
    evidence += tuple(Evidence(name, str(entry.value(name)), None, None, 1.0, _BY_STAFF, "staff") for name in told)
    return replace(reading, evidence=evidence, **_values(reading, entry, told))


def _values(reading: Reading, entry: Entry, told: set[str]) -> dict[str, Any]:
    values: dict[str, Any] = {
        name: _as_read(name, entry) for name in told if name not in ("municipality", "partner") and "." not in name
    }
    if "municipality" in told:
        values["municipality"] = Body(entry.body_name, entry.ags, entry.sub_body or None) if entry.body_name else None
    if "partner" in told:
        known = entry.partner_name or entry.partner_country
        values["partner"] = Partner(entry.partner_name or None, entry.partner_country or None) if known else None
    contact = {name.removeprefix("contact."): entry.value(name) for name in told if name.startswith("contact.")}
    return values | ({"contact": replace(reading.contact, **contact)} if contact else {})


def _as_read(name: str, entry: Entry) -> object:
    value = entry.value(name)
    if name == "co_municipalities":
        return tuple(Body(str(one)) for one in value or ())
    return tuple(value) if isinstance(value, list) else () if value is None and name in _LISTS else value


def _about(field: str, name: str) -> bool:
    return field == name or field.startswith(f"{name}.")


def _section(office: Office, mail: OutboxMail, read: MailReading, conversation: Conversation, entry: Entry) -> str:
    # The moment of the first draft: steps that were ahead then stay in the text.
    assert mail.message_id is not None and mail.created_at is not None
    case = Case(
        read, mail.message_id, conversation, office.call, office.box, office.settings, office.texts, mail.created_at
    )
    return section_text(case, acknowledgement(case, entry.reference), first=True)
