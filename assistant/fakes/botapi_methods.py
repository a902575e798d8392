"""The methods of the Bot API that concern chats and messages. Source: Bot API, section "Available methods"."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from klimapartner.assistant.fakes.botapi_checks import bad_request, check_caption, check_text, read_markup
from klimapartner.assistant.fakes.botapi_params import Params
from klimapartner.assistant.fakes.botapi_values import Document, Json, Message, Refused
from klimapartner.assistant.fakes.botapi_wire import bot_json, chat_json
from klimapartner.assistant.fakes.botapi_world import BotState, ChatState, World

ACTIONS = frozenset({
    "typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice", "upload_document",
    "choose_sticker", "find_location", "record_video_note", "upload_video_note",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Turn:
    """One call at work: who calls, with what, and where it takes effect."""

    world: World
    state: BotState
    params: Params


Method = Callable[[Turn], Any]


@dataclass(frozen=True, slots=True)
class Described:
    """A result that the real server comments on, as "Webhook was set"."""

    result: Any
    description: str


def chat_named(turn: Turn) -> ChatState:
    """The chat that `chat_id` names.

    Raises:
        Refused: none is named, it is unknown, or it has become a supergroup.
    """
    named = turn.params.text("chat_id")
    if not named:
        raise bad_request("chat_id is empty")
    chat = turn.state.chats.get(int(named)) if named.lstrip("-").isdigit() else None
    if chat is None:
        raise bad_request("chat not found")
    if chat.migrated_to:
        text = "Bad Request: group chat was upgraded to a supergroup chat"
        raise Refused(400, text, {"migrate_to_chat_id": chat.migrated_to})
    return chat


def open_chat(turn: Turn) -> ChatState:
    """The chat that `chat_id` names, where the bot may write.

    Raises:
        Refused: as `chat_named`, or the bot was blocked, kicked or has left.
    """
    chat = chat_named(turn)
    if chat.gone:
        raise Refused(403, chat.gone)
    return chat


def get_me(turn: Turn) -> Json:
    """Source: Bot API, section "getMe"."""
    return bot_json(turn.state.bot) | {
        "can_join_groups": True,
        "can_read_all_group_messages": turn.state.bot.reads_groups,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


def send_message(turn: Turn) -> Json:
    """Source: Bot API, section "sendMessage"."""
    source = turn.params.text("text")
    text, entities = check_text(source, turn.params.text("parse_mode"), turn.params.structure("entities") or [])
    return _post(turn, open_chat(turn), text, entities, source, None)


def send_document(turn: Turn) -> Json:
    """Source: Bot API, section "sendDocument"."""
    source = turn.params.text("caption")
    found = turn.params.structure("caption_entities") or []
    text, entities = check_caption(source, turn.params.text("parse_mode"), found)
    document = turn.params.file("document")
    if document is None:
        raise bad_request("there is no document in the request")
    if not document.content:
        raise bad_request("file must be non-empty")
    return _post(turn, open_chat(turn), text, entities, source, document)


def _post(turn: Turn, chat: ChatState, text: str, entities: list[Json], source: str, document: Document | None) -> Json:
    markup = read_markup(turn.params.values.get("reply_markup"))
    message = Message(
        id=0,
        chat_id=chat.chat.id,
        sender=turn.state.bot.id,
        date=turn.world.clock(),
        text=text,
        entities=tuple(entities),
        source=source,
        buttons=markup.inline,
        keyboard=markup.reply,
        removes_keyboard=markup.removes,
        document=document,
        reply_to=_reply_to(turn, chat),
        silent=turn.params.truth("disable_notification"),
    )
    return chat.wire(chat.add(message))


def _reply_to(turn: Turn, chat: ChatState) -> int | None:
    """Source: Bot API, section "ReplyParameters"; `reply_to_message_id` is its older form."""
    wish = turn.params.structure("reply_parameters") or {}
    number = wish.get("message_id") or turn.params.number("reply_to_message_id", 0)
    if not number:
        return None
    if number in chat.messages and not chat.messages[number].deleted:
        return int(number)
    if wish.get("allow_sending_without_reply") or turn.params.truth("allow_sending_without_reply"):
        return None
    raise bad_request("message to be replied not found")


def _own_message(turn: Turn, chat: ChatState) -> Message:
    if not turn.params.text("message_id"):
        raise bad_request("message identifier is not specified")
    message = chat.messages.get(turn.params.number("message_id", 0))
    if message is None or message.deleted:
        raise bad_request("message to edit not found")
    if message.sender != turn.state.bot.id:
        raise bad_request("message can't be edited")
    return message


def edit_message_text(turn: Turn) -> Json:
    """Source: Bot API, section "editMessageText"."""
    source = turn.params.text("text")
    text, entities = check_text(source, turn.params.text("parse_mode"), turn.params.structure("entities") or [])
    chat = open_chat(turn)
    message = _own_message(turn, chat)
    if message.document:
        raise bad_request("there is no text in the message to edit")
    return _edited(turn, chat, message, replace(message, text=text, entities=tuple(entities), source=source))


def edit_message_caption(turn: Turn) -> Json:
    """Source: Bot API, section "editMessageCaption"."""
    source = turn.params.text("caption")
    found = turn.params.structure("caption_entities") or []
    text, entities = check_caption(source, turn.params.text("parse_mode"), found)
    chat = open_chat(turn)
    message = _own_message(turn, chat)
    if not message.document:
        raise bad_request("there is no caption in the message to edit")
    return _edited(turn, chat, message, replace(message, text=text, entities=tuple(entities), source=source))


def edit_message_reply_markup(turn: Turn) -> Json:
    """Source: Bot API, section "editMessageReplyMarkup"."""
    chat = open_chat(turn)
    message = _own_message(turn, chat)
    return _edited(turn, chat, message, message)


def _edited(turn: Turn, chat: ChatState, old: Message, new: Message) -> Json:
    """Puts the new content there; the inline keyboard is always the one of this call, as in the real server."""
    new = replace(new, buttons=read_markup(turn.params.values.get("reply_markup")).inline)
    if new == replace(old, source=new.source):
        raise bad_request(
            "message is not modified: specified new message content and reply markup are exactly the same as a "
            "current content and reply markup of the message"
        )
    versions = (*old.versions, old.text) if new.text != old.text else old.versions
    chat.messages[old.id] = replace(new, versions=versions, edited=turn.world.clock())
    return chat.wire(chat.messages[old.id])


def delete_message(turn: Turn) -> bool:
    """Source: Bot API, section "deleteMessage"."""
    chat = open_chat(turn)
    message = chat.messages.get(turn.params.number("message_id", 0))
    if message is None or message.deleted:
        raise bad_request("message to delete not found")
    if message.sender != turn.state.bot.id and chat.chat.type != "private":
        raise bad_request("message can't be deleted")
    chat.messages[message.id] = replace(message, deleted=True)
    return True


def answer_callback_query(turn: Turn) -> bool:
    """Source: Bot API, section "answerCallbackQuery"; a query is answered once and in time."""
    query = turn.state.queries.get(turn.params.text("callback_query_id"))
    if query is None or not query.open:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    if len(turn.params.text("text")) > 200:
        raise bad_request("MESSAGE_TOO_LONG")
    query.open, query.answer = False, turn.params.plain()
    return True


def send_chat_action(turn: Turn) -> bool:
    """Source: Bot API, section "sendChatAction"."""
    open_chat(turn)
    if turn.params.text("action") not in ACTIONS:
        raise bad_request("wrong parameter action in request")
    return True


def get_chat(turn: Turn) -> Json:
    """Source: Bot API, sections "getChat" and "ChatFullInfo"."""
    chat = chat_named(turn).chat
    gifts = dict.fromkeys(
        ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels"), False
    )
    return chat_json(chat) | {"accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": gifts}


def leave_chat(turn: Turn) -> bool:
    """Source: Bot API, section "leaveChat"."""
    chat = open_chat(turn)
    if chat.chat.type == "private":
        raise bad_request("chat member status can't be changed in private chats")
    chat.gone = f"Forbidden: bot is not a member of the {chat.chat.type} chat"
    return True


def log_out(turn: Turn) -> bool:
    """Source: Bot API, section "logOut"."""
    turn.state.logged_out = True
    return True


def close(turn: Turn) -> bool:
    """Source: Bot API, section "close"."""
    return not turn.state.logged_out


METHODS: dict[str, Method] = {
    "getme": get_me,
    "sendmessage": send_message,
    "senddocument": send_document,
    "editmessagetext": edit_message_text,
    "editmessagecaption": edit_message_caption,
    "editmessagereplymarkup": edit_message_reply_markup,
    "deletemessage": delete_message,
    "answercallbackquery": answer_callback_query,
    "sendchataction": send_chat_action,
    "getchat": get_chat,
    "leavechat": leave_chat,
    "logout": log_out,
    "close": close,
}
