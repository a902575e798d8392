"""The fake Bot API server over plain HTTP: what a bot calls, what it is answered, what it shows of itself."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from klimapartner.assistant.fakes.botapi import FakeBotApi
from klimapartner.assistant.fakes.botapi_values import Bot, Button, Chat, Document

Ask = Callable[..., Any]

KEYBOARD = {"inline_keyboard": [[{"text": "Ja", "callback_data": "y"}, {"text": "Nein", "callback_data": "n"}]]}
NOT_MODIFIED = (
    400,
    "Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a "
    "current content and reply markup of the message",
)


def texts(updates: list[dict[str, Any]]) -> list[str]:
    return [update["message"]["text"] for update in updates]


def test_get_me(ask: Ask, bot: Bot) -> None:
    assert ask("getMe") == {
        "id": bot.id,
        "is_bot": True,
        "first_name": "Klima",
        "username": "klima_bot",
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


def test_an_unknown_token_is_unauthorized(ask: Ask) -> None:
    assert ask("getMe", token="1:wrong") == (401, "Unauthorized")


def test_an_unknown_method_is_not_found(ask: Ask) -> None:
    assert ask("sendWishes") == (404, "Not Found")


def test_each_bot_has_its_own_token_chats_and_updates(fake: FakeBotApi, ask: Ask, bot: Bot, chat: Chat) -> None:
    staff = fake.add_bot("staff_bot", "Staff")
    fake.say(chat, "Hallo")
    assert ask("getMe", token=staff.token)["username"] == "staff_bot"
    assert ask("getUpdates", token=staff.token) == []
    assert ask("sendMessage", token=staff.token, chat_id=chat.id, text="a") == (400, "Bad Request: chat not found")
    assert texts(ask("getUpdates")) == ["Hallo"]


@pytest.mark.parametrize("method", ["sendMessage", "sendmessage", "SENDMESSAGE"])
def test_method_names_count_in_any_case(fake: FakeBotApi, ask: Ask, chat: Chat, method: str) -> None:
    ask(method, chat_id=chat.id, text="a")
    assert fake.texts(chat) == ["a"]


@pytest.mark.parametrize("way", ["query", "form", "json", "multipart"])
def test_parameters_come_in_four_ways(fake: FakeBotApi, bot: Bot, chat: Chat, way: str) -> None:
    url, params = f"{fake.url}/bot{bot.token}/sendMessage", {"chat_id": str(chat.id), "text": "Grüße & mehr"}
    ways: dict[str, Callable[[], httpx.Response]] = {
        "query": lambda: httpx.get(url, params=params),
        "form": lambda: httpx.post(url, data=params),
        "json": lambda: httpx.post(url, json=params),
        "multipart": lambda: httpx.post(url, data=params, files={"ignored": b"x"}),
    }
    assert ways[way]().json()["result"]["text"] == "Grüße & mehr"
    assert fake.texts(chat) == ["Grüße & mehr"]


def test_a_body_that_is_no_json_is_refused(fake: FakeBotApi, bot: Bot) -> None:
    answer = httpx.post(f"{fake.url}/bot{bot.token}/getMe", content=b"{", headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["description"]) == (400, "Bad Request: can't parse JSON object")


def test_a_message_is_kept_as_it_is_shown(fake: FakeBotApi, ask: Ask, bot: Bot, chat: Chat) -> None:
    ask("sendMessage", chat_id=chat.id, text="<b>Ja</b> &amp; nein", parse_mode="HTML", reply_markup=KEYBOARD)
    (message,) = fake.sent(chat)
    assert (message.text, message.source, message.labels) == ("Ja & nein", "<b>Ja</b> &amp; nein", ("Ja", "Nein"))
    assert message.buttons == ((Button("Ja", "y"), Button("Nein", "n")),)
    assert message.entities == ({"type": "bold", "offset": 0, "length": 2},)


def test_the_answer_is_a_message(ask: Ask, bot: Bot, chat: Chat) -> None:
    sent = ask("sendMessage", chat_id=chat.id, text="Hallo", reply_markup=KEYBOARD)
    assert {name: value for name, value in sent.items() if name != "date"} == {
        "message_id": 1,
        "chat": {"id": chat.id, "type": "private", "first_name": "Ada", "username": "ada"},
        "from": {"id": bot.id, "is_bot": True, "first_name": "Klima", "username": "klima_bot"},
        "text": "Hallo",
        "reply_markup": KEYBOARD,
    }


@pytest.mark.parametrize(
    ("params", "refusal"),
    [
        ({"text": ""}, "message text is empty"),
        ({}, "message text is empty"),
        ({"text": "x" * 4097}, "message is too long"),
        ({"text": "abdo <", "parse_mode": "HTML"}, "can't parse entities: Unclosed start tag at byte offset 5"),
        ({"text": "a", "chat_id": ""}, "chat_id is empty"),
        ({"text": "a", "chat_id": 7}, "chat not found"),
        ({"text": "a", "chat_id": "@nobody"}, "chat not found"),
        ({"text": "a", "reply_parameters": {"message_id": 99}}, "message to be replied not found"),
        (
            {"text": "a", "reply_markup": {"inline_keyboard": [[{"text": "a", "callback_data": "ä" * 33}]]}},
            "BUTTON_DATA_INVALID",
        ),
    ],
)
def test_messages_that_are_refused(
    fake: FakeBotApi, ask: Ask, chat: Chat, params: dict[str, Any], refusal: str
) -> None:
    assert ask("sendMessage", **({"chat_id": chat.id} | params)) == (400, f"Bad Request: {refusal}")
    assert fake.sent(chat) == ()


def test_a_reply_shows_what_it_answers(fake: FakeBotApi, ask: Ask, chat: Chat) -> None:
    fake.say(chat, "Frage")
    answer = ask("sendMessage", chat_id=chat.id, text="Antwort", reply_parameters={"message_id": 1})
    assert (answer["reply_to_message"]["text"], fake.sent(chat)[0].reply_to) == ("Frage", 1)
    again = ask(
        "sendMessage",
        chat_id=chat.id,
        text="doch",
        reply_parameters={"message_id": 99, "allow_sending_without_reply": True},
    )
    assert again["message_id"] == 3


def test_an_edit_replaces_text_and_keyboard(fake: FakeBotApi, ask: Ask, chat: Chat) -> None:
    ask("sendMessage", chat_id=chat.id, text="alt", reply_markup=KEYBOARD)
    ask("editMessageText", chat_id=chat.id, message_id=1, text="neu")
    (message,) = fake.sent(chat)
    assert (message.text, message.versions, message.buttons) == ("neu", ("alt",), ())


@pytest.mark.parametrize(
    ("params", "refusal"),
    [
        ({"message_id": 2, "text": "alt"}, NOT_MODIFIED),
        ({"message_id": 2, "text": "<b></b>alt", "parse_mode": "HTML"}, NOT_MODIFIED),
        ({"message_id": 1, "text": "neu"}, (400, "Bad Request: message can't be edited")),
        ({"message_id": 9, "text": "neu"}, (400, "Bad Request: message to edit not found")),
        ({"text": "neu"}, (400, "Bad Request: message identifier is not specified")),
        ({"message_id": 2, "text": ""}, (400, "Bad Request: message text is empty")),
    ],
)
def test_edits_that_are_refused(
    fake: FakeBotApi, ask: Ask, chat: Chat, params: dict[str, Any], refusal: tuple[int, str]
) -> None:
    fake.say(chat, "Frage")
    ask("sendMessage", chat_id=chat.id, text="alt")
    assert ask("editMessageText", chat_id=chat.id, **params) == refusal
    assert fake.texts(chat) == ["alt"]


def test_a_keyboard_is_taken_away(fake: FakeBotApi, ask: Ask, chat: Chat) -> None:
    ask("sendMessage", chat_id=chat.id, text="a", reply_markup=KEYBOARD)
    ask("editMessageReplyMarkup", chat_id=chat.id, message_id=1)
    assert fake.sent(chat)[0].buttons == ()
    assert ask("editMessageReplyMarkup", chat_id=chat.id, message_id=1) == NOT_MODIFIED


def test_a_message_is_deleted_once(fake: FakeBotApi, ask: Ask, chat: Chat) -> None:
    ask("sendMessage", chat_id=chat.id, text="a")
    assert ask("deleteMessage", chat_id=chat.id, message_id=1) is True
    assert fake.sent(chat)[0].deleted is True
    assert ask("deleteMessage", chat_id=chat.id, message_id=1) == (400, "Bad Request: message to delete not found")
    assert ask("editMessageText", chat_id=chat.id, message_id=1, text="b") == (
        400,
        "Bad Request: message to edit not found",
    )


def test_a_document_is_kept_whole(fake: FakeBotApi, bot: Bot, chat: Chat) -> None:
    answer = httpx.post(
        f"{fake.url}/bot{bot.token}/sendDocument",
        data={"chat_id": str(chat.id), "caption": "<i>Termin</i>", "parse_mode": "HTML", "document": "attach://part"},
        files={"part": ("termin.ics", b"BEGIN:VCALENDAR", "text/calendar")},
    )
    (message,) = fake.sent(chat)
    assert (message.text, message.document) == (
        "Termin",
        Document("termin.ics", b"BEGIN:VCALENDAR", "text/calendar"),
    )
    assert (answer.json()["result"]["caption"], answer.json()["result"]["document"]["file_size"]) == ("Termin", 15)


@pytest.mark.parametrize(
    ("fields", "files", "refusal"),
    [
        ({}, {"other": b"x"}, "there is no document in the request"),
        ({}, {"document": b""}, "file must be non-empty"),
        ({"caption": "x" * 1025}, {"document": b"x"}, "message caption is too long"),
    ],
)
def test_documents_that_are_refused(
    fake: FakeBotApi, bot: Bot, chat: Chat, fields: dict[str, str], files: dict[str, bytes], refusal: str
) -> None:
    answer = httpx.post(f"{fake.url}/bot{bot.token}/sendDocument", data={"chat_id": str(chat.id)} | fields, files=files)
    assert answer.json()["description"] == f"Bad Request: {refusal}"


def test_a_chat_action_is_in_the_journal(fake: FakeBotApi, ask: Ask, chat: Chat) -> None:
    assert ask("sendChatAction", chat_id=chat.id, action="typing") is True
    assert ask("sendChatAction", chat_id=chat.id, action="sleeping") == (
        400,
        "Bad Request: wrong parameter action in request",
    )
    assert [(call.params["action"], call.code) for call in fake.calls("sendChatAction", chat=chat)] == [
        ("typing", 200),
        ("sleeping", 400),
    ]


def test_commands_are_kept_by_scope_and_language(fake: FakeBotApi, ask: Ask, bot: Bot, chat: Chat) -> None:
    ask("setMyCommands", commands=[{"command": "help", "description": "Help"}])
    ask("setMyCommands", commands=[{"command": "help", "description": "Hilfe"}], language_code="de")
    scope = {"type": "chat", "chat_id": chat.id}
    ask("setMyCommands", commands=[{"command": "/cards", "description": "Karten"}], scope=scope)
    assert fake.commands(bot) == {"help": "Help"}
    assert fake.commands(bot, "de") == {"help": "Hilfe"}
    assert fake.commands(bot, scope=f"chat:{chat.id}") == {"cards": "Karten"}
    assert ask("getMyCommands", language_code="de") == [{"command": "help", "description": "Hilfe"}]
    assert ask("getMyCommands", language_code="fr") == []
    ask("deleteMyCommands", language_code="de")
    assert fake.commands(bot, "de") == {}


@pytest.mark.parametrize(
    ("commands", "refusal"),
    [
        ([{"command": "Hilfe", "description": "a"}], "BOT_COMMAND_INVALID"),
        ([{"command": "x" * 33, "description": "a"}], "BOT_COMMAND_INVALID"),
        ([{"command": "grüße", "description": "a"}], "BOT_COMMAND_INVALID"),
        ([{"command": "help", "description": ""}], "BOT_COMMAND_DESCRIPTION_INVALID"),
        ([{"command": "help", "description": "x" * 257}], "BOT_COMMAND_DESCRIPTION_INVALID"),
        ([{"command": f"c{number}", "description": "a"} for number in range(101)], "BOT_COMMANDS_TOO_MUCH"),
        ("help", "can't parse commands JSON object"),
    ],
)
def test_commands_that_are_refused(ask: Ask, commands: object, refusal: str) -> None:
    assert ask("setMyCommands", commands=commands) == (400, f"Bad Request: {refusal}")


@pytest.mark.parametrize(
    ("field", "method", "limit"),
    [("name", "Name", 64), ("description", "Description", 512), ("short_description", "ShortDescription", 120)],
)
def test_texts_about_the_bot_are_kept_by_language(ask: Ask, field: str, method: str, limit: int) -> None:
    ask(f"setMy{method}", **{field: "English"})
    ask(f"setMy{method}", **{field: "Deutsch"}, language_code="de")
    shown = [ask(f"getMy{method}", language_code=language)[field] for language in ("", "de", "fr")]
    assert shown == ["English", "Deutsch", "English"]
    assert ask(f"setMy{method}", **{field: "x" * (limit + 1)})[0] == 400
    assert ask(f"setMy{method}", **{field: "x"}, language_code="deutsch") == (
        400,
        "Bad Request: invalid language code specified",
    )


def test_a_bot_that_logged_out_is_served_no_more(ask: Ask) -> None:
    assert (ask("close"), ask("logOut")) == (True, True)
    assert (ask("getMe"), ask("getUpdates")) == ((400, "Logged out"), (400, "Logged out"))


def test_a_chat_is_described(ask: Ask, chat: Chat) -> None:
    described = ask("getChat", chat_id=chat.id)
    assert (described["id"], described["type"], described["first_name"]) == (chat.id, "private", "Ada")
