"""Telegram at its worst: floods, blocks, cut connections, moved groups, cards that are gone."""

import pytest
from staff_office import StaffOffice

from klimapartner.assistant.fakes import botapi_faults as faults
from klimapartner.storage.tasks import list_tasks

BUTTONS = ["Bestätigen", "Nachfragen", "Zurückhalten", "In der Konsole öffnen"]


def kinds(office: StaffOffice) -> list[str]:
    with office.work() as work, work.database.reading() as session:
        return [task.kind for task in list_tasks(session)]


@pytest.mark.parametrize("fault", [faults.flood(1), faults.bad_gateway()])
def test_a_card_that_was_surely_not_taken_is_sent_again(office: StaffOffice, fault: faults.Fault) -> None:
    office.fake.fail(fault, method="sendMessage")
    office.enter()
    with office.run() as work:
        office.fake.wait_for(lambda: any(line.error for line in office.lines(work, office.erika)), timeout=20)
        office.later(seconds=5)
        office.until_states(work, office.erika, "sent")
    assert len(office.fake.sent(office.erika)) == 1


def test_a_card_that_may_have_arrived_is_not_sent_again_and_its_buttons_work(office: StaffOffice) -> None:
    office.fake.fail(faults.accepted_but_cut(), method="sendMessage")
    office.enter()
    with office.run() as work:
        office.until_states(work, office.erika, "uncertain")
        (card,) = office.cards(office.erika)
        office.press(office.erika, "Bestätigen", card)
        office.shown(office.erika, card, BUTTONS[1:])
    assert len(office.fake.calls("sendMessage")) == 1


def test_nothing_is_lost_while_telegram_is_away(office: StaffOffice) -> None:
    with office.run() as work:
        with office.fake.outage():
            office.enter()
            office.fake.wait_for(lambda: any(line.error for line in office.lines(work, office.erika)), timeout=20)
        office.later(minutes=6)
        office.until_states(work, office.erika, "sent")
    assert len(office.fake.sent(office.erika)) == 1


def test_a_chat_that_blocked_the_bot_is_left_alone_until_it_writes_again(office: StaffOffice) -> None:
    office.fake.block(office.erika)
    office.enter()
    with office.run() as work:
        office.until_states(work, office.erika, "failed")
        office.enter("Köln", "05315000")
        office.fake.unblock(office.erika)
        office.fake.say(office.erika, "/hilfe")
        office.cards(office.erika, 2)
    names = [message.text.splitlines()[1] for message in office.fake.sent(office.erika) if "Eintrag" in message.text]
    assert names == ["Köln"]
    assert kinds(office) == ["staffbot:gone"]


def test_a_message_that_telegram_refuses_is_told_to_staff_and_stops_nothing(office: StaffOffice) -> None:
    office.fake.fail(faults.bad_request("Bad Request: message is too long"), method="sendMessage")
    office.enter()
    with office.run() as work:
        office.until_states(work, office.erika, "failed")
        office.enter("Köln", "05315000")
        office.until_states(work, office.erika, "failed", "sent")
    assert kinds(office) == ["staffbot:refused"]


@pytest.mark.parametrize("fault", [faults.flood(1), faults.bad_gateway(), faults.accepted_but_cut()])
def test_an_edit_that_fails_for_now_is_made_in_the_end(office: StaffOffice, fault: faults.Fault) -> None:
    office.enter()
    with office.run():
        (card,) = office.cards(office.erika)
        office.fake.fail(fault, method="editMessageText")
        office.press(office.erika, "Zurückhalten", card)
        edited = office.shown(office.erika, card, [BUTTONS[1], BUTTONS[3]])
        assert office.press(office.erika, "Nachfragen", card).startswith("Hierzu gibt es keine Adresse")
    assert edited.text.endswith("‖ Zurückgehalten von erika, 10.02.2022 09:00")


def test_a_card_that_telegram_says_is_as_it_should_be_is_not_edited_again(office: StaffOffice) -> None:
    office.enter()
    with office.run():
        (card,) = office.cards(office.erika)
        office.fake.fail(faults.bad_request("Bad Request: message is not modified"), 100, method="editMessageText")
        office.press(office.erika, "Zurückhalten", card)
        office.enter("Köln", "05315000")
        office.cards(office.erika, 2)
    assert len(office.fake.calls("editMessageText")) == 1


def test_a_card_that_was_deleted_is_not_edited_for_ever(office: StaffOffice) -> None:
    number = office.enter()
    gone = faults.bad_request("Bad Request: message to edit not found")
    with office.run() as work:
        (card,) = office.cards(office.erika)
        office.fake.fail(gone, times=100, method="editMessageText")
        office.press(office.erika, "Bestätigen", card)
        with work.database.session() as session:
            office.flag(work, number, session)
        office.enter("Köln", "05315000")
        office.cards(office.erika, 2)
    assert len(office.fake.calls("editMessageText")) == 1


def test_a_press_that_telegram_holds_too_old_is_done_all_the_same(office: StaffOffice) -> None:
    number = office.enter()
    with office.run() as work:
        (card,) = office.cards(office.erika)
        office.fake.press(office.erika, "Bestätigen", card.id)
        office.fake.expire_queries(office.bot)
        office.shown(office.erika, card, BUTTONS[1:])
        assert office.entry(work, number).status == "in_review"


def test_a_group_that_becomes_a_supergroup_goes_on_without_new_settings(office: StaffOffice) -> None:
    group = office.fake.group(office.bot, "Team", office.erika.members[0])
    settings = {"groups": True, "chats": [group.id]}
    office.enter()
    with office.run(**settings):
        office.cards(group)
        supergroup = office.fake.migrate(group)
        office.enter("Köln", "05315000")
        office.cards(supergroup, 1)
    with office.run(**settings):
        office.enter("Essen", "05113000")
        office.fake.wait_for(lambda: "Essen" in "".join(office.fake.texts(supergroup)), timeout=20)
    assert [text.splitlines()[1] for text in office.fake.texts(supergroup)][-2:] == ["Köln", "Essen"]


def test_two_programs_on_one_token_are_told_as_trouble(office: StaffOffice) -> None:
    office.fake.fail(faults.conflict(), times=2, method="getUpdates", bot=office.bot)
    with office.run(wait=False, alarms=True):
        (alarm,) = office.cards(office.erika)
    assert alarm.text == (
        "Alarm: Der Teil „bots:staff“ arbeitet nicht: Ein anderes Programm fragt Telegram mit demselben Token ab (409)"
    )
