"""What is broken in practice in other bots, row by row of the notes (B3): how messages go out."""

from datetime import timedelta

import pytest
from bot_office import Office, Running, Say, staff_says

from klimapartner.assistant.chat_work import say as say_as_staff
from klimapartner.assistant.fakes import botapi_faults as faults
from klimapartner.assistant.fakes.botapi_values import Chat
from klimapartner.assistant.telegram.splitting import utf16_length
from klimapartner.assistant.workplace import Workplace
from klimapartner.storage.chat_lines import ChatLine, begin_line, claim_lines
from klimapartner.storage.chats import find_chat
from klimapartner.storage.engine import Session

BY_STAFF = "Eine Person aus dem Team schreibt:"
STALE = "Diese Auswahl gilt nicht mehr."
MARKED = "<b>Abdo</b> < & _x_ *y* [z](u) `q` << ö"
LONG = "\n\n".join(f"Absatz {number}: " + "Wörter 😀 und Zeichen. " * 60 for number in range(1, 10)).strip()


def ours(running: Running, chat: Chat) -> list[ChatLine]:
    return [line for line in running.lines(chat) if line.who != "person"]


@pytest.mark.parametrize("fault", [faults.accepted_but_cut(), faults.lost()])
def test_row_08_what_may_have_arrived_is_not_sent_again(
    office: Office, ada: Chat, say: Say, fault: faults.Fault
) -> None:
    office.fake.fail(fault, method="sendMessage")
    with office.run() as running:
        office.fake.say(ada, "/start")
        running.until_settled(ada, "uncertain")
        office.fake.say(ada, "Danke!")
        running.until_settled(ada, "uncertain", "sent")
    assert len(office.fake.calls("sendMessage")) == 2


def test_row_08_what_surely_did_not_arrive_is_sent_again(office: Office, ada: Chat, say: Say) -> None:
    office.fake.fail(faults.bad_gateway(), method="sendMessage")
    with office.run() as running:
        say(ada, "/start")
        running.until_settled(ada, "sent")
    assert len(office.fake.sent(ada)) == 1


def test_row_09_after_a_part_that_may_be_missing_the_others_follow(office: Office, ada: Chat, say: Say) -> None:
    with office.run() as running:
        say(ada, "/start")
        office.fake.fail(faults.lost(), method="sendMessage", after=1)
        staff_says(running, ada, LONG)
        running.until_settled(ada, "sent", "uncertain", timeout=30)
        parts = len(office.fake.calls("sendMessage")) - 1
    assert (parts, len(office.fake.sent(ada)) - 1) == (5, 4)
    assert ours(running, ada)[-1].error == "TelegramNetworkError: may be missing of 5: 2"


def test_row_09_after_a_flood_error_in_the_middle_it_goes_on_there(office: Office, ada: Chat, say: Say) -> None:
    with office.run() as running:
        say(ada, "/start")
        office.fake.fail(faults.flood(1), method="sendMessage", after=2)
        staff_says(running, ada, LONG)
        running.until_settled(ada, "sent", "sent", timeout=30)
    assert "".join("".join(office.fake.texts(ada)[1:]).split()) == "".join(f"{BY_STAFF}{LONG}".split())


def test_row_10_the_flood_error_of_one_chat_does_not_slow_the_others(office: Office, ada: Chat, say: Say) -> None:
    ben = office.fake.private(office.bot, office.fake.add_user("Ben", language="de"))
    office.fake.fail(faults.flood(3600), chat=ada, method="sendMessage")
    with office.run() as running:
        office.fake.say(ada, "/start")
        running.until_settled(ada, "queued")
        say(ben, "/start")
        office.ahead = timedelta(hours=1)
        office.fake.wait_sent(ada, 1, timeout=15)
    assert (len(office.fake.sent(ada)), len(office.fake.sent(ben))) == (1, 1)


def test_row_10_the_limits_of_telegram_are_met_by_waiting(office: Office, ada: Chat, say: Say) -> None:
    office.fake.limit_chats(office.bot, 1, 1)
    with office.run() as running:
        say(ada, "/start")
        for number in range(3):
            staff_says(running, ada, str(number))
        running.until_settled(ada, *["sent"] * 4, timeout=30)
    assert [text.splitlines()[-1] for text in office.fake.texts(ada)[1:]] == ["0", "1", "2"]


def test_row_11_signs_of_markup_arrive_as_they_were_written(office: Office, ada: Chat, say: Say) -> None:
    with office.run() as running:
        say(ada, "/start")
        staff_says(running, ada, MARKED)
        *_, message = office.fake.wait_sent(ada, 2)
    assert (message.text, message.entities) == (f"{BY_STAFF}\n{MARKED}", ())


def test_row_11_what_is_refused_with_buttons_goes_without(office: Office, ada: Chat, say: Say) -> None:
    office.fake.fail(faults.bad_request("Bad Request: can't parse entities"), method="sendMessage")
    with office.run() as running:
        (greeting,) = say(ada, "/start")
        running.until_settled(ada, "sent")
    assert greeting.labels == ()


def test_row_11_what_is_refused_for_good_is_told_to_staff_and_stops_nothing(office: Office, ada: Chat) -> None:
    office.fake.fail(faults.bad_request("Bad Request: strange"), times=2, method="sendMessage")
    with office.run() as running:
        office.fake.say(ada, "/start")
        office.fake.say(ada, "Danke!")
        running.until_settled(ada, "failed", "sent")
    assert running.tasks == ["telegram:refused"]


def test_row_12_a_long_text_comes_in_parts_that_telegram_takes(office: Office, ada: Chat, say: Say) -> None:
    with office.run() as running:
        say(ada, "/start")
        staff_says(running, ada, LONG)
        running.until_settled(ada, "sent", "sent", timeout=30)
    parts = office.fake.texts(ada)[1:]
    assert "".join("".join(parts).split()) == "".join(f"{BY_STAFF}{LONG}".split())
    assert [utf16_length(part) <= 4096 for part in parts] == [True] * 5


@pytest.mark.parametrize("town", ["Schwäbisch Gmünd", "Neuenkirchen", "Rothenburg ob der Tauber"])
def test_row_13_values_of_buttons_fit_whatever_the_town_is_called(
    office: Office, ada: Chat, say: Say, town: str
) -> None:
    with office.run():
        say(ada, "/start")
        office.fake.press(ada, "Interesse bekunden")
        office.fake.wait_sent(ada, 2, timeout=15)
        say(ada, town)
    values = [button.data or "" for message in office.fake.sent(ada) for row in message.buttons for button in row]
    assert [value for value in values if not 0 < len(value.encode()) <= 64] == []
    assert [call.code for call in office.fake.calls("sendMessage")] == [200] * 3


def test_row_14_a_query_that_is_too_old_does_not_end_the_dialogue(office: Office, ada: Chat, say: Say) -> None:
    with office.run():
        say(ada, "/start")
        office.fake.hold(office.bot)
        office.fake.press(ada, "Interesse bekunden")
        office.fake.expire_queries(office.bot)
        office.fake.release(office.bot)
        office.fake.wait_sent(ada, 2, timeout=15)
        (call,) = office.fake.wait_for(lambda: office.fake.calls("answerCallbackQuery"))
    assert (call.code, "too old" in call.description) == (400, True)


def test_row_15_a_double_tap_counts_once_and_not_modified_is_well(office: Office, ada: Chat, say: Say) -> None:
    modified = "Bad Request: message is not modified"
    with office.run() as running:
        say(ada, "/start")
        office.fake.fail(faults.bad_request(modified), times=5, method="editMessageReplyMarkup")
        office.fake.hold(office.bot)
        office.fake.press(ada, "Interesse bekunden")
        office.fake.press(ada, "Interesse bekunden")
        office.fake.release(office.bot)
        office.fake.wait_for(lambda: len(office.fake.answers(ada)) == 2, timeout=15)
        running.until_settled(ada, "sent", "sent")
        say(ada, "Herzogenaurach")
    assert sorted(answer.get("text") or "" for answer in office.fake.answers(ada)) == ["", STALE]


def test_a_used_keyboard_is_taken_away_and_an_old_one_as_well(office: Office, ada: Chat, say: Say) -> None:
    with office.run():
        say(ada, "/start")
        say(ada, "/start")
        office.fake.wait_for(lambda: office.fake.sent(ada)[0].labels == ())
        office.fake.press(ada, "Interesse bekunden")
        office.fake.wait_for(lambda: office.fake.sent(ada)[1].labels == ())


def test_row_16_who_blocks_the_bot_stops_nobody_and_is_reached_again_when_writing(
    office: Office, ada: Chat, say: Say
) -> None:
    ben = office.fake.private(office.bot, office.fake.add_user("Ben", language="de"))
    with office.run() as running:
        say(ada, "/start")
        office.fake.fail(faults.forbidden(), chat=ada, method="sendMessage")
        staff_says(running, ada, "Guten Tag")
        running.until_settled(ada, "sent", "failed")
        assert [chat.active for chat in running.chats if chat.address == str(ada.id)] == [False]
        say(ben, "/start")
        say(ada, "Danke!")
    assert [chat.active for chat in running.chats] == [True, True]


def test_row_16_a_block_that_telegram_tells_is_noted(office: Office, ada: Chat, say: Say) -> None:
    with office.run() as running:
        say(ada, "/start")
        office.fake.block(ada)
        office.fake.wait_for(lambda: not running.chats[0].active)
        office.fake.unblock(ada)
        office.fake.wait_for(lambda: running.chats[0].active)


def test_what_staff_write_arrives_with_the_word_that_a_person_writes(office: Office, ada: Chat, say: Say) -> None:
    with office.run() as running:
        say(ada, "/start")
        staff_says(running, ada, "Guten Tag, gern.")
        *_, message = office.fake.wait_sent(ada, 2)
    assert message.text == f"{BY_STAFF}\nGuten Tag, gern."


def test_a_line_whose_sender_died_is_uncertain_and_the_next_one_goes(office: Office, ada: Chat, say: Say) -> None:
    with office.run() as running:
        say(ada, "/start")
    with running.office.work() as work, work.database.session() as session:
        kept = find_chat(session, "telegram", str(ada.id))
        assert kept is not None
        say_as_staff(session, kept, "eins", now=work.clock())
        say_as_staff(session, kept, "zwei", now=work.clock())
        died(session, work)
    office.ahead = timedelta(minutes=10)
    with office.run() as running:
        running.until_settled(ada, "sent", "uncertain", "sent")
    assert office.fake.texts(ada)[1:] == [f"{BY_STAFF}\nzwei"]


def died(session: Session, work: Workplace) -> None:
    """A sender takes the next line, begins, and is never heard of again."""
    now, lease = work.clock(), timedelta(minutes=1)
    (line,) = claim_lines(session, channel="telegram", owner="dead", now=now, lease=lease)
    begin_line(session, line.id, owner="dead", now=now, lease=lease)
