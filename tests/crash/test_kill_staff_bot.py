"""kill -9 at every step of the bot for staff, start again: each card once, each press done once, no second question."""

import re
import secrets
import signal
from collections.abc import Callable, Iterator

import pytest
from chat_desk import NOW, chat_settings
from crash_office import CrashOffice, Result, changes, in_database
from crash_points import CARD, CARD_GAP, PRESS, points
from postgres_server import new_database
from staff_office import StaffOffice

from klimapartner.assistant.fakes.botapi import FakeBotApi
from klimapartner.assistant.settings import Settings

HOUR, TIME = 3600.0, re.compile(r"\d\d:\d\d")
BUTTONS = ("Nachfragen", "Zurückhalten")
TOLD = "Unklar, ob eine Nachricht des Team-Bots angekommen ist: das sendende Programm ist dabei beendet worden"
# The bot's duties and what it heard last pass.
PASSING = ("duties", "state")

Opened = Callable[[str], StaffOffice]


@pytest.fixture(scope="module")
def open_staff_office(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Opened]:
    """An office to which a town has written, on a kind of database; its bot has said nothing yet."""
    fakes: list[FakeBotApi] = []

    def opened(kind: str) -> StaffOffice:
        url = f"sqlite:///{tmp_path_factory.mktemp('staff')}/staff.db"
        if kind == "postgresql":
            url = new_database(request.getfixturevalue("postgres_server"), f"bot_{secrets.token_hex(4)}")
        fakes.append(FakeBotApi())
        office = StaffOffice.open(fakes[-1].__enter__(), url)
        with office.work() as work:
            office.write(work, "Bonn")
        return office

    yield opened
    for fake in fakes:
        fake.__exit__(None, None, None)


def settings_of(office: StaffOffice) -> Settings:
    return chat_settings(
        office.url, now=NOW, staff_bot=office.settings_of(), web={"public_url": "https://skew.example"}
    )


def result_of(office: StaffOffice) -> Result:
    found = in_database(office.url)
    rows = {table: count for table, count in found.pop("rows").items() if table not in PASSING}
    # When it was pressed differs: whoever starts again does so an hour later.
    shown = [(TIME.sub("*", message.text), list(message.labels)) for message in office.fake.history(office.erika)]
    return {"telegram": sorted(map(str, shown)), **found, "rows": rows}


def run(office: CrashOffice, staff: StaffOffice, deeds: int, point: str = "", ahead: float = 0) -> int:
    return office.run("staff", settings_of(staff), point, ahead=ahead, given=(1, deeds)).code


def pressed(office: CrashOffice, staff: StaffOffice, point: str) -> Result:
    """The card is there; somebody presses two of its buttons while the bot is away, which then works, and may die."""
    assert run(office, staff, 0) == 0
    (card,) = staff.fake.sent(staff.erika)
    for label in BUTTONS:
        staff.fake.press(staff.erika, label, card.id)
    if point:
        assert run(office, staff, len(BUTTONS), point, ahead=HOUR) == -signal.SIGKILL
    assert run(office, staff, len(BUTTONS), ahead=2 * HOUR) == 0
    return result_of(staff)


@pytest.fixture(scope="module")
def quiet_card(open_staff_office: Opened, crash_office: CrashOffice) -> Result:
    office = open_staff_office("sqlite")
    assert run(crash_office, office, 0) == 0
    return result_of(office)


@pytest.fixture(scope="module")
def quiet_press(open_staff_office: Opened, crash_office: CrashOffice) -> Result:
    return pressed(crash_office, open_staff_office("sqlite"), "")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def staff(request: pytest.FixtureRequest, open_staff_office: Opened) -> StaffOffice:
    return open_staff_office(request.param)


def test_a_card_goes_and_what_is_pressed_is_done(quiet_card: Result, quiet_press: Result) -> None:
    assert [len(result["telegram"]) for result in (quiet_card, quiet_press)] == [1, 1]
    made = [line for line in quiet_press["outbox"] if line.startswith("('ask_back'")]
    assert [len(made), len(quiet_press["outbox"]) - len(quiet_card["outbox"])] == [1, 1]


@pytest.mark.parametrize("point", points(*CARD))
def test_killed_outside_the_gap_the_card_goes_once(
    crash_office: CrashOffice, quiet_card: Result, staff: StaffOffice, point: str
) -> None:
    assert run(crash_office, staff, 0, point) == -signal.SIGKILL
    assert run(crash_office, staff, 0, ahead=HOUR) == 0
    assert changes(quiet_card, result_of(staff)) == {}


@pytest.mark.parametrize("point", points(*CARD_GAP))
def test_killed_in_the_gap_the_card_is_uncertain_staff_are_told_and_it_does_not_go_again(
    crash_office: CrashOffice, quiet_card: Result, staff: StaffOffice, point: str
) -> None:
    assert run(crash_office, staff, 0, point) == -signal.SIGKILL
    assert run(crash_office, staff, 0, ahead=HOUR) == 0
    found = changes(quiet_card, result_of(staff))
    lost, extra = found.pop("telegram", ([], []))
    assert (len(lost), extra) == (CARD_GAP[point], [])
    (gone,), (come,) = found.pop("chat_lines")
    assert come == gone.replace("'sent')", "'uncertain')")
    assert found == {"tasks": ([], [f"('staffbot:uncertain', '{TOLD}')"]), "rows": ([("tasks", "0")], [("tasks", "1")])}


@pytest.mark.parametrize("point", points(*PRESS))
def test_killed_at_a_press_it_is_done_once_and_the_card_shows_it(
    crash_office: CrashOffice, quiet_press: Result, staff: StaffOffice, point: str
) -> None:
    assert changes(quiet_press, pressed(crash_office, staff, point)) == {}
