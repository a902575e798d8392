"""The closed list: who is not on it learns nothing, and leaves no trace."""

import pytest
from chat_desk import chat_settings
from staff_office import StaffOffice

from klimapartner.assistant.errors import SettingsError
from klimapartner.assistant.staffbot.serving import StaffBotError, application_of
from klimapartner.storage.chats import find_chat, list_chats

REFUSAL = "Dieser Bot ist nur für einen geschlossenen Kreis da."


def test_a_stranger_gets_a_calm_refusal_three_times_and_is_not_kept(
    office: StaffOffice, capfd: pytest.CaptureFixture[str]
) -> None:
    stranger = office.fake.private(office.bot, office.fake.add_user("Mallory", username="mallory"))
    office.enter()
    with office.run() as work:
        for words in ("/start", "/heute", "Wer hat geschrieben?", "Hallo?", "/heute"):
            office.fake.say(stranger, words)
        office.fake.say(office.erika, "/id")
        office.fake.wait_for(lambda: len(office.fake.sent(office.erika)) == 2, timeout=20)
        with work.database.reading() as session:
            assert find_chat(session, "staff", str(stranger.id)) is None
            assert list_chats(session) == []
    assert office.fake.texts(stranger) == [REFUSAL] * 3
    logged = capfd.readouterr().err
    assert [word for word in ("Mallory", "mallory", str(stranger.id), "geschrieben") if word in logged] == []


def test_a_stranger_learns_the_own_number_only(office: StaffOffice) -> None:
    stranger = office.fake.private(office.bot, office.fake.add_user("Neu"))
    with office.run():
        office.fake.say(stranger, "/id")
        (reply,) = office.cards(stranger)
    assert reply.text == f"Nummer dieses Chats: {stranger.id}"


def test_a_stranger_cannot_press_a_forged_button(office: StaffOffice) -> None:
    stranger = office.fake.private(office.bot, office.fake.add_user("Mallory"))
    number = office.enter()
    with office.run() as work:
        office.fake.say(stranger, "/start")
        (refusal,) = office.cards(stranger)
        office.fake.forge(stranger, f"confirm:{number}:1", refusal.id)
        office.fake.wait_for(lambda: office.fake.answers(stranger), timeout=20)
        assert office.entry(work, number).status == "new"
    assert office.fake.answers(stranger)[-1]["text"] == REFUSAL


def test_a_group_that_is_not_listed_is_served_nothing(office: StaffOffice) -> None:
    group = office.fake.group(office.bot, "Fremd", office.erika.members[0])
    office.enter()
    with office.run():
        office.fake.say(group, "/heute@team_bot")
        office.fake.say(group, "/id@team_bot")
        (reply,) = office.cards(group)
        office.cards(office.erika)
    assert office.fake.texts(group) == [f"Nummer dieses Chats: {group.id}"] == [reply.text]


@pytest.mark.parametrize("data", ["", "confirm", "confirm:1", "erase:1:1", "confirm:1:x", "confirm:²:1", "hold:-1:1"])
def test_data_that_no_card_has_is_answered_and_does_nothing(office: StaffOffice, data: str) -> None:
    office.enter()
    with office.run():
        (card,) = office.cards(office.erika)
        office.fake.forge(office.erika, data or "?", card.id)
        office.fake.wait_for(lambda: office.fake.answers(office.erika), timeout=20)
    assert office.fake.answers(office.erika)[-1]["text"] == "Diesen Knopf gibt es nicht mehr."


def test_a_chat_that_leaves_the_list_gets_nothing_more(office: StaffOffice) -> None:
    other = office.fake.private(office.bot, office.fake.add_user("Max"))
    with office.run(chats=[office.erika.id, other.id]):
        office.enter()
        office.cards(other)
    with office.run():
        office.enter("Köln", "05315000")
        office.cards(office.erika, 2)
    assert len(office.fake.sent(other)) == 1


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"token": {"value": "1:a"}}, "chats fehlt"),
        ({"chats": [-100]}, "Gruppen brauchen groups = true"),
        ({"reminder_days": [-1]}, "nie negativ"),
        ({"digest_hour": 24}, "less than or equal to 23"),
    ],
)
def test_settings_that_would_open_the_circle_are_refused(given: dict[str, object], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        chat_settings("sqlite:///x.db", staff_bot=given)


def test_a_wrong_token_is_said_without_the_token(office: StaffOffice) -> None:
    with pytest.raises(StaffBotError) as error, office.run(token={"value": "1:falsch"}):
        pass
    assert str(error.value) == "Telegram kennt den Token nicht (401); bitte staff_bot.token prüfen."


def test_commands_are_told_to_telegram_in_two_languages(office: StaffOffice) -> None:
    with office.run():
        office.fake.wait_for(lambda: office.fake.commands(office.bot, "en"), timeout=20)
    assert office.fake.commands(office.bot)["heute"] == "Übersicht von heute"
    assert office.fake.commands(office.bot, "en")["heute"] == "Today's overview"


def test_the_token_of_the_public_bot_is_not_taken(office: StaffOffice) -> None:
    token = {"value": office.bot.token}
    settings = chat_settings(
        office.url, telegram={"mode": "faq", "token": token}, staff_bot={"token": token, "chats": [1]}
    )
    with pytest.raises(StaffBotError, match="das Team braucht einen eigenen"):
        application_of(settings)
