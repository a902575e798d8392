"""What a letter's placeholders mean for an entry of the register."""

from klimapartner.assistant.dates import when_step
from klimapartner.assistant.intake import Office
from klimapartner.assistant.languages import Language
from klimapartner.assistant.register_fields import country_name, partner_text
from klimapartner.assistant.templates import plain
from klimapartner.intents.reading import Partner
from klimapartner.storage.offers import Offer
from klimapartner.storage.search import Entry

_STEPS = {
    "deadline": "interest",
    "feedback": "feedback",
    "consultation": "consultation",
    "meeting": "meeting",
    "kickoff": "kickoff",
}


def values_of(office: Office, entry: Entry, language: Language, offer: Offer | None = None) -> dict[str, str]:
    """The values for an entry; '' for what is not known. Strangers' words come without links and line breaks."""
    region = entry.value("world_region")
    partner = Partner(entry.partner_name or None, entry.partner_country or None)
    texts = office.texts
    return {
        "name": plain(str(entry.value("contact.name") or "")),
        "municipality": plain(", ".join(filter(None, (entry.body_name, entry.sub_body)))),
        "reference": entry.reference,
        "region": texts.word("world_region", str(region), language) if region else "",
        "partner": plain(partner_text(partner, language)) if entry.partner_name else "",
        "missing": "\n".join(f"- {question}" for question in missing_of(office, entry, language)),
        "offer": offer_words(offer, language) if offer else "",
        "signature": office.box.display_name,
    } | {name: when_step(office.call.step, step, language) for name, step in _STEPS.items()}


def missing_of(office: Office, entry: Entry, language: Language) -> list[str]:
    """A question for each needed detail that the entry does not have."""
    asked = office.texts.keys("ask")
    return [office.texts.word("ask", field, language) for field in asked if not _has(entry, field)]


def offer_words(offer: Offer, language: Language) -> str:
    """An offer of the Global South in words, such as Kaya (Burkina Faso)."""
    country = country_name(offer.country, language) if offer.country else ""
    return plain(f"{offer.name} ({country})" if offer.name and country else offer.name or country)


def _has(entry: Entry, field: str) -> bool:
    if field == "municipality":
        return bool(entry.body_name)
    if field == "partner":
        return bool(entry.partner_name or entry.partner_country or entry.value("partnership_status") == "none")
    return entry.value(field) not in (None, "", [], ())
