"""Groups: only what is addressed to the bot is heard, the FAQ alone answers, and nothing of anybody is kept."""

import pytest
from bot_office import Office, Running

from klimapartner.assistant.chat_work import say
from klimapartner.assistant.fakes.botapi_values import Chat
from klimapartner.assistant.faq import answer_text
from klimapartner.storage.chat_inbox import take_update
from klimapartner.storage.chats import find_chat

HELP = (
    "Ich bin ein Programm, kein Mensch, und beantworte hier Fragen zum Aufruf „Kommunale Klimapartnerschaften, neunte "
    "Phase“: mit /ask und der Frage dahinter, oder als Antwort auf eine meiner Nachrichten. Bitte nennen Sie in der "
    "Gruppe keine persönlichen Daten; für alles Weitere: office@engagement-global.example"
)


@pytest.fixture
def group(office: Office) -> Chat:
    return office.fake.group(office.bot, "Runde", office.fake.add_user("Ada", language="de"))


def asked(office: Office, group: Chat, text: str) -> str:
    """The answer to a message in the group."""
    before = len(office.fake.sent(group))
    office.fake.say(group, text)
    return office.fake.wait_sent(group, before + 1, timeout=15)[-1].text


def expected(running: Running, question: str) -> str:
    office = running.work.chat_office
    return answer_text(office.reader.ask(question), office.call, office.settings)


def test_row_20_a_question_by_command_is_answered_as_a_reply(office: Office, group: Chat) -> None:
    with office.run() as running:
        text = asked(office, group, "/ask Bis wann ist die Frist?")
        assert text == expected(running, "Bis wann ist die Frist?")
    question, answer = office.fake.history(group)
    assert (answer.reply_to, answer.buttons) == (question.id, ())


def test_row_20_a_reply_to_the_bot_is_answered(office: Office, group: Chat) -> None:
    with office.run() as running:
        asked(office, group, "/help")
        office.fake.say(group, "Was kostet das?", reply_to=office.fake.sent(group)[-1].id)
        *_, answer = office.fake.wait_sent(group, 2, timeout=15)
        assert answer.text == expected(running, "Was kostet das?")


def test_row_20_by_name_it_is_heard_where_privacy_mode_is_off_and_all_else_is_not(office: Office) -> None:
    bot = office.fake.add_bot("laut_bot", reads_groups=True)
    office.bot = bot
    group = office.fake.group(bot, "Runde", office.fake.add_user("Ada", language="de"))
    with office.run() as running:
        office.fake.say(group, "Bis wann ist die Frist?")
        office.fake.say(group, "/ask@anderer_bot Bis wann ist die Frist?")
        office.fake.say(group, "/start@anderer_bot")
        text = asked(office, group, "@laut_bot Was kostet das?")
        assert text == expected(running, "Was kostet das?")
    assert len(office.fake.sent(group)) == 1


@pytest.mark.parametrize("text", ["/help", "/start", "/ask", "/help@klima_bot"])
def test_what_it_does_in_groups_is_told(office: Office, group: Chat, text: str) -> None:
    with office.run():
        assert asked(office, group, text) == HELP


def test_it_introduces_itself_where_it_is_added(office: Office, group: Chat) -> None:
    with office.run():
        office.fake.join(group)
        (message,) = office.fake.wait_sent(group, 1, timeout=15)
    assert message.text == HELP


def test_privacy_in_a_group_names_the_controller(office: Office, group: Chat) -> None:
    with office.run():
        text = asked(office, group, "/privacy")
    assert text.splitlines()[0] == "Verantwortlich: Beispielstelle. Zweck: Klimapartnerschaften."


def test_an_interest_is_not_taken_in_a_group_and_what_was_written_is_not_kept(office: Office, group: Chat) -> None:
    said = "/ask Die Stadt Herzogenaurach bekundet ihr Interesse, Kim Muster, kim@herzogenaurach.example"
    with office.run() as running:
        asked(office, group, said)
        running.until_settled(group)
        with running.work.database.session() as session:
            kept = find_chat(session, "telegram-group", str(group.id))
            assert kept is not None
            assert take_update(session, now=running.work.clock(), chat_id=kept.id) is None
    assert [line.who for line in running.lines(group)] == ["assistant"]
    assert dict(kept.state) == {}
    assert "Muster" not in "".join(office.fake.texts(group))


def test_row_21_a_group_that_became_a_supergroup_is_followed(office: Office, group: Chat) -> None:
    with office.run() as running:
        asked(office, group, "/help")
        new = office.fake.migrate(group)
        assert asked(office, new, "/help") == HELP
    assert [chat.address for chat in running.chats] == [str(new.id)]


def test_row_21_a_line_on_its_way_is_sent_to_the_new_number(office: Office, group: Chat) -> None:
    with office.run() as running:
        asked(office, group, "/help")
    new = office.fake.migrate(group)
    with office.work() as work, work.database.session() as session:
        kept = find_chat(session, "telegram-group", str(group.id))
        assert kept is not None
        say(session, kept, "Nachricht", now=work.clock())
    with office.run() as running:
        office.fake.wait_sent(new, 1, timeout=15)
        running.until_settled(new, "sent", "sent")


CAREFUL = (
    "Bitte schreiben Sie in der Gruppe keine persönlichen Daten, denn andere lesen mit. Das Team erreichen Sie unter "
    "office@engagement-global.example."
)


@pytest.mark.parametrize("text", ["Wir wollen mitmachen, Tel. 0228 901128", "Ich bin kim@herne.example"])
def test_who_gives_an_address_in_a_group_is_warned(office: Office, group: Chat, text: str) -> None:
    with office.run():
        assert asked(office, group, f"/ask {text}").split("\n\n")[0] == CAREFUL
