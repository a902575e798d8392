"""The rows of a sheet as what they would bring to the register: understood, or with what is wrong with them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from klimapartner.assistant.console.bodies import find_body
from klimapartner.assistant.intake import Office
from klimapartner.assistant.register_fields import FIELDS
from klimapartner.assistant.sheets.values import Misunderstood, moment, value_of
from klimapartner.storage.columns import Json
from klimapartner.storage.register import BodyRef, PartnerRef
from klimapartner.storage.states import EntryStatus

# Columns that are no fields of their own.
_ABOUT = frozenset({"municipality", "ags", "sub_body", "partner", "partner_country", "status", "received", "reference"})


@dataclass(frozen=True, slots=True)
class Row:
    """A row that can be taken over; `line` is its number in the file, `name` what it says about the body."""

    line: int
    name: str
    body: BodyRef
    partner: PartnerRef
    fields: Mapping[str, Json] = field(default_factory=dict)
    status: EntryStatus = "new"
    received: datetime | None = None
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Faulty:
    """A row that is left out: an unknown municipality, or a value (`text`) that `field` does not take."""

    line: int
    name: str
    field: str
    text: str
    choices: tuple[str, ...] = ()


def understood(
    lines: Iterable[tuple[int, tuple[str, ...]]], columns: Mapping[int, str], office: Office, zone: ZoneInfo
) -> list[Row | Faulty]:
    """What each line says; `columns` gives the field of a column by its index."""
    bodies: dict[tuple[str, str], BodyRef | tuple[str, ...]] = {}
    return [_row(line, {columns[i]: cell for i, cell in enumerate(cells) if i in columns}, office, zone, bodies)
            for line, cells in lines]  # fmt: skip


def _row(
    line: int, cells: Mapping[str, str], office: Office, zone: ZoneInfo,
    bodies: dict[tuple[str, str], BodyRef | tuple[str, ...]],
) -> Row | Faulty:  # fmt: skip
    name = cells.get("municipality") or cells.get("ags", "")
    try:
        said = {field: value_of(field, cell) for field, cell in cells.items() if field != "received"}
        received = moment(cells.get("received", ""), zone)
    except Misunderstood as wrong:
        return Faulty(line, name, wrong.field, wrong.text)
    wanted = (said.get("ags") or "", said.get("municipality") or "")
    if wanted not in bodies:
        bodies[wanted] = _body(office, *wanted)
    body = bodies[wanted]
    if not isinstance(body, BodyRef):
        return Faulty(line, name, "municipality", name, body)
    return Row(
        line, name, BodyRef(body.name, body.ags, said.get("sub_body") or body.sub_body),
        PartnerRef(said.get("partner") or "", said.get("partner_country") or ""),
        {one: said[one] for one in FIELDS if one in said and one not in _ABOUT and said[one]},
        said.get("status") or "new", received, (said.get("reference") or "").upper(),
    )  # fmt: skip


def _body(office: Office, key: str, name: str) -> BodyRef | tuple[str, ...]:
    """The body of a key or a name; else names to choose from. A key decides; a name alone must be one body's."""
    if not (key or name):
        return ()
    found = find_body(office, key or name)
    return found if isinstance(found, BodyRef) else tuple(f"{one.name} ({one.key}, {one.about})" for one in found[:4])
