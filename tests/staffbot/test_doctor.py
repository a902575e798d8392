"""What doctor says of the bot for staff, and that `run` starts it."""

import threading

from staff_office import StaffOffice

from klimapartner.assistant.doctor import examine
from klimapartner.assistant.service import serve


def told(office: StaffOffice, **changes: object) -> tuple[bool, str]:
    with office.work(**changes) as work:
        return next((f.well, f.text) for f in examine(work, send_test_mail=False) if f.name == "Bot des Teams")


def test_doctor_says_who_the_bot_is_and_whom_it_serves(office: StaffOffice) -> None:
    assert told(office) == (True, "@team_bot; Chats: 1; Personen, die drücken dürfen: 1")


def test_doctor_names_a_chat_that_is_not_reached(office: StaffOffice) -> None:
    text = "@team_bot erreicht nicht: 4711; dort bitte /start schreiben oder ihn aufnehmen."
    assert told(office, chats=[office.erika.id, 4711]) == (False, text)


def test_doctor_says_what_is_wrong_with_the_token_without_it(office: StaffOffice) -> None:
    text = "Telegram kennt den Token nicht (401); bitte staff_bot.token prüfen."
    assert told(office, token={"value": "1:falsch"}) == (False, text)


def test_doctor_says_that_telegram_is_away(office: StaffOffice) -> None:
    with office.fake.outage():
        assert told(office) == (False, "Telegram ist nicht erreichbar (NetworkError).")


def test_the_service_runs_the_bot_in_its_part_bots(office: StaffOffice) -> None:
    office.enter()
    with office.work() as work:
        stop = threading.Event()
        thread = threading.Thread(target=serve, args=(work, ["bots"], stop))
        thread.start()
        (card,) = office.cards(office.erika)
        stop.set()
        thread.join(timeout=30)
    assert (thread.is_alive(), card.text.splitlines()[1]) == (False, "Bonn")
