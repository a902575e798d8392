"""The values of the outbox: a mail as drafted, and as it stands in the queue."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from klimapartner.storage.states import OutboxState
from klimapartner.storage.tables import OutboxRow


@dataclass(frozen=True, slots=True)
class Draft:
    """A mail to be sent: one a message, kind and step.

    `headers` are those that the sender adds (In-Reply-To, References, Auto-Submitted, …); `rfc_message_id` is fixed
    here, so that a repeat is recognisable. With a `hold_reason` it waits for a person. `calendar` is an iCalendar
    text (RFC 5545) that goes along as a file, '' for none.
    """

    kind: str
    conversation_id: int
    to_addr: str
    from_addr: str
    subject: str
    body_text: str
    language: str
    rfc_message_id: str
    step: str = ""
    message_id: int | None = None
    entry_id: int | None = None
    to_name: str = ""
    envelope_from: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    hold_reason: str = ""
    calendar: str = ""


@dataclass(frozen=True, slots=True)
class OutboxMail(Draft):
    """A mail in the queue; `attempts` counts SMTP dialogues begun."""

    id: int = 0
    state: OutboxState = "queued"
    attempts: int = 0
    next_try_at: datetime | None = None
    last_error: str = ""
    lease_owner: str | None = None
    lease_until: datetime | None = None
    created_at: datetime | None = None
    sent_at: datetime | None = None


def mail_of(row: OutboxRow) -> OutboxMail:
    """The value of a row."""
    return OutboxMail(**{name: getattr(row, name) for name in OutboxMail.__dataclass_fields__})
