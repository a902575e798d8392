"""What staff press is handled before it is confirmed: a process that dies in between loses nothing."""

from typing import Any

import pytest
from staff_office import StaffOffice

from klimapartner.assistant.staffbot import hearing
from klimapartner.assistant.staffbot.desk import StaffDesk
from klimapartner.storage.search import list_entries


def _statuses(office: StaffOffice) -> list[str]:
    with office.work() as work, work.database.reading() as session:
        return [entry.status for entry in list_entries(session)]


def test_a_press_that_nobody_handled_comes_again(office: StaffOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    office.enter()
    with office.run():
        (card,) = office.cards(office.erika)
    tried: list[int] = []

    async def dies(app: Any, desk: StaffDesk, update: Any) -> bool:
        tried.append(update.update_id)
        desk.ending.set()
        return False

    office.fake.press(office.erika, "Bestätigen", card.id)
    with monkeypatch.context() as patched:
        patched.setattr(hearing, "take_in", dies)
        with office.run(wait=False):
            office.fake.wait_for(lambda: bool(tried), timeout=20)
    assert (_statuses(office), len(tried)) == (["new"], 1)
    with office.run(wait=False):
        office.fake.wait_for(lambda: _statuses(office) == ["in_review"], timeout=20)


def test_an_update_that_was_begun_too_often_is_left_out(office: StaffOffice) -> None:
    with office.work() as work:
        desk = StaffDesk(work, None)  # type: ignore[arg-type]
        tries = [hearing._may_try(desk, 7) for _ in range(hearing.MOST_TRIES + 1)]
        other = hearing._may_try(desk, 8)
    assert (tries, other) == ([True] * hearing.MOST_TRIES + [False], True)
