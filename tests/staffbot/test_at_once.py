"""Two processes, two people, many entries: each thing happens once and in order."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TypeVar

from staff_office import StaffOffice

from klimapartner.assistant.fakes import botapi_faults as faults
from klimapartner.assistant.staffbot.posting import post_cards, post_digest
from klimapartner.assistant.staffbot.presses import Press, do_press
from klimapartner.storage.chat_lines import begin_line, claim_lines

T = TypeVar("T")


def together(*works: Callable[[], T]) -> list[T]:
    barrier = threading.Barrier(len(works))

    def start(work: Callable[[], T]) -> T:
        barrier.wait()
        return work()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(start, works))


def test_two_processes_put_each_card_and_overview_into_the_queue_once(any_office: StaffOffice) -> None:
    office = any_office
    for town in ("Bonn", "Köln", "Essen"):
        office.enter(town, None)
    with office.work() as one, office.work() as other:
        assert sum(together(lambda: post_cards(one), lambda: post_cards(other))) == 3
        assert [post_digest(one), post_digest(other)] == [False, False]
        office.later(days=1)
        assert sorted(together(lambda: post_digest(one), lambda: post_digest(other))) == [False, True]
        assert len(office.lines(one, office.erika)) == 4


def test_two_people_who_press_at_once_are_told_who_was_first(any_office: StaffOffice) -> None:
    office = any_office
    number = office.enter()
    with office.work() as one, office.work() as other:
        press = Press("confirm", number, 1)
        told = together(*(lambda work=work: do_press(work, press, office.erika.id) for work in (one, other)))
        assert office.deeds(one, number).count(("erika", "confirmed")) == 1
    assert sorted(told) == [
        "Bestätigt: der Eintrag ist in Prüfung und gilt als richtig gelesen.",
        "Das ist schon erledigt: erika, 10.02.2022 09:00.",
    ]


def test_a_card_that_was_on_its_way_when_the_program_died_is_not_sent_again(any_office: StaffOffice) -> None:
    office = any_office
    office.enter()
    with office.work() as work:
        post_cards(work)
        with work.database.session() as session:
            lease = timedelta(seconds=90)
            (line,) = claim_lines(session, channel="staff", owner="dead", now=office.hands.now, lease=lease)
            begin_line(session, line.id, owner="dead", now=office.hands.now, lease=lease)
    office.later(minutes=5)
    with office.run() as work:
        assert office.until_states(work, office.erika, "uncertain") == ["uncertain"]
    assert office.fake.sent(office.erika) == ()


def test_a_flood_of_entries_arrives_once_each_and_in_order_however_often_telegram_says_no(office: StaffOffice) -> None:
    names = [f"Ort {number}" for number in range(20)]
    for name in names:
        office.enter(name, None)
    # Every third call is refused; a second later (Telegram's wish) it goes.
    for after in range(2, 20, 3):
        office.fake.fail(faults.flood(1), after=after, method="sendMessage")
    with office.run() as work:
        office.fake.wait_for(lambda: office.later(seconds=1) and len(office.fake.sent(office.erika)) == 20, timeout=30)
        office.until_states(work, office.erika, *["sent"] * 20)
    assert [card.text.splitlines()[1] for card in office.fake.sent(office.erika)] == names
