"""Which municipality staff mean: by key, or by name where that is one."""

from dataclasses import dataclass

from klimapartner.assistant.intake import Office
from klimapartner.intents.gazetteer.table import Entry as Place
from klimapartner.intents.gazetteer.table import gazetteer
from klimapartner.intents.reading import Letter, Part
from klimapartner.storage.register import BodyRef


@dataclass(frozen=True, slots=True)
class Choice:
    """A municipality to choose: its key, its name, and what tells it from others of that name."""

    key: str
    name: str
    about: str


def find_body(office: Office, wanted: str) -> BodyRef | tuple[Choice, ...]:
    """The body that a key or a name means; several to choose from where it is not one; () where there is none."""
    key = "".join(wanted.split())
    if key.isdecimal():
        place = gazetteer().by_key.get(key)
        return BodyRef(place.name, place.ags) if place else ()
    text = f"Stadt, Gemeinde oder Landkreis: {wanted}"
    reading = office.reader.read(Letter(text, (Part("body", 0, len(text)),)))
    if reading.municipality:
        found = reading.municipality
        return BodyRef(found.name, found.ags, found.sub_body or "")
    return tuple(
        Choice(item.ags or "", item.name, ", ".join(filter(None, (item.kind, item.county))))
        for item in reading.candidates
        if item.ags
    )


def place_of(ags: str | None) -> Place | None:
    """What the gazetteer knows of a body: population, coordinates, state."""
    return gazetteer().by_key.get(ags or "")
