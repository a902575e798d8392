"""Pairs of a body without a partner and an offer: what is proposed, in which order, and why."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from klimapartner.assistant.matching import Reason, looks_for_partner, proposals
from klimapartner.storage.entries import StoredField
from klimapartner.storage.offers import Offer
from klimapartner.storage.register_list import Line
from klimapartner.storage.search import Entry

NOW = datetime(2022, 3, 1, tzinfo=UTC)


def _entry(ags: str = "09572132", country: str = "", **fields: Any) -> Entry:
    stored = {name: StoredField(value, "staff", 1.0, (), None, NOW) for name, value in fields.items()}
    return Entry(
        1, "phase09", "KP9-A", "Herzogenaurach", ags, ags, "", "", country, "", "new", False, False, False,
        None, NOW, NOW, NOW, 1, stored,
    )  # fmt: skip


def _offer(number: int, name: str, country: str, *topics: str, **more: Any) -> Offer:
    offer = Offer(number, "phase09", name, country, 1, "", "", "", topics, "", "new", NOW, NOW)
    return replace(offer, **more)


KAYA, MWANZA, SAN_CARLOS = (
    _offer(1, "Kaya", "BF", "water"), _offer(2, "Mwanza", "TZ", "water", "energy"), _offer(3, "San Carlos", "NI"),
)  # fmt: skip


def _ids(entry: Entry, *offers: Offer) -> list[int]:
    return [one.offer.id for one in proposals(entry, offers)]


@pytest.mark.parametrize(
    ("fields", "country", "ids"),
    [
        ({"world_region": "africa", "topics": ["water", "energy"]}, "", [2, 1]),
        ({"world_region": "africa", "topics": ["water", "energy"]}, "BF", [1]),
        ({"world_region": "latin_america"}, "", [3]),
        # San Carlos is about as large as Herzogenaurach, Kaya is not.
        ({"world_region": "open", "topics": ["energy"]}, "", [2, 3, 1]),
        ({"topics": ["water"]}, "", [1, 2, 3]),
    ],
)
def test_wishes_decide_and_topics_order(fields: dict[str, Any], country: str, ids: list[int]) -> None:
    assert _ids(_entry(country=country, **fields), KAYA, MWANZA, SAN_CARLOS) == ids


def test_reasons_say_why() -> None:
    found = proposals(_entry(world_region="africa", topics=["water"], country="BF"), [KAYA])[0]
    assert found.reasons[:2] == (Reason("country", "BF"), Reason("topic", "water"))


def test_what_is_over_is_not_proposed() -> None:
    taken = replace(KAYA, status="matched")
    assert _ids(_entry(world_region="africa"), taken, replace(MWANZA, status="withdrawn")) == []


LINE = Line(1, "KP9-A", "phase09", "Köln", "", None, "", "", "new", False, False, False, None, NOW, NOW, 1)


@pytest.mark.parametrize(
    ("line", "looking"),
    [
        (LINE, True),
        (replace(LINE, partnership_status="none"), True),
        (replace(LINE, partnership_status="planned", partner_country="TZ"), True),
        (replace(LINE, partner_name="Kaya"), False),
        (replace(LINE, partnership_status="existing"), False),
        (replace(LINE, status="withdrawn"), False),
    ],
)
def test_who_looks_for_a_partner(line: Line, looking: bool) -> None:
    assert looks_for_partner(line) is looking
