"""The values that go into a reading and come out of it."""

from dataclasses import dataclass, field
from typing import Literal

Intent = Literal[
    "interest",
    "question",
    "workshop_registration",
    "correction",
    "withdrawal",
    "status_request",
    "partner_offer",
    "other",
]
Region = Literal["africa", "latin_america", "open", "other"]
Status = Literal["existing", "planned", "none"]


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a letter's text; `start` and `end` are offsets in code points.

    `kind` is subject, body, quote, forward, signature, disclaimer or attachment:N.
    """

    kind: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Letter:
    """A message as a reader sees it: all readable text, its parts, and who sent it."""

    text: str
    parts: tuple[Part, ...]
    from_name: str = ""
    from_addr: str = ""


@dataclass(frozen=True, slots=True)
class Office:
    """The programme's own identity: what stands in a letter because we wrote it, or because it is addressed to us."""

    addresses: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    postcodes: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    towns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Body:
    """A German municipality, county or association of municipalities.

    `ags` has 8 digits for a Gemeinde, 5 for a Kreis, and is None for an association. `sub_body` is the Bezirk of a
    city that writes for itself ("Bezirk Lichtenberg").
    """

    name: str
    ags: str | None = None
    sub_body: str | None = None


@dataclass(frozen=True, slots=True)
class Partner:
    """The partner in the Global South: the name as written, the country as ISO 3166-1 alpha-2."""

    municipality: str | None = None
    country: str | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """The person to answer; `role` is the office or function as written."""

    name: str | None = None
    email: str | None = None
    phone: str | None = None
    role: str | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a field has its value.

    `field` is the name in the schema ("municipality", "partner.country", "contact.phone", ...), `value` the value it
    speaks for. `start` and `end` are offsets into the letter's text, None where a header is the source. `confidence`
    is a probability; `reason` is one short German phrase for staff; `source` is text or the name of the header.
    """

    field: str
    value: str
    start: int | None
    end: int | None
    confidence: float
    reason: str
    source: str = "text"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A body that the municipality could also be."""

    name: str
    ags: str | None
    kind: str
    county: str | None
    score: float
    reason: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What one message says. None and () mean: not said, or it cannot be decided.

    `unsolicited` marks advertising and fraud, which get no answer.
    """

    language: str = "de"
    intents: tuple[Intent, ...] = ("other",)
    municipality: Body | None = None
    co_municipalities: tuple[Body, ...] = ()
    world_region: Region | None = None
    partner: Partner | None = None
    more_partners: tuple[Partner, ...] = ()
    partnership_status: Status | None = None
    contact: Contact = field(default_factory=Contact)
    needs: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    faq: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    truncated: bool = False
    unsolicited: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What a chat line asks: FAQ ids that are sure, the nearest ones where unsure, whether a person is to take over."""

    language: str
    faq: tuple[str, ...] = ()
    suggest: tuple[str, ...] = ()
    handover: bool = False
