"""What is broken in practice in other bots, row by row of the notes (B3): how messages come in."""

import threading

import pytest
from bot_office import Office, Running, Say
from chat_desk import reference_in

from klimapartner.assistant.fakes import botapi_faults as faults
from klimapartner.assistant.fakes.botapi_values import Chat
from klimapartner.assistant.telegram import inbound
from klimapartner.storage.chat_inbox import count_waiting, list_parked
from klimapartner.storage.errors import DatabaseUnavailable

DEADLINE = "Bis wann ist die Frist?"
ASK_TOWN = (
    "Für welche Stadt, Gemeinde oder welchen Landkreis schreiben Sie (am besten mit Bundesland oder Postleitzahl)?"
)
ASK_STATUS = (
    "Haben Sie bereits eine Partnerkommune in Afrika oder Lateinamerika oder Kontakte dorthin, und wenn ja, welche?"
)
ASK_NAME = "Wer ist bei Ihnen die Ansprechperson (Vor- und Nachname)?"
TEXT_ONLY = "Ich kann nur Text lesen. Schreiben Sie bitte, was Sie wissen oder mitteilen möchten."
STALE = "Diese Auswahl gilt nicht mehr."


def spoken(running: Running, chat: Chat) -> list[str]:
    """What the person said, as it stands in the transcript."""
    return [line.text for line in running.lines(chat) if line.who == "person"]


def begun(office: Office, chat: Chat, say: Say) -> None:
    """In the middle of the form: the town is told."""
    say(chat, "/start")
    office.fake.press(chat, "Interesse bekunden")
    office.fake.wait_sent(chat, 2, timeout=15)
    say(chat, "Herzogenaurach")


def test_row_01_a_restart_in_the_middle_of_the_form_changes_nothing(office: Office, ada: Chat, say: Say) -> None:
    with office.run():
        begun(office, ada, say)
        assert office.fake.texts(ada)[-1] == ASK_STATUS
    with office.run():
        office.fake.say(ada, "Unsere Partnerstadt ist Kaya in Burkina Faso")
        *_, notice = office.fake.wait_sent(ada, 4, timeout=15)
        office.fake.press(ada, "Einverstanden, weiter")
        *_, question = office.fake.wait_sent(ada, 5, timeout=15)
    assert (notice.text.splitlines()[0], question.text) == (
        "Bevor es um persönliche Angaben geht (Art. 13 DSGVO):", ASK_NAME,
    )  # fmt: skip


def test_row_02_quick_messages_are_taken_one_after_the_other(any_office: Office) -> None:
    fake = any_office.fake
    chat = fake.private(any_office.bot, fake.add_user("Ada", language="de"))
    with any_office.run() as running:
        fake.hold(any_office.bot)
        for line in ("/start", "Wir sind die Stadt Herzogenaurach und bekunden unser Interesse.", "Kaya, Burkina Faso"):
            fake.say(chat, line)
        fake.release(any_office.bot)
        fake.wait_for(lambda: len(spoken(running, chat)) == 3 and count(running) == 0, timeout=20)
        running.until_settled(chat)
        told = fake.texts(chat)
    assert spoken(running, chat)[1:] == [
        "Wir sind die Stadt Herzogenaurach und bekunden unser Interesse.", "Kaya, Burkina Faso",
    ]  # fmt: skip
    assert told[1] == ASK_STATUS
    assert told[2].splitlines()[0] == "Bevor es um persönliche Angaben geht (Art. 13 DSGVO):"


def count(running: Running) -> int:
    with running.work.database.reading() as session:
        return count_waiting(session)


def test_row_03_the_order_of_each_chat_is_kept_where_many_write_at_once(office: Office) -> None:
    told = crowd(office, chats=12, each=5)
    assert told == {("1", "2", "3", "4", "5")}


@pytest.mark.long
def test_500_chats_of_5_messages_at_once_none_lost_none_doubled_order_kept(office: Office) -> None:
    assert crowd(office, chats=500, each=5, timeout=900) == {("1", "2", "3", "4", "5")}


def crowd(office: Office, *, chats: int, each: int, timeout: float = 60) -> set[tuple[str, ...]]:
    """Everybody writes numbers at once: what was heard of each and, by the replies, that all of it was answered."""
    fake = office.fake
    people = [fake.private(office.bot, fake.add_user(f"P{number}", language="de")) for number in range(chats)]
    with office.run(messages_per_second=100_000) as running:
        for number in range(1, each + 1):
            for chat in people:
                fake.say(chat, str(number))
        # Of each: the note that a machine answers, and an answer to every line.
        fake.wait_for(lambda: len(fake.calls("sendMessage")) >= chats * (each + 1), timeout=timeout)
        fake.wait_for(lambda: count(running) == 0, timeout=timeout)
        heard = {tuple(spoken(running, chat)) for chat in people}
    assert {len(fake.sent(chat)) for chat in people} == {each + 1}
    assert all(set(running.states(chat)) == {"sent"} for chat in people)
    return heard


@pytest.mark.parametrize("way_out", ["/start", "/cancel"])
def test_row_04_start_and_cancel_win_even_where_the_state_is_lost(
    office: Office, ada: Chat, say: Say, way_out: str
) -> None:
    with office.run():
        begun(office, ada, say)
    with office.run():
        (reply,) = say(ada, way_out)
    assert reply.labels[0] == "Interesse bekunden"


def test_row_05_what_is_due_later_is_due_after_a_restart(office: Office, ada: Chat) -> None:
    office.fake.fail(faults.flood(60), method="sendMessage")
    with office.run() as running:
        office.fake.say(ada, "/start")
        running.until_settled(ada, "queued")
    with office.run() as running:
        assert running.states(ada) == ["queued"]
    office.ahead = office.ahead.__class__(seconds=61)
    with office.run() as running:
        assert running.until_settled(ada, "sent") == ["sent"]
    assert len(office.fake.sent(ada)) == 1


def test_row_06_start_enters_again_after_the_chat_was_deleted(office: Office, ada: Chat, say: Say) -> None:
    with office.run():
        begun(office, ada, say)
        office.fake.block(ada)
        office.fake.unblock(ada)
        (greeting,) = say(ada, "/start")
    assert greeting.labels[0] == "Interesse bekunden"


def test_row_07_an_update_that_comes_again_is_answered_once(office: Office, ada: Chat, say: Say) -> None:
    with office.run() as running:
        number = office.fake.say(ada, "/start")
        office.fake.wait_sent(ada, 1)
        office.fake.repeat(office.bot, number)
        say(ada, "Danke!")
    assert (spoken(running, ada), len(office.fake.sent(ada))) == (["start", "Danke!"], 2)


def test_row_19_a_changed_line_corrects_the_answer(office: Office, ada: Chat, say: Say) -> None:
    with office.run() as running:
        begun(office, ada, say)
        office.fake.edit(ada, "Stadt Bochum")
        office.fake.wait_sent(ada, 4, timeout=15)
        form = running.chats[0].state["form"]
    assert form["values"]["municipality"]["name"] == "Bochum"


def test_row_22_after_an_outage_of_the_network_the_bot_hears_again(office: Office, ada: Chat, say: Say) -> None:
    with office.run():
        say(ada, "/start")
        with office.fake.outage():
            office.fake.say(ada, "Danke!")
        office.fake.wait_sent(ada, 2, timeout=30)
    assert len(office.fake.sent(ada)) == 2


def test_row_23_an_update_is_confirmed_only_when_it_is_kept(
    office: Office, ada: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone, real = threading.Event(), inbound.receive

    def receive(*given: object, **named: object) -> object:
        if gone.is_set():
            gone.clear()
            raise DatabaseUnavailable("away")
        return real(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(inbound, "receive", receive)
    gone.set()
    with office.run() as running:
        office.fake.say(ada, "/start")
        office.fake.say(ada, "Danke!")
        office.fake.wait_sent(ada, 2, timeout=20)
    assert spoken(running, ada) == ["start", "Danke!"]


def test_row_23_a_poisonous_update_is_parked_and_stops_nobody(
    office: Office, ada: Chat, say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, tries = inbound.receive, list[str]()

    def receive(*given: object, **named: object) -> object:
        if "Gift" in str(named["event"]):
            tries.append("x")
            raise KeyError("Gift")
        return real(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(inbound, "receive", receive)
    with office.run() as running:
        office.fake.say(ada, "Gift")
        say(ada, "/start")
        with running.work.database.reading() as session:
            parked = list_parked(session)
    assert (len(tries), [update.error for update in parked], running.tasks) == (3, ["KeyError"], ["telegram:parked"])


def test_row_23_an_update_that_nobody_can_read_does_not_stop_those_that_come_with_it(
    office: Office, ada: Chat, say: Say
) -> None:
    with office.run() as running:
        office.fake.hold(office.bot)
        office.fake.tell(office.bot, "message", {"message_id": "?", "chat": {"id": ada.id}})
        office.fake.say(ada, "/start")
        office.fake.release(office.bot)
        office.fake.wait_sent(ada, 1, timeout=15)
    assert running.tasks == ["telegram:parked"]


def test_row_26_posts_of_channels_and_other_kinds_are_not_asked_for_and_do_no_harm(
    office: Office, ada: Chat, say: Say
) -> None:
    post = {"message_id": 5, "date": 0, "chat": {"id": -100, "type": "channel", "title": "N"}, "text": "Neu"}
    with office.run() as running:
        assert office.fake.tell(office.bot, "channel_post", post) is None
        office.fake.tell(office.bot, "message", post)
        say(ada, "/start")
        asked = office.fake.calls("getUpdates")[-1].params["allowed_updates"]
    assert [chat.address for chat in running.chats] == [str(ada.id)]
    assert asked in (
        ["message", "edited_message", "callback_query", "my_chat_member"],
        '["message", "edited_message", "callback_query", "my_chat_member"]',
    )


@pytest.mark.parametrize(
    "what",
    [
        {"voice": {"file_id": "a", "file_unique_id": "a", "duration": 3}},
        {"contact": {"phone_number": "+49301", "first_name": "Ada"}},
        {"sticker": {"file_id": "a", "file_unique_id": "a", "type": "regular", "width": 1, "height": 1,
                     "is_animated": False, "is_video": False}},
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_said(office: Office, ada: Chat, say: Say, what: dict[str, object]) -> None:
    with office.run():
        say(ada, "/start")
        office.fake.post(ada, **what)
        *_, reply = office.fake.wait_sent(ada, 2, timeout=15)
    assert reply.text == TEXT_ONLY


def test_the_words_under_a_file_are_read_and_that_the_file_is_not_is_said(office: Office, ada: Chat, say: Say) -> None:
    with office.run():
        say(ada, "/start")
        file = {"file_id": "a", "file_unique_id": "a", "file_name": "Interesse.pdf"}
        office.fake.post(ada, document=file, caption=DEADLINE)
        replies = [message.text for message in office.fake.wait_sent(ada, 3, timeout=15)][1:]
    assert sorted(text.split()[0] for text in replies) == ["Den", "Die"]


def test_an_album_is_one_message(office: Office, ada: Chat, say: Say) -> None:
    photo = [{"file_id": "a", "file_unique_id": "a", "width": 1, "height": 1}]
    with office.run():
        say(ada, "/start")
        for _ in range(3):
            office.fake.post(ada, photo=photo, media_group_id="7")
        say(ada, "Danke!", replies=2)
    assert office.fake.texts(ada)[1:2] == [TEXT_ONLY]
    assert len(office.fake.sent(ada)) == 3


def test_the_whole_intake_ends_with_a_reference(office: Office, ada: Chat, say: Say) -> None:
    with office.run() as running:
        say(ada, "/start")
        say(ada, "Die Stadt Herzogenaurach bekundet ihr Interesse.")
        say(ada, "Unsere Partnerstadt ist Kaya in Burkina Faso")
        office.fake.press(ada, "Einverstanden, weiter")
        office.fake.wait_sent(ada, 4, timeout=15)
        say(ada, "Kim Muster, kim@herzogenaurach.example, 09132 901128")
        say(ada, "Wasser")
        office.fake.press(ada, "Ja, absenden")
        office.fake.wait_sent(ada, 7, timeout=15)
        reference = reference_in(office.fake.texts(ada))
    assert (reference[:4], running.states(ada)) == ("KP9-", ["sent"] * 7)


def test_two_pressed_buttons_of_an_old_keyboard_count_once(office: Office, ada: Chat, say: Say) -> None:
    with office.run() as running:
        say(ada, "/start")
        office.fake.hold(office.bot)
        office.fake.press(ada, "Interesse bekunden")
        office.fake.press(ada, "Interesse bekunden")
        office.fake.release(office.bot)
        office.fake.wait_for(lambda: len(office.fake.answers(ada)) == 2, timeout=15)
        running.until_settled(ada, "sent", "sent")
    assert sorted(answer.get("text") or "" for answer in office.fake.answers(ada)) == ["", STALE]


@pytest.mark.parametrize("text", ["a\x00b", "\ud83d halb", "x" * 4096, "\u202e\u200b", "/", "/\n", "@", "🇩🇪" * 500])
def test_row_23_strange_signs_stop_nobody(any_office: Office, text: str) -> None:
    fake = any_office.fake
    chat = fake.private(any_office.bot, fake.add_user("Ada", language="de"))
    with any_office.run() as running:
        fake.say(chat, "/start")
        fake.wait_sent(chat, 1, timeout=15)
        fake.say(chat, text)
        fake.wait_sent(chat, 2, timeout=15)
        fake.say(chat, "Danke!")
        fake.wait_sent(chat, 3, timeout=15)
    assert running.tasks == []
