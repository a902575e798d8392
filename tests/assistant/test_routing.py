"""Whom a municipality is told to call."""

import pytest

from klimapartner.assistant.call import Routing, RoutingRule, find_call

ROUTING = Routing(default=["skew"], rule=[RoutingRule(states=["NW", "RP"], contacts=["lag21", "skew"])])


@pytest.mark.parametrize(
    ("state", "contacts"),
    [("NW", ["lag21", "skew"]), ("RP", ["lag21", "skew"]), ("BY", ["skew"]), (None, ["skew"])],
)
def test_contacts_by_state(state: str | None, contacts: list[str]) -> None:
    call = find_call("phase09").model_copy(update={"routing": ROUTING})
    assert [contact.id for contact in call.contacts_for(state)] == contacts


def test_the_shipped_call_names_both_to_all() -> None:
    assert [contact.id for contact in find_call("phase09").contacts_for("NW")] == ["skew", "lag21"]
