"""What the test side of the fake Bot API server gives and takes: frozen values, and the errors of the fake."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Json = dict[str, Any]


class FakeError(Exception):
    """The fake Bot API server was used in a way that has no meaning, or waited in vain."""


class NotThere(FakeError):
    """The chat, message, button or update that the test names does not exist."""


class NotInTime(FakeError, TimeoutError):
    """What was waited for did not happen within the time."""


class Refused(FakeError):
    """The server refuses a call. Source: Bot API, section "Making requests" (ok, error_code, description, parameters).

    Attributes:
        code: `error_code`, also the HTTP status.
        description: what the real server says, for example "Bad Request: chat not found".
        parameters: ResponseParameters: `retry_after` in seconds, or `migrate_to_chat_id`; else empty.
    """

    def __init__(self, code: int, description: str, parameters: Json | None = None) -> None:
        super().__init__(f"{code} {description}")
        self.code = code
        self.description = description
        self.parameters = parameters or {}


@dataclass(frozen=True, slots=True)
class User:
    """A person. Source: Bot API, section "User"."""

    id: int
    first_name: str
    last_name: str | None = None
    username: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Bot:
    """A bot as @BotFather would have made it; `reads_groups` is privacy mode switched off."""

    id: int
    token: str
    username: str
    name: str
    reads_groups: bool = False


@dataclass(frozen=True, slots=True)
class Chat:
    """A chat as one bot sees it: a group with two bots is two values with the same `id`.

    `type` is private, group or supergroup. The first of `members` speaks unless a test says who does.
    """

    bot: Bot
    id: int
    type: str
    title: str
    members: tuple[User, ...]


@dataclass(frozen=True, slots=True)
class Button:
    """A button of an inline keyboard (with `data` or `url`) or of a reply keyboard (with neither)."""

    text: str
    data: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """An uploaded file, whole."""

    name: str
    content: bytes = field(repr=False)
    mime_type: str


@dataclass(frozen=True, slots=True)
class Message:
    """A message as the chat shows it now.

    Attributes:
        sender: id of the person or the bot.
        text: what is read, without markup; the caption where there is a document.
        entities: MessageEntity objects, offsets in UTF-16 units.
        source: what the bot sent, with its markup.
        buttons: rows of the inline keyboard.
        keyboard: rows of the reply keyboard.
        removes_keyboard: the message takes the reply keyboard away.
        versions: the texts that stood here before, oldest first.
        extra: further fields of the Bot API's Message, for example `contact` or `new_chat_members`.
    """

    id: int
    chat_id: int
    sender: int
    date: datetime
    text: str
    entities: tuple[Json, ...] = ()
    source: str = ""
    buttons: tuple[tuple[Button, ...], ...] = ()
    keyboard: tuple[tuple[Button, ...], ...] = ()
    removes_keyboard: bool = False
    document: Document | None = None
    reply_to: int | None = None
    versions: tuple[str, ...] = ()
    edited: datetime | None = None
    deleted: bool = False
    silent: bool = False
    extra: Json = field(default_factory=dict)

    @property
    def labels(self) -> tuple[str, ...]:
        """The texts of the inline buttons, in reading order."""
        return tuple(button.text for row in self.buttons for button in row)


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a bot, for asserts.

    `code` is 200, the error code, or 0 where the connection was cut; `accepted` says whether the call took effect,
    which a bot cannot know where the connection was cut.
    """

    bot: Bot
    method: str
    params: Json
    chat_id: int | None
    at: datetime
    code: int
    description: str
    accepted: bool
