"""What goes in and out of the API, as its description says it."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import Path
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from klimapartner.assistant.webhooks.target import PATTERN
from klimapartner.intents.reading import Region, Status
from klimapartner.storage.states import EntryStatus, OfferStatus, OutboxState, Provenance
from klimapartner.storage.webhooks import Event

# What every JSON reader can hold exactly (RFC 8259, section 6).
LARGEST_ID = 2**53 - 1
Id = Annotated[int, Path(ge=1, le=LARGEST_ID)]
Line = Annotated[str, StringConstraints(min_length=1, max_length=500)]
Lines = Annotated[list[Line], Field(max_length=50)]
Topic = Literal[
    "mitigation", "adaptation", "energy", "water", "waste", "mobility", "forest_biodiversity", "agriculture",
    "education", "building",
]  # fmt: skip
NeedWord = Literal["matchmaking", "consultation"]


def _whole(value: Any) -> Any:
    """1.0 is an integer in JSON Schema, and stays none of Python's."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


class Asked(BaseModel):
    """What callers send: nothing that is not described, no type for another."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Pages(BaseModel):
    """A page of a list."""

    model_config = ConfigDict(extra="forbid")
    page: int = Field(1, ge=1, le=100_000)
    per_page: int = Field(50, ge=1, le=200)


class EntryQuery(Pages):
    """Conditions hold together; several values of one are alternatives."""

    q: str = Field("", max_length=200, description="words in names and values")
    status: list[EntryStatus] = []
    region: list[Literal["africa", "latin_america", "open", "other", "none"]] = []
    partnership: list[Literal["existing", "planned", "none"]] = []
    flag: list[Literal["uncertain", "late", "undeliverable"]] = []
    order: Literal["received", "body", "partner", "status", "confidence", "updated"] = "received"


class OutboxQuery(Pages):
    """Mails of one state, or all."""

    state: OutboxState | None = None


class EntryLine(BaseModel):
    """An entry in a list."""

    id: int
    reference: str
    call: str
    municipality: str
    ags: str | None
    partner_name: str
    partner_country: str
    world_region: str | None
    partnership_status: str | None
    status: EntryStatus
    late: bool
    undeliverable: bool
    uncertain: bool
    assigned_to: str | None
    received_at: datetime
    updated_at: datetime
    version: int


class EntryList(BaseModel):
    """A page of entries; `total` counts all pages."""

    items: list[EntryLine]
    total: int
    page: int


class FieldOut(BaseModel):
    """A value, who says so, how sure; `evidence` quotes the message and comes with read_personal only."""

    value: Any
    provenance: Provenance
    confidence: float | None
    updated_at: datetime
    evidence: list[Any] | None = None


class EntryOut(EntryLine):
    """An entry with its fields; those of persons come with read_personal only."""

    sub_body: str
    fields: dict[str, FieldOut]


class PartnerIn(Asked):
    """A partner municipality and its country (ISO 3166-1 alpha-2)."""

    name: Annotated[str, StringConstraints(max_length=200)] = ""
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] | None = None


class FieldsIn(Asked):
    """Values as staff's own; null empties a field, what is left out stays."""

    world_region: Region | None = None
    partnership_status: Status | None = None
    needs: list[NeedWord] | None = None
    topics: list[Topic] | None = None
    co_municipalities: Lines | None = None
    remarks: Lines | None = None
    contact_name: Line | None = Field(None, alias="contact.name")
    contact_role: Line | None = Field(None, alias="contact.role")
    contact_email: Line | None = Field(None, alias="contact.email")
    contact_phone: Line | None = Field(None, alias="contact.phone")


class EntryChangeIn(Asked):
    """What is to change; `version` is that of the entry as it was read, another one is a conflict (409)."""

    version: Annotated[int, Field(ge=0, le=LARGEST_ID), BeforeValidator(_whole)]
    status: EntryStatus | None = Field(None, description="only a step that the console allows, else 409")
    assigned_to: str | None = Field(None, max_length=100, description="a member of staff, else 404; '' for nobody")
    ags: Annotated[str, StringConstraints(pattern=r"^[0-9]{5}([0-9]{3})?$")] | None = Field(
        None, description="official key of the municipality; one that does not exist is not found (404)"
    )
    partner: PartnerIn | None = None
    fields: FieldsIn | None = None


class OfferOut(BaseModel):
    """A municipality of the Global South that looks for a partner; its contact comes with read_personal only."""

    id: int
    call: str
    name: str
    country: str
    topics: list[str]
    reference: str
    status: OfferStatus
    created_at: datetime
    contact: dict[str, str] | None = None


class OfferList(BaseModel):
    """All offers."""

    items: list[OfferOut]


class ParticipantOut(BaseModel):
    """A registration for an event."""

    id: int
    call: str
    event: str
    name: str
    email: str
    municipality: str
    created_at: datetime


class ParticipantList(BaseModel):
    """All registrations of the call."""

    items: list[ParticipantOut]


class MailOut(BaseModel):
    """A mail of the outbox; the recipient and the server's words come with read_personal only."""

    id: int
    kind: str
    state: OutboxState
    language: str
    entry_id: int | None
    attempts: int
    created_at: datetime | None
    sent_at: datetime | None
    to: str | None = None
    subject: str | None = None
    last_error: str | None = None


class MailList(BaseModel):
    """A page of mails, newest first; `total` counts all pages."""

    items: list[MailOut]
    total: int
    page: int


class StepOut(BaseModel):
    """A date of the call: a day, a range, a deadline, or part of a month."""

    id: str
    title: dict[str, str]
    on: date | None
    begins: date | None
    ends: date | None
    until: date | None
    month: date | None
    part: str | None


class CallOut(BaseModel):
    """The call; `deadline` is the first moment that is late."""

    id: str
    phase: int
    name: dict[str, str]
    regions: list[str]
    as_of: date
    deadline: datetime
    steps: list[StepOut]


class WebhookIn(Asked):
    """An https address that is told of events."""

    url: Annotated[str, StringConstraints(pattern=PATTERN, max_length=600)]
    events: Annotated[list[Event], Field(min_length=1, max_length=5)]


class WebhookOut(BaseModel):
    """An address that is told of events."""

    id: int
    url: str
    events: list[str]
    active: bool
    created_at: datetime


class NewWebhook(WebhookOut):
    """As made: the secret with which its messages are signed is shown this once."""

    secret: str


class WebhookList(BaseModel):
    """All webhooks."""

    items: list[WebhookOut]
