"""What a reading brings to the register: fields with confidence and evidence, and the same in words for an answer."""

from collections.abc import Mapping
from typing import Any

from babel import Locale

from klimapartner.assistant.contract import evidence_json
from klimapartner.assistant.languages import Language
from klimapartner.assistant.mail_reading import MailReading
from klimapartner.assistant.templates import Texts, plain
from klimapartner.intents.reading import Body, Partner, Reading
from klimapartner.storage.register import BodyRef, FieldValue, PartnerRef, Provenance

FIELDS = (
    "municipality", "co_municipalities", "world_region", "partner", "partnership_status",
    "contact.name", "contact.email", "contact.phone", "contact.role", "needs", "topics", "remarks",
)  # fmt: skip
# The office's business only, or what a mail program would make a link of.
_NOT_TOLD = ("remarks", "contact.role", "contact.email")
_LABELLED = ("world_region", "partnership_status", "needs", "topics")


def field_value(reading: Reading, field: str, partner: Partner | None = None) -> Any:
    """The value of a register field in a reading: text, a list of texts, or None; `partner` is the one of the row."""
    if field == "municipality":
        return reading.municipality and reading.municipality.name
    if field == "co_municipalities":
        return [body.name for body in reading.co_municipalities]
    if field == "partner":
        return partner and partner_text(partner)
    if field.startswith("contact."):
        return getattr(reading.contact, field.removeprefix("contact."))
    value = getattr(reading, field)
    return list(value) if isinstance(value, tuple) else value


def confidence_of(reading: Reading, field: str) -> float:
    """How sure a field is: the best evidence for it, 0 where there is none."""
    own = [e.confidence for e in reading.evidence if e.field == field or e.field.startswith(f"{field}.")]
    return max(own, default=0.0)


def register_fields(mail: MailReading, provenance: Provenance, partner: Partner | None) -> dict[str, FieldValue]:
    """All fields that the mail says something about, for the row of one partner."""
    reading = mail.reading
    return {
        field: FieldValue(
            value,
            provenance,
            confidence_of(reading, field),
            [
                evidence_json(e, mail.text)
                for e in reading.evidence
                if e.field == field or e.field.startswith(f"{field}.")
            ],
        )
        for field in FIELDS
        if (value := field_value(reading, field, partner))
    }


def body_ref(body: Body | None) -> BodyRef:
    """The key of a municipality in the register."""
    return BodyRef(None) if body is None else BodyRef(body.name, body.ags, body.sub_body or "")


def partner_ref(partner: Partner | None) -> PartnerRef:
    """The key of a partner in the register."""
    return PartnerRef() if partner is None else PartnerRef(partner.municipality or "", partner.country or "")


def partner_text(partner: Partner, language: Language = "de") -> str:
    """A partner in words, such as Kaya (Burkina Faso)."""
    country = country_name(partner.country, language) if partner.country else ""
    if not partner.municipality:
        return country
    return f"{partner.municipality} ({country})" if country else partner.municipality


def country_name(code: str, language: Language) -> str:
    """The name of a country (ISO 3166-1 alpha-2) in a language, by CLDR."""
    return str(Locale(language).territories.get(code, code))


def certain_fields(reading: Reading, threshold: float) -> list[str]:
    """The fields that are sure enough to be stated."""
    partner = reading.partner
    said = (field for field in FIELDS if field_value(reading, field, partner))
    return [field for field in said if confidence_of(reading, field) >= threshold]


def in_words(fields: Mapping[str, Any], texts: Texts, language: Language) -> list[dict[str, str]]:
    """Fields as `label` and `value` for an answer."""
    shown = (field for field in (*FIELDS, "partner_country") if field in fields and field not in _NOT_TOLD)
    return [
        {"label": texts.word("field", field, language), "value": _words(field, fields[field], texts, language)}
        for field in shown
    ]


def _words(field: str, value: Any, texts: Texts, language: Language) -> str:
    values = value if isinstance(value, list) else [value]
    if field in _LABELLED:
        values = [texts.word(field, str(item), language) for item in values]
    return ", ".join(plain(str(item)) for item in values)
