"""The fake Bot API server tells a bot what people do: messages, buttons, groups, by polling, once and in order."""

import itertools
import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from klimapartner.assistant.fakes.botapi import FakeBotApi
from klimapartner.assistant.fakes.botapi_polling import OTHER_POLLER, WEBHOOK_ACTIVE
from klimapartner.assistant.fakes.botapi_values import Bot, Chat, FakeError, NotInTime, NotThere

Ask = Callable[..., Any]

KEYBOARD = {"inline_keyboard": [[{"text": "Ja", "callback_data": "y"}, {"text": "Nein", "callback_data": "n"}]]}
BLOCKED = (403, "Forbidden: bot was blocked by the user")
TOO_OLD = (400, "Bad Request: query is too old and response timeout expired or query ID is invalid")


def texts(updates: list[dict[str, Any]]) -> list[str]:
    return [update["message"]["text"] for update in updates]


def test_an_offset_confirms_what_is_below_it(fake: FakeBotApi, ask: Ask, bot: Bot, chat: Chat) -> None:
    ids = [fake.say(chat, text) for text in ("a", "b", "c")]
    assert texts(ask("getUpdates", limit=2)) == ["a", "b"]
    assert texts(ask("getUpdates")) == ["a", "b", "c"]
    assert texts(ask("getUpdates", offset=ids[1])) == ["b", "c"]
    assert fake.pending(bot) == 2
    assert ask("getUpdates", offset=ids[2] + 1) == []
    assert fake.pending(bot) == 0


def test_update_ids_follow_each_other(fake: FakeBotApi, chat: Chat) -> None:
    first = fake.say(chat, "a")
    assert [fake.say(chat, "b"), fake.edit(chat, "c")] == [first + 1, first + 2]


def test_a_negative_offset_forgets_all_but_the_last(fake: FakeBotApi, ask: Ask, chat: Chat) -> None:
    for text in ("a", "b", "c"):
        fake.say(chat, text)
    assert texts(ask("getUpdates", offset=-1)) == ["c"]
    assert texts(ask("getUpdates")) == ["c"]


def test_a_poll_waits_for_the_next_update(fake: FakeBotApi, ask: Ask, bot: Bot, chat: Chat) -> None:
    with ThreadPoolExecutor() as pool:
        poll = pool.submit(ask, "getUpdates", timeout=30)
        fake.wait_for(lambda: fake.polling(bot))
        fake.say(chat, "Hallo")
        assert texts(poll.result(5)) == ["Hallo"]
    assert fake.polling(bot) is False


def test_a_poll_without_updates_ends_with_none(ask: Ask) -> None:
    assert ask("getUpdates", timeout=0) == []


def test_the_older_of_two_polls_gets_a_conflict(fake: FakeBotApi, ask: Ask, bot: Bot, chat: Chat) -> None:
    with ThreadPoolExecutor() as pool:
        older = pool.submit(ask, "getUpdates", timeout=30)
        fake.wait_for(lambda: fake.polling(bot))
        newer = pool.submit(ask, "getUpdates", timeout=30)
        assert older.result(5) == (409, OTHER_POLLER)
        fake.say(chat, "Hallo")
        assert texts(newer.result(5)) == ["Hallo"]


def test_a_client_that_hangs_up_leaves_no_poll_behind(fake: FakeBotApi, bot: Bot) -> None:
    with pytest.raises(httpx.ReadTimeout):
        httpx.post(f"{fake.url}/bot{bot.token}/getUpdates", json={"timeout": 30}, timeout=0.2)
    fake.wait_for(lambda: not fake.polling(bot))


def test_only_the_kinds_asked_for_come(fake: FakeBotApi, ask: Ask, chat: Chat) -> None:
    ask("getUpdates", allowed_updates=["callback_query"])
    assert fake.say(chat, "a") is None
    ask("sendMessage", chat_id=chat.id, text="?", reply_markup=KEYBOARD)
    fake.press(chat, "Ja")
    assert [sorted(update) for update in ask("getUpdates")] == [["callback_query", "update_id"]]
    ask("getUpdates", allowed_updates=[])
    assert fake.say(chat, "b") is not None


def test_a_command_is_marked_and_an_edit_is_told(fake: FakeBotApi, ask: Ask, chat: Chat) -> None:
    fake.open_link(chat, "abc-DEF_1")
    fake.edit(chat, "anders")
    first, second = ask("getUpdates")
    assert (first["message"]["text"], first["message"]["entities"]) == (
        "/start abc-DEF_1",
        [{"type": "bot_command", "offset": 0, "length": 6}],
    )
    assert (second["edited_message"]["text"], second["edited_message"]["message_id"]) == ("anders", 1)


@pytest.mark.parametrize("payload", ["x" * 65, "ä", "a b", "a.b"])
def test_a_deep_link_carries_little(fake: FakeBotApi, chat: Chat, payload: str) -> None:
    with pytest.raises(FakeError):
        fake.open_link(chat, payload)


def test_any_other_message_comes_in_the_fields_of_the_bot_api(fake: FakeBotApi, ask: Ask, chat: Chat) -> None:
    fake.post(chat, contact={"phone_number": "+49301", "first_name": "Ada"})
    (update,) = ask("getUpdates")
    assert (update["message"]["contact"]["phone_number"], "text" in update["message"]) == ("+49301", False)


def test_any_update_can_come(fake: FakeBotApi, ask: Ask, bot: Bot) -> None:
    update = fake.tell(bot, "channel_post", {"message_id": 1, "date": 0, "chat": {"id": -5, "type": "channel"}})
    assert [(each["update_id"], each["channel_post"]["chat"]["id"]) for each in ask("getUpdates")] == [(update, -5)]


def test_an_update_comes_twice(fake: FakeBotApi, ask: Ask, bot: Bot, chat: Chat) -> None:
    update = fake.say(chat, "a")
    first = ask("getUpdates")
    ask("getUpdates", offset=update + 1)
    fake.repeat(bot, update)
    assert ask("getUpdates", offset=update + 1) == first
    with pytest.raises(NotThere):
        fake.repeat(bot, 5)


def test_held_updates_come_late_and_in_any_order(fake: FakeBotApi, ask: Ask, bot: Bot, chat: Chat) -> None:
    fake.hold(bot)
    for text in ("a", "b", "c"):
        fake.say(chat, text)
    assert ask("getUpdates") == []
    fake.release(bot, reversed)
    assert texts(ask("getUpdates")) == ["c", "b", "a"]


def test_a_pressed_button_comes_with_its_message_and_is_answered_once(fake: FakeBotApi, ask: Ask, chat: Chat) -> None:
    ask("sendMessage", chat_id=chat.id, text="Sicher?", reply_markup=KEYBOARD)
    fake.press(chat, "Nein")
    (update,) = ask("getUpdates")
    query = update["callback_query"]
    assert (query["data"], query["message"]["text"], query["from"]["language_code"]) == ("n", "Sicher?", "de")
    assert ask("answerCallbackQuery", callback_query_id=query["id"], text="gut") is True
    assert ask("answerCallbackQuery", callback_query_id=query["id"]) == TOO_OLD
    assert fake.answers(chat) == [{"callback_query_id": query["id"], "text": "gut"}]


def test_a_query_that_is_answered_late_is_too_old(fake: FakeBotApi, ask: Ask, bot: Bot, chat: Chat) -> None:
    ask("sendMessage", chat_id=chat.id, text="Sicher?", reply_markup=KEYBOARD)
    fake.press(chat, "Ja")
    fake.expire_queries(bot)
    (update,) = ask("getUpdates")
    assert ask("answerCallbackQuery", callback_query_id=update["callback_query"]["id"]) == TOO_OLD


def test_the_newest_button_of_that_text_is_pressed_unless_a_message_is_named(
    fake: FakeBotApi, ask: Ask, chat: Chat
) -> None:
    for text in ("eins", "zwei"):
        ask("sendMessage", chat_id=chat.id, text=text, reply_markup=KEYBOARD)
    fake.press(chat, "Ja")
    fake.press(chat, "Ja", message_id=1)
    assert [each["callback_query"]["message"]["text"] for each in ask("getUpdates")] == ["zwei", "eins"]


def test_a_button_of_the_reply_keyboard_writes_its_text(fake: FakeBotApi, ask: Ask, chat: Chat) -> None:
    ask("sendMessage", chat_id=chat.id, text="?", reply_markup={"keyboard": [["Ja"], ["Nein"]]})
    fake.press(chat, "Nein")
    assert texts(ask("getUpdates")) == ["Nein"]
    ask("sendMessage", chat_id=chat.id, text="!", reply_markup={"remove_keyboard": True})
    with pytest.raises(NotThere):
        fake.press(chat, "Nein")


def test_a_button_that_is_not_shown_cannot_be_pressed(fake: FakeBotApi, ask: Ask, chat: Chat) -> None:
    ask("sendMessage", chat_id=chat.id, text="?", reply_markup=KEYBOARD)
    with pytest.raises(NotThere, match=r"^no button 'Vielleicht' is shown; there are \['Ja', 'Nein'\]$"):
        fake.press(chat, "Vielleicht")


def test_a_button_with_an_address_tells_the_bot_nothing(fake: FakeBotApi, ask: Ask, chat: Chat) -> None:
    keyboard = {"inline_keyboard": [[{"text": "Seite", "url": "https://example.org/"}]]}
    ask("sendMessage", chat_id=chat.id, text="?", reply_markup=keyboard)
    with pytest.raises(NotThere, match=r"^button 'Seite' only opens https://example.org/$"):
        fake.press(chat, "Seite")


def test_a_changed_client_sends_any_data(fake: FakeBotApi, ask: Ask, chat: Chat) -> None:
    ask("sendMessage", chat_id=chat.id, text="?", reply_markup=KEYBOARD)
    fake.forge(chat, "confirm:999")
    assert [each["callback_query"]["data"] for each in ask("getUpdates")] == ["confirm:999"]


@pytest.fixture
def group(fake: FakeBotApi, bot: Bot) -> Chat:
    return fake.group(bot, "Team", fake.add_user("Ada"), fake.add_user("Bea"))


def test_privacy_mode_lets_commands_and_replies_through(fake: FakeBotApi, ask: Ask, group: Chat) -> None:
    question = ask("sendMessage", chat_id=group.id, text="?")["message_id"]
    assert fake.say(group, "Hallo @klima_bot") is None
    assert fake.say(group, "/status@other_bot") is None
    fake.say(group, "/status@klima_bot")
    fake.say(group, "/status", sender=group.members[1])
    fake.say(group, "ja", reply_to=question)
    updates = ask("getUpdates")
    assert texts(updates) == ["/status@klima_bot", "/status", "ja"]
    assert [update["message"]["from"]["first_name"] for update in updates] == ["Ada", "Bea", "Ada"]


def test_without_privacy_mode_all_comes_through(fake: FakeBotApi) -> None:
    group = fake.group(fake.add_bot("open_bot", reads_groups=True), "Team", fake.add_user())
    assert fake.say(group, "Hallo") is not None


def test_a_group_that_became_a_supergroup_names_its_new_id(fake: FakeBotApi, ask: Ask, group: Chat) -> None:
    new = fake.migrate(group)
    assert ask("sendMessage", chat_id=group.id, text="a") == (
        400,
        "Bad Request: group chat was upgraded to a supergroup chat",
        {"migrate_to_chat_id": new.id},
    )
    assert ask("sendMessage", chat_id=new.id, text="a")["chat"] == {
        "id": new.id,
        "type": "supergroup",
        "title": "Team",
    }
    assert [update["message"].get("migrate_to_chat_id") for update in ask("getUpdates")] == [new.id, None]


def test_a_bot_that_was_thrown_out_cannot_write_until_it_is_back(fake: FakeBotApi, ask: Ask, group: Chat) -> None:
    fake.block(group)
    assert ask("sendMessage", chat_id=group.id, text="a") == (403, "Forbidden: bot was kicked from the group chat")
    fake.join(group)
    assert ask("sendMessage", chat_id=group.id, text="a")["text"] == "a"
    states = [each["my_chat_member"]["new_chat_member"]["status"] for each in ask("getUpdates", limit=2)]
    assert states == ["kicked", "member"]


def test_a_bot_that_left_cannot_write(fake: FakeBotApi, ask: Ask, group: Chat, chat: Chat) -> None:
    assert ask("leaveChat", chat_id=group.id) is True
    assert ask("sendMessage", chat_id=group.id, text="a") == (
        403,
        "Forbidden: bot is not a member of the group chat",
    )
    assert ask("leaveChat", chat_id=chat.id) == (
        400,
        "Bad Request: chat member status can't be changed in private chats",
    )


def test_a_person_blocks_the_bot_and_takes_it_back(fake: FakeBotApi, ask: Ask, chat: Chat) -> None:
    fake.block(chat)
    assert ask("sendMessage", chat_id=chat.id, text="a") == BLOCKED
    fake.unblock(chat)
    assert ask("sendMessage", chat_id=chat.id, text="a")["text"] == "a"
    assert [each["my_chat_member"]["new_chat_member"]["status"] for each in ask("getUpdates")] == ["kicked", "member"]


def test_waiting_in_vain_says_what_was_called(fake: FakeBotApi, ask: Ask, chat: Chat) -> None:
    ask("sendMessage", chat_id=5, text="a")
    expected = r"^not within 0.05 s; last calls: \['sendMessage 400 Bad Request: chat not found'\]$"
    with pytest.raises(NotInTime, match=expected):
        fake.wait_sent(chat, 1, timeout=0.05)


def test_a_taken_port_is_an_error_and_a_given_one_is_used(fake: FakeBotApi) -> None:
    port = int(fake.url.rpartition(":")[2])
    with pytest.raises(OSError, match="address already in use"):
        FakeBotApi(port=port).start()


def test_no_update_is_lost_where_many_speak_at_once(fake: FakeBotApi, ask: Ask, bot: Bot) -> None:
    chats = [fake.private(bot, fake.add_user(str(number))) for number in range(20)]
    numbers = itertools.count()
    lock = threading.Lock()

    def speak(chat: Chat) -> None:
        for _ in range(10):
            with lock:
                fake.say(chat, str(next(numbers)))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(speak, random.Random(1).sample(chats, len(chats))))
    heard, offset = [], 0
    while updates := ask("getUpdates", offset=offset):
        heard += texts(updates)
        offset = updates[-1]["update_id"] + 1
    assert heard == [str(number) for number in range(200)]


def test_a_webhook_and_polling_exclude_each_other(fake: FakeBotApi, ask: Ask, bot: Bot) -> None:
    with ThreadPoolExecutor() as pool:
        poll = pool.submit(ask, "getUpdates", timeout=30)
        fake.wait_for(lambda: fake.polling(bot))
        ask("setWebhook", url="http://127.0.0.1:9/hook")
        assert poll.result(5) == (409, "Conflict: terminated by setWebhook request")
    assert ask("getUpdates") == (409, WEBHOOK_ACTIVE)
    ask("deleteWebhook")
    assert ask("getUpdates") == []
