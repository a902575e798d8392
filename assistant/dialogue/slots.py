"""What a person says to a question of the form: values for its slots, read by the same reader as mail."""

import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from klimapartner.assistant.dialogue.catalogue import is_word, words
from klimapartner.assistant.dialogue.state import Form, Values
from klimapartner.assistant.dialogue.turning import Turn
from klimapartner.assistant.register_fields import certain_fields, field_value
from klimapartner.intents.fold import folded
from klimapartner.intents.phone import best_phone, digits, find_phones
from klimapartner.intents.reading import Candidate, Reading
from klimapartner.intents.world import region_of

PERSONAL = ("contact.name", "contact.email", "contact.phone", "contact.role")
WITHOUT_PERSONAL = (
    "municipality", "co_municipalities", "world_region", "partner", "more_partners", "partnership_status",
    "needs", "topics",
)  # fmt: skip
# What an answer is put behind, so that the reader sees the sentence that it belongs to.
_ASKED = {
    "municipality": "Stadt, Gemeinde oder Landkreis: {0}",
    "partnership_status": "Haben Sie bereits eine Partnerkommune? {0}",
    "partner": "Unsere Partnerkommune ist: {0}",
    "partner.country": "Unsere Partnerkommune liegt in {0}.",
    "world_region": "Gewünschte Weltregion: {0}",
    "contact.name": "Ansprechperson: {0}",
    "contact.phone": "Telefon: {0}",
    "wishes": "Wir haben Interesse. Themen: {0}. Wir wünschen uns: {0}.",
}
# Which fields the sentence may fill: the others are echoes of the words put before the answer.
_TAKES = {
    "municipality": ("municipality", "co_municipalities"),
    "partnership_status": ("partnership_status", "partner", "more_partners", "world_region"),
    "partner": ("partner", "more_partners", "world_region"),
    "partner.country": ("partner",),
    "world_region": ("world_region",),
    "contact.name": ("contact.name", "contact.role"),
    "contact.phone": ("contact.phone",),
    "wishes": ("needs", "topics"),
}
_MAIL = re.compile(r"[^\s@<>\"'(),;:\[\]]{1,64}@(?:[\w-]+\.)+[^\W\d_]{2,24}")
_SPELT_AT = re.compile(r"\s*(?:\(at\)|\[at\])\s*", re.IGNORECASE)
_NAME = re.compile(r"[^\W\d_][^\W\d_.'’-]*(?:[.'’-][^\W\d_.'’-]*)*")
_PARTICLES = frozenset(
    ("von", "vom", "zu", "van", "der", "den", "de", "da", "do", "dos", "das", "del", "la", "le", "y")
)
_ENOUGH_WORDS = 4
_LONGEST = 80


@dataclass(frozen=True, slots=True)
class Heard:
    """Values by slot, and what the line says beside them (`also`).

    `candidates` are the bodies that the name could mean, `problem` names the text that says why a value will not do.
    """

    values: Values = field(default_factory=dict)
    also: Values = field(default_factory=dict)
    candidates: tuple[Values, ...] = ()
    problem: str = ""


def values_of(reading: Reading, threshold: float, fields: tuple[str, ...]) -> dict[str, Any]:
    """What a reading is sure enough of, as slots."""
    sure = certain_fields(reading, threshold)
    found = {name: _value(reading, name) for name in fields if name in sure}
    if "partner" in found and reading.more_partners and "more_partners" in fields:
        found["more_partners"] = [asdict(partner) for partner in reading.more_partners]
    return {name: value for name, value in found.items() if value}


def _value(reading: Reading, name: str) -> Any:
    if name == "municipality":
        return reading.municipality and asdict(reading.municipality)
    if name == "co_municipalities":
        return [asdict(body) for body in reading.co_municipalities]
    if name == "partner":
        return reading.partner and asdict(reading.partner)
    return field_value(reading, name, reading.partner)


def hear_freely(turn: Turn, text: str, *, personal: bool) -> dict[str, Any]:
    """What a text says by itself, whatever was asked."""
    fields = WITHOUT_PERSONAL + (PERSONAL if personal else ())
    ways = _ways_to_reach(turn, text) if personal else {}
    return {**ways, **values_of(turn.read(text), turn.office.settings.answers.certain, fields)}


def has_personal(turn: Turn, text: str) -> bool:
    """Whether a text tells who may be reached and how."""
    certain = turn.office.settings.answers.certain
    return bool(_ways_to_reach(turn, text) or values_of(turn.read(text), certain, PERSONAL))


def _ways_to_reach(turn: Turn, text: str) -> dict[str, Any]:
    """Address and number in a text, which in a chat are the person's even where no sentence says so; never ours."""
    found, ours = hear_ways(text), turn.office.identity.office
    phones = {digits(number) for number in ours.phones}
    return {
        name: value
        for name, value in found.items()
        if value.lower() not in ours.addresses and (name != "contact.phone" or digits(value) not in phones)
    }


def hear(turn: Turn, form: Form, text: str) -> Heard:
    """The answer to what the form asks; in a sentence also what else it says."""
    heard = _READERS.get(form.asked, _by_sentence)(turn, form, text)
    if len(text.split()) < _ENOUGH_WORDS or heard.candidates:
        return heard
    return replace(heard, also=hear_freely(turn, text, personal=bool(turn.state.agreed)))


def _by_sentence(turn: Turn, form: Form, text: str) -> Heard:
    reading = turn.read(_ASKED[form.asked].format(text.strip()))
    return Heard(values_of(reading, 0.5, _TAKES[form.asked]))


def _municipality(turn: Turn, form: Form, text: str) -> Heard:
    tries = [f"{form.hint}, {text}", text] if form.hint else [text]
    readings = [turn.read(_ASKED["municipality"].format(item)) for item in tries]
    found = next((reading for reading in readings if reading.municipality), None)
    if found:
        return Heard(values_of(found, 0.5, _TAKES["municipality"]))
    return Heard(candidates=next(filter(None, map(several_bodies, readings)), ()))


def several_bodies(reading: Reading) -> tuple[Values, ...]:
    """The bodies that a name could mean, where it is not settled which."""
    several = reading.municipality is None and len(reading.candidates) > 1
    return tuple(map(_candidate, reading.candidates)) if several else ()


def _candidate(item: Candidate) -> Values:
    return {"name": item.name, "ags": item.ags, "county": item.county or "", "kind": item.kind}


def _status(turn: Turn, form: Form, text: str) -> Heard:
    for group, status in (("yes", "existing"), ("no", "none"), ("planned", "planned")):
        if is_word(text, group):
            return Heard({"partnership_status": status})
    heard = _by_sentence(turn, form, text)
    # "Nein, haben wir nicht": the first word has said it, where the rest is short and says nothing else.
    first, _, rest = text.partition(",")
    planned = any(phrase in folded(rest) for phrase in words("planned"))
    if not heard.values and not planned and is_word(first, "no") and len(rest.split()) < _ENOUGH_WORDS:
        return Heard({"partnership_status": "none"})
    return heard


def _partner(turn: Turn, form: Form, text: str) -> Heard:
    heard = _by_sentence(turn, form, text)
    if "partner" in heard.values or len(text) > _LONGEST or not any(map(str.isalpha, text)):
        return heard
    # A village is in no list: it is kept as written, and its country is asked.
    name = text.strip(" .,!")
    return Heard({"partner": {"municipality": name, "country": None}}) if len(name.split()) <= 5 else heard


def _country(turn: Turn, form: Form, text: str) -> Heard:
    partner = _by_sentence(turn, form, text).values.get("partner") or {}
    country = partner.get("country")
    if not country:
        return Heard()
    known = {**(form.values.get("partner") or {}), "country": country}
    return Heard({"partner": known, "world_region": region_of(country)})


def _region(turn: Turn, form: Form, text: str) -> Heard:
    if is_word(text, "open"):
        return Heard({"world_region": "open"})
    heard = _by_sentence(turn, form, text)
    return Heard(problem="region_other") if heard.values.get("world_region") == "other" else heard


def _name(turn: Turn, form: Form, text: str) -> Heard:
    reading = turn.read(_ASKED["contact.name"].format(text.strip()))
    values = values_of(reading, 0.5, _TAKES["contact.name"])
    values |= hear_ways(text)
    if "contact.name" not in values and _looks_like_a_name(text):
        values["contact.name"] = text.strip(" .,")
    return Heard(values)


def _looks_like_a_name(text: str) -> bool:
    parts = text.strip(" .,").split()
    if not 2 <= len(parts) <= 5 or not all(_NAME.fullmatch(part) for part in parts):
        return False
    return all(part[0].isupper() or part in _PARTICLES for part in parts)


def hear_ways(text: str) -> dict[str, Any]:
    """Mail address and telephone number in a text."""
    mail, phone = find_mail(text), best_phone(find_phones(text))
    found = {"contact.email": mail, "contact.phone": phone.number if phone else None}
    return {name: value for name, value in found.items() if value}


def find_mail(text: str) -> str | None:
    """The first mail address in a text, None where there is none."""
    found = _MAIL.search(_SPELT_AT.sub("@", text))
    return found[0].rstrip(".") if found else None


def _email(turn: Turn, form: Form, text: str) -> Heard:
    address = find_mail(text)
    if address is None:
        return Heard()
    if address.lower() in turn.office.identity.office.addresses:
        return Heard(problem="email_ours")
    return Heard(hear_ways(text))


def _phone(turn: Turn, form: Form, text: str) -> Heard:
    phone = best_phone(find_phones(text))
    return Heard({"contact.phone": phone.number}) if phone else _by_sentence(turn, form, text)


_READERS: Mapping[str, Callable[[Turn, Form, str], Heard]] = {
    "municipality": _municipality,
    "partnership_status": _status,
    "partner": _partner,
    "partner.country": _country,
    "world_region": _region,
    "contact.name": _name,
    "contact.email": _email,
    "contact.phone": _phone,
}
