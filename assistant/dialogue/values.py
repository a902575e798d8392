"""The slots of a form in words, and as the reading that the register is filled from."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from klimapartner.assistant.dialogue.state import Values
from klimapartner.assistant.dialogue.turning import Turn
from klimapartner.assistant.register_fields import FIELDS, partner_text
from klimapartner.intents.gazetteer.table import gazetteer
from klimapartner.intents.reading import Body, Contact, Evidence, Intent, Partner, Reading

_WORDED = ("world_region", "partnership_status", "needs", "topics")
_CONFIRMED = "im Chat bestätigt"
_AS_WRITTEN = 0.5  # a body that is in no list and was kept as written: staff look at it
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Shown:
    """One slot in words."""

    slot: str
    label: str
    value: str

    @property
    def line(self) -> str:
        return f"{self.label}: {self.value}"


def shown(turn: Turn, values: Values) -> list[Shown]:
    """The filled slots in words, in the register's order."""
    return [Shown(slot, turn.word("field", slot), _in_words(turn, slot, values[slot])) for slot in _filled(values)]


def _filled(values: Values) -> Iterator[str]:
    return (slot for slot in FIELDS if values.get(slot))


def _in_words(turn: Turn, slot: str, value: Any) -> str:
    if slot == "municipality":
        text = body_text(value)
    elif slot == "co_municipalities":
        text = ", ".join(map(body_text, value))
    elif slot == "partner":
        text = partner_text(Partner(**value), turn.language)
    elif slot in _WORDED:
        text = ", ".join(turn.word(slot, str(item)) for item in (value if isinstance(value, list) else [value]))
    else:
        text = str(value)
    return " ".join(text.split())[:_LONGEST]


def body_text(body: Values) -> str:
    """A body in words, with its Bezirk, and with its county: many bear the same name."""
    entry = gazetteer().by_key.get(body.get("ags") or "")
    county = gazetteer().by_key.get(entry.county) if entry and entry.is_town else None
    place = f" ({county.name})" if county else ""
    return " / ".join(filter(None, (body["name"] + place, body.get("sub_body"))))


def reading_of(turn: Turn, values: Values, intents: tuple[Intent, ...], text: str) -> Reading:
    """The slots as a reading of `text`, in which each stands as a line of its own."""
    partner = values.get("partner")
    return Reading(
        language=turn.language,
        intents=intents,
        municipality=_body(values["municipality"]) if values.get("municipality") else None,
        co_municipalities=tuple(map(_body, values.get("co_municipalities") or ())),
        world_region=values.get("world_region"),
        partner=Partner(**partner) if partner else None,
        more_partners=tuple(Partner(**item) for item in values.get("more_partners") or ()),
        partnership_status=values.get("partnership_status"),
        contact=Contact(**{name: values.get(f"contact.{name}") for name in ("name", "email", "phone", "role")}),
        needs=tuple(values.get("needs") or ()),
        topics=tuple(values.get("topics") or ()),
        evidence=tuple(_evidence(item, values, text) for item in shown(turn, values)),
    )


def _body(value: Values) -> Body:
    return Body(value["name"], value.get("ags"), value.get("sub_body"))


def _evidence(item: Shown, values: Values, text: str) -> Evidence:
    at = text.find(item.line)
    start = at + len(item.label) + 2
    first, last = (start, start + len(item.value)) if at >= 0 else (None, None)
    as_written = item.slot == "municipality" and values["municipality"].get("as_written")
    return Evidence(item.slot, item.value, first, last, _AS_WRITTEN if as_written else 1.0, _CONFIRMED)
