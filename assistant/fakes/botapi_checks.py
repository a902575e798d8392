"""What the real server checks of a message before it takes it, with its own error texts.

Sources: Bot API, sections "sendMessage", "sendDocument", "InlineKeyboardButton", "BotCommand"; the texts are those of
Telegram's own open Bot API server (Client.cpp) and of its answers as recorded against the real host.
"""

import json
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from klimapartner.assistant.fakes.botapi_html import read_html, utf16_length
from klimapartner.assistant.fakes.botapi_values import Button, Json, Refused

TEXT_LIMIT = 4096
"""UTF-16 units of a message, after the markup is read."""
CAPTION_LIMIT = 1024
"""UTF-16 units of a caption, after the markup is read."""
CALLBACK_LIMIT = 64
"""Bytes of `callback_data`."""
BUTTON_LIMIT = 100
"""Buttons of one keyboard."""

Rows = tuple[tuple[Button, ...], ...]


def bad_request(what: str) -> Refused:
    """A 400 with the words that the real server puts before all of them."""
    return Refused(400, f"Bad Request: {what}")


def read_text(source: str, parse_mode: str, entities: list[Json]) -> tuple[str, list[Json]]:
    """The text that is shown and its entities, white space around it removed.

    Raises:
        Refused: the markup is broken or of a kind that this server does not read.
    """
    match parse_mode.lower():
        case "":
            text, found = source, [_checked(entity, source) for entity in entities]
        case "html":
            text, found = read_html(source)
        case "markdown" | "markdownv2":
            raise Refused(501, "Not Implemented: the fake server reads parse_mode HTML only")
        case _:
            raise bad_request("unsupported parse_mode")
    return _trimmed(text, found)


def _checked(entity: Json, text: str) -> Json:
    begin, end = entity["offset"], entity["offset"] + entity["length"]
    if begin < 0:
        raise bad_request(f"receive an entity with incorrect offset {begin}")
    if begin > utf16_length(text):
        raise bad_request(f"entity begins after the end of the text at UTF-16 offset {begin}")
    if end > utf16_length(text):
        over = f"ends after the end of the text at UTF-16 offset {end}"
        raise bad_request(f"entity beginning at UTF-16 offset {begin} {over}")
    return entity


def _trimmed(text: str, entities: list[Json]) -> tuple[str, list[Json]]:
    left = utf16_length(text) - utf16_length(text.lstrip())
    whole = utf16_length(text.strip())
    return text.strip(), [entity for each in entities if (entity := _moved(each, left, whole))["length"] > 0]


def _moved(entity: Json, left: int, whole: int) -> Json:
    begin = max(0, entity["offset"] - left)
    end = min(whole, entity["offset"] + entity["length"] - left)
    return entity | {"offset": begin, "length": end - begin}


def check_text(source: str, parse_mode: str, entities: list[Json]) -> tuple[str, list[Json]]:
    """The text of a message and its entities.

    Raises:
        Refused: empty, too long or with broken markup.
    """
    if not source:
        raise bad_request("message text is empty")
    text, found = read_text(source, parse_mode, entities)
    if not text:
        raise bad_request("text must be non-empty")
    if utf16_length(text) > TEXT_LIMIT:
        raise bad_request("message is too long")
    return text, found


def check_caption(source: str, parse_mode: str, entities: list[Json]) -> tuple[str, list[Json]]:
    """The caption of a document and its entities; it may be empty.

    Raises:
        Refused: too long or with broken markup.
    """
    text, found = read_text(source, parse_mode, entities)
    if utf16_length(text) > CAPTION_LIMIT:
        raise bad_request("message caption is too long")
    return text, found


@dataclass(frozen=True, slots=True)
class Markup:
    """A `reply_markup`: rows of an inline keyboard, or of a reply keyboard, or the wish to take the latter away."""

    inline: Rows = ()
    reply: Rows = ()
    removes: bool = False


def read_markup(raw: Any) -> Markup:
    """What a `reply_markup` asks for, given as JSON text or object.

    Raises:
        Refused: not a keyboard, or a button that the real server would not take.
    """
    markup = _markup_object(raw)
    inline = tuple(tuple(map(inline_button, row)) for row in _rows(markup, "inline_keyboard"))
    reply = tuple(tuple(map(reply_button, row)) for row in _rows(markup, "keyboard"))
    if sum(map(len, inline + reply)) > BUTTON_LIMIT:
        raise bad_request("reply markup is too long")
    return Markup(inline, reply, markup.get("remove_keyboard") is True)


def _markup_object(raw: Any) -> Json:
    if raw in (None, ""):
        return {}
    try:
        markup = json.loads(raw) if isinstance(raw, str) else raw
    except ValueError:
        raise bad_request("can't parse reply keyboard markup JSON object") from None
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    return markup


def _rows(markup: Json, name: str) -> list[list[Any]]:
    rows = markup.get(name, [])
    if not isinstance(rows, list):
        raise bad_request(f'field "{name}" must be of type Array')
    if not all(isinstance(row, list) for row in rows):
        raise bad_request(f'field "{name}" must be an Array of Arrays')
    return [row for row in rows if row]


def inline_button(raw: Any) -> Button:
    """A button under a message. Source: Bot API, section "InlineKeyboardButton".

    Raises:
        Refused: no text, no action, more than 64 bytes of data, or an address without a host.
    """
    kind = "can't parse inline keyboard button:"
    text = _button_text(raw, kind)
    data, url = raw.get("callback_data") or None, raw.get("url") or None
    if not any(value for name, value in raw.items() if name not in ("text", "style", "icon_custom_emoji_id")):
        raise bad_request(f"{kind} Text buttons are unallowed in the inline keyboard")
    if data is not None and len(data.encode()) > CALLBACK_LIMIT:
        raise bad_request("BUTTON_DATA_INVALID")
    if url is not None:
        _check_address(url)
    return Button(text, data, url)


def reply_button(raw: Any) -> Button:
    """A button below the input line; a bare text counts as one. Source: Bot API, section "KeyboardButton"."""
    return Button(raw if isinstance(raw, str) else _button_text(raw, "can't parse keyboard button:"))


def _button_text(raw: Any, kind: str) -> str:
    if not isinstance(raw, dict):
        raise bad_request(f"{kind} InlineKeyboardButton must be an Object")
    text = raw.get("text")
    if text is None:
        raise bad_request(f'{kind} Can\'t find field "text"')
    if not isinstance(text, str):
        raise bad_request(f'{kind} Field "text" must be of type String')
    if not text.strip():
        raise bad_request("inline keyboard button text must be non-empty")
    return text


def _check_address(url: str) -> None:
    """A button leads to a host with a dot in its name: "localhost" is refused by the real server, too."""
    wrong = f"inline keyboard button URL '{url}' is invalid:"
    scheme, _, rest = url.partition("://")
    if rest and scheme.lower() not in ("http", "https", "tg", "ton"):
        raise bad_request(f"{wrong} Unsupported URL protocol")
    host = urlsplit(url if rest else f"http://{url}").hostname or ""
    if scheme.lower() != "tg" and "." not in host:
        raise bad_request(f"{wrong} Wrong HTTP URL")


def check_commands(commands: list[Json]) -> list[Json]:
    """The commands of a menu. Source: Bot API, sections "setMyCommands" and "BotCommand".

    Raises:
        Refused: more than 100, a name outside a-z, 0-9, _ or over 32 characters, a description outside 1-256.
    """
    if len(commands) > 100:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    for command in commands:
        if not re.fullmatch(r"[a-z0-9_]{1,32}", command.get("command", "").removeprefix("/")):
            raise bad_request("BOT_COMMAND_INVALID")
        if not 1 <= len(command.get("description", "").strip()) <= 256:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    return [{"command": each["command"].removeprefix("/"), "description": each["description"]} for each in commands]
