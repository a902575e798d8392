"""What staff corrected becomes a training case only where a person approved it."""

import pytest
from console_desk import Console

from klimapartner.assistant.corrections import training_cases
from klimapartner.storage.approvals import approve, approved_entries, take_back
from klimapartner.storage.errors import WrongState
from klimapartner.storage.register import staff_set


def _correct(console: Console, body: str) -> int:
    entry = console.entry(body)
    with console.session() as session:
        staff_set(
            session, entry_id=entry.id, field="world_region", value="latin_america", expected_version=entry.version,
            actor="editor", now=console.hands.now,
        )  # fmt: skip
    return entry.id


def test_nothing_is_learnt_without_approval_and_nothing_after_it_is_taken_back(any_console: Console) -> None:
    number = _correct(any_console, "Husum")
    with any_console.session() as session:
        assert training_cases(session) == []
        approve(session, number, who="lead", now=any_console.hands.now)
        approve(session, number, who="lead", now=any_console.hands.now)
        assert [entry.id for entry in approved_entries(session)] == [number]
        case = training_cases(session)[0]
        take_back(session, number, who="lead", now=any_console.hands.now)
        assert (approved_entries(session), training_cases(session)) == ([], [])
    gold = case["gold"]
    assert (gold["world_region"], gold["municipality"]["ags"], gold["automated"]) == (
        "latin_america",
        "01054056",
        False,
    )
    assert "interest" in gold["intents"]
    assert "Husum" in case["body"]


def test_what_nobody_looked_at_is_not_approved(console: Console) -> None:
    entry = console.entry("Zittau")
    with pytest.raises(WrongState), console.session() as session:
        approve(session, entry.id, who="lead", now=console.hands.now)


def test_the_lead_approves_on_the_page(console: Console) -> None:
    number = _correct(console, "Husum")
    lead = console.staff("lead")
    lead.get(f"/entries/{number}")
    lead.post(f"/entries/{number}/training", allow="1")
    with console.session() as session:
        assert [entry.id for entry in approved_entries(session)] == [number]
    lead.post(f"/entries/{number}/training")
    with console.session() as session:
        assert approved_entries(session) == []
