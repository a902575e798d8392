"""The daily overview, the reminders, alarms and handed-over chats: each once, whatever was missed."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from staff_office import StaffOffice

from klimapartner.assistant.alarms import Alarm
from klimapartner.assistant.staffbot.posting import (
    post_alarms,
    post_digest,
    post_entry_reminders,
    post_reminders,
    post_tasks,
)
from klimapartner.assistant.staffbot.schedule import last_digest_day, moment_of
from klimapartner.storage.chats import open_chat
from klimapartner.storage.entry_notes import add_reminder
from klimapartner.storage.tasks import add_task

BERLIN = ZoneInfo("Europe/Berlin")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("now", "day"),
    [
        ("2022-03-26T07:59:59+01:00", "2022-03-25"),
        ("2022-03-26T08:00:00+01:00", "2022-03-26"),
        ("2022-03-27T07:59:59+02:00", "2022-03-26"),  # the night to summer time
        ("2022-03-27T08:00:00+02:00", "2022-03-27"),
        ("2022-10-30T07:59:59+01:00", "2022-10-29"),  # the night to winter time
        ("2022-10-30T08:00:00+01:00", "2022-10-30"),
        ("2022-03-26T23:30:00+00:00", "2022-03-26"),  # the next day in Berlin
    ],
)
def test_the_overview_is_due_by_the_offices_clock(now: str, day: str) -> None:
    assert last_digest_day(at(now), 8, BERLIN) == date.fromisoformat(day)


@pytest.mark.parametrize(
    ("day", "hour", "moment"),
    [
        ("2022-03-27", 2, "2022-03-27T01:00:00+00:00"),  # there is no 2 o'clock: 3 o'clock summer time
        ("2022-10-30", 2, "2022-10-30T00:00:00+00:00"),  # 2 o'clock comes twice: the first
    ],
)
def test_an_hour_that_a_change_of_the_clock_leaves_out_or_repeats_comes_once(day: str, hour: int, moment: str) -> None:
    assert moment_of(date.fromisoformat(day), hour, BERLIN) == at(moment)


def test_the_overview_comes_once_a_day_and_missed_ones_once(any_office: StaffOffice) -> None:
    office, told = any_office, []
    with office.work() as work:
        for now in (
            "10T09:00",
            "10T18:00",
            "11T07:59",
            "11T08:00",
            "11T09:00",
            "14T12:00",
            "14T13:00",
        ):
            office.hands.now = at(f"2022-02-{now}:00+01:00")
            told.append(post_digest(work))
    assert told == [False, False, False, True, False, True, False]


def test_the_overview_counts_what_waits_and_names_the_next_dates(office: StaffOffice) -> None:
    office.enter(uncertain=True)
    with office.run() as work:
        office.cards(office.erika)
        with work.database.session() as session:
            add_task(session, kind="question", text="Frage an eine Person", now=office.hands.now)
        office.hands.now = at("2022-02-12T10:00:00+01:00")
        digest = office.cards(office.erika, 2)[1]
    assert digest.text == (
        "Übersicht, 12.02.2022\n\n• neu: 1\n• unsicher gelesen: 1\n"
        "• offene Aufgaben: 1 (die älteste seit 10.02.2022)\n\n"
        "Nächste Termine:\n"
        "• 22.–23. Februar 2022: Virtueller Informations-Workshop für interessierte deutsche Kommunen\n"
        "• bis 31. März 2022: Einreichen der unverbindlichen Interessenbekundung per E-Mail\n"
        "• bis 22. April 2022: Auswertung der Interessenbekundungen und erste Rückmeldung"
    )


def test_the_overview_can_be_asked_for_at_any_time_in_english_too(office: StaffOffice) -> None:
    with office.run(language="en"):
        office.fake.say(office.erika, "/heute")
        (digest,) = office.cards(office.erika)
    assert digest.text.splitlines()[:3] == ["Overview, 10.02.2022", "", "Nothing waits for you."]


def test_a_missed_overview_is_sent_once_after_a_restart(office: StaffOffice) -> None:
    with office.run():
        pass
    office.hands.now = at("2022-02-14T12:00:00+01:00")
    for _ in range(2):
        with office.run() as work:
            office.cards(office.erika)
            office.until_states(work, office.erika, "sent")
    assert [text.splitlines()[0] for text in office.fake.texts(office.erika)] == ["Übersicht, 14.02.2022"]


def test_dates_are_reminded_of_and_of_missed_reminders_only_the_nearest_comes(any_office: StaffOffice) -> None:
    office = any_office
    days = ("03-23T09:00", "03-24T07:00", "03-24T08:00", "03-24T09:00", "03-30T08:00", "03-31T12:00", "04-01T08:00")
    with office.work() as work:
        counts = []
        for now in days:
            office.hands.now = at(f"2022-{now}:00").replace(tzinfo=BERLIN)
            counts.append(post_reminders(work))
        lines = [line.text for line in office.lines(work, office.erika)]
    title = "Einreichen der unverbindlichen Interessenbekundung per E-Mail (bis 31. März 2022)"
    assert counts == [0, 0, 1, 0, 1, 1, 0]
    assert lines == [f"Noch 7 Tage: {title}", f"Morgen: {title}", f"Heute: {title}"]


def test_after_a_long_pause_one_reminder_says_how_many_days_are_left(office: StaffOffice) -> None:
    office.hands.now = at("2022-03-28T12:00:00+02:00")
    with office.work() as work:
        assert (post_reminders(work), post_reminders(work)) == (1, 0)
        (line,) = office.lines(work, office.erika)
    assert line.text.startswith("Noch 3 Tage: Einreichen")


def test_an_alarm_is_told_as_often_as_by_mail(office: StaffOffice) -> None:
    alarm, other = Alarm("deadletter", "1 Nachricht liegt.", "1"), Alarm("deadletter", "2 Nachrichten liegen.", "2")
    with office.work() as work:
        counts = [post_alarms(work, [alarm]), post_alarms(work, [alarm]), post_alarms(work, [other])]
        office.later(hours=1)
        counts.append(post_alarms(work, [other]))
        texts = [line.text for line in office.lines(work, office.erika)]
    assert (counts, texts) == ([1, 0, 0, 1], ["Alarm: 1 Nachricht liegt.", "Alarm: 2 Nachrichten liegen."])


def test_a_chat_that_waits_for_a_person_is_announced_once(any_office: StaffOffice) -> None:
    office = any_office
    with office.work() as work:
        with work.database.session() as session:
            chat = open_chat(session, channel="web", address="w", language="de", now=office.hands.now)
            text = "Chat: eine Person wird gewünscht"
            task, _ = add_task(session, kind="chat", text=text, chat_id=chat.id, now=office.hands.now)
        assert (post_tasks(work), post_tasks(work)) == (1, 0)
        (line,) = office.lines(work, office.erika)
    assert line.text == (
        f"Chat an das Team übergeben (Aufgabe {task.id}): Chat: eine Person wird gewünscht.\n"
        f"Lesen: klimapartner chats show {chat.id}\nAntworten: klimapartner chats answer {chat.id}"
    )


def test_a_reminder_of_an_entry_is_told_once_when_it_is_due_without_its_words(office: StaffOffice) -> None:
    number = office.enter()
    with office.work() as work:
        with work.database.session() as session:
            due = office.hands.now + timedelta(days=2)
            add_reminder(session, number, "Frau Muster anrufen", due_at=due, who="erika", now=office.hands.now)
        counts = [post_entry_reminders(work)]
        office.later(days=2)
        counts += [post_entry_reminders(work), post_entry_reminders(work)]
        (line,) = office.lines(work, office.erika)
    assert counts == [0, 1, 0]
    assert line.text == f"Wiedervorlage zu Eintrag {number} https://skew.example/console/entries/{number}"
