"""The values of the register: what goes into an entry and what comes out of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from klimapartner.storage.columns import Json
from klimapartner.storage.names import normalise_name
from klimapartner.storage.sql import clip
from klimapartner.storage.states import EntryStatus, Provenance
from klimapartner.storage.tables import EntryRow, FieldRow


@dataclass(frozen=True, slots=True)
class BodyRef:
    """A German body: its name, its AGS (8 or 5 digits, None for an association or unknown), the Bezirk that writes."""

    name: str | None
    ags: str | None = None
    sub_body: str = ""

    @property
    def known(self) -> bool:
        return bool(self.ags or normalise_name(self.name or ""))

    @property
    def sub_key(self) -> str:
        return clip(normalise_name(self.sub_body))

    def key(self, message_id: int | None) -> str:
        """The AGS, else the normalised name, else the message: an unknown body has an entry a message."""
        if self.ags:
            return clip(self.ags)
        name = normalise_name(self.name or "")
        return clip(f"name:{name}") if name else f"message:{message_id}"


@dataclass(frozen=True, slots=True)
class PartnerRef:
    """The partner in the Global South; only a name makes an entry of its own, a country alone does not."""

    name: str = ""
    country: str = ""

    @property
    def key(self) -> str:
        return clip(normalise_name(self.name))


@dataclass(frozen=True, slots=True)
class FieldValue:
    """A value with its source; `confidence` is a probability, `evidence` a list of JSON objects."""

    value: Json
    provenance: Provenance = "machine"
    confidence: float | None = None
    evidence: Sequence[Json] = ()


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field that went from `old` to `new`, or (as a proposal) would have."""

    field: str
    old: Json
    new: Json


@dataclass(frozen=True, slots=True)
class EntryChange:
    """What a call did to an entry; `kept` are proposals that a value of staff or of the sender outranks."""

    entry_id: int
    reference: str
    created: bool
    status: EntryStatus
    version: int
    changed: tuple[FieldChange, ...] = ()
    kept: tuple[FieldChange, ...] = ()


@dataclass(frozen=True, slots=True)
class StoredField:
    """A field as it stands in the register."""

    value: Json
    provenance: Provenance
    confidence: float | None
    evidence: Sequence[Json]
    message_id: int | None
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the register; `version` grows with every change."""

    id: int
    call: str
    reference: str
    body_name: str
    ags: str | None
    body_key: str
    sub_body: str
    partner_name: str
    partner_country: str
    partner_key: str
    status: EntryStatus
    late: bool
    undeliverable: bool
    uncertain: bool
    assigned_to: str | None
    received_at: datetime
    created_at: datetime
    updated_at: datetime
    version: int
    fields: Mapping[str, StoredField] = field(default_factory=dict)

    def value(self, name: str) -> Json:
        """The value of a field, None where there is none."""
        found = self.fields.get(name)
        return None if found is None else found.value


def entry_of(row: EntryRow) -> Entry:
    """The value of a row."""
    plain = {name: getattr(row, name) for name in Entry.__dataclass_fields__ if name != "fields"}
    return Entry(**plain, fields={item.field: _stored(item) for item in row.fields})


def _stored(row: FieldRow) -> StoredField:
    return StoredField(row.value, row.provenance, row.confidence, row.evidence, row.message_id, row.updated_at)
