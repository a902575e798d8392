"""An entry's fields as the review shows them: value in words, who says so, how sure, why, and how it is changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from klimapartner.assistant.console.labels import label
from klimapartner.assistant.console.visit import PageLanguage
from klimapartner.assistant.register_fields import FIELDS
from klimapartner.assistant.templates import Texts
from klimapartner.intents.reading import Region, Status
from klimapartner.storage.columns import Json
from klimapartner.storage.search import Entry

Kind = Literal["line", "lines", "choice", "choices", "municipality", "partner"]
_KINDS: Mapping[str, Kind] = {
    "municipality": "municipality", "partner": "partner", "world_region": "choice", "partnership_status": "choice",
    "needs": "choices", "topics": "choices", "co_municipalities": "lines", "remarks": "lines",
}  # fmt: skip
# The values that a field may have.
CHOICES: Mapping[str, tuple[str, ...]] = {
    "world_region": get_args(Region), "partnership_status": get_args(Status),
    "needs": tuple(Texts().keys("needs")), "topics": tuple(Texts().keys("topics")),
}  # fmt: skip
# Below this, a value is marked for staff; the same threshold keeps it out of the acknowledgement.
SURE = 0.75


@dataclass(frozen=True, slots=True)
class FieldView:
    """A field: `shown` in words, `raw` as it goes into the form, `confidence` None where a person said it."""

    name: str
    label: str
    kind: Kind
    shown: str
    raw: str | tuple[str, ...]
    options: tuple[tuple[str, str], ...]
    confidence: float | None
    provenance: str
    reasons: tuple[str, ...]
    quotes: tuple[str, ...]
    sure: bool
    confirmed: bool


@dataclass(frozen=True, slots=True)
class CandidateView:
    """A municipality that it could also be."""

    name: str
    ags: str
    county: str
    reason: str


def fields_of(entry: Entry, language: PageLanguage, sure: float = SURE) -> list[FieldView]:
    """All fields, in the order of the answers; also those that nothing was said about."""
    return [_field(entry, name, language, sure) for name in FIELDS]


def candidates_of(reading: Mapping[str, Json]) -> list[CandidateView]:
    """The bodies that a kept reading was not sure enough of."""
    found: list[Json] = reading.get("candidates") or []
    return [
        CandidateView(item["name"], item["ags"] or "", item["county"] or "", item["reason"])
        for item in found
        if isinstance(item, dict)
    ]


def kind_of(field: str) -> Kind:
    """How a field is changed."""
    return _KINDS.get(field, "line")


def _field(entry: Entry, name: str, language: PageLanguage, sure: float) -> FieldView:
    stored = entry.fields.get(name)
    value = entry.value(name)
    evidence = [item for item in (stored.evidence if stored else ()) if isinstance(item, dict)]
    by_machine = stored is not None and stored.provenance == "machine"
    confidence = stored.confidence if stored and by_machine else None
    return FieldView(
        name=name,
        label=label("field", name, language),
        kind=kind_of(name),
        shown=_shown(name, value, language),
        raw=tuple(map(str, value)) if isinstance(value, list) else "" if value is None else str(value),
        options=tuple((one, label(name, one, language)) for one in CHOICES.get(name, ())),
        confidence=confidence,
        provenance=label("provenance", stored.provenance, language) if stored else "",
        reasons=tuple(dict.fromkeys(str(item.get("reason", "")) for item in evidence if item.get("reason"))),
        quotes=tuple(dict.fromkeys(str(item.get("text", "")) for item in evidence if item.get("text"))),
        sure=confidence is None or confidence >= sure,
        confirmed=stored is not None and stored.provenance == "staff",
    )


def _shown(name: str, value: Json, language: PageLanguage) -> str:
    values = value if isinstance(value, list) else [] if value in (None, "") else [value]
    return ", ".join(label(name, str(one), language) if name in CHOICES else str(one) for one in values)
