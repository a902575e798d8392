"""What goes into a dialogue and comes out of it, and the same as JSON for the database."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

EventKind = Literal["text", "button", "command", "edit"]


@dataclass(frozen=True, slots=True)
class Event:
    """What a person did: wrote `text`, pressed a button (`text` is its value), gave a command (`text` is its name
    without the slash, and its argument after a space), or changed an earlier line (`text` is the new one).

    `language` is the channel's hint (BCP 47), '' where it has none.
    """

    kind: EventKind
    text: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class Button:
    """Something to press: its label, and the value that comes back (ASCII, at most 60 bytes)."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Document:
    """A file that goes with a reply."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Reply:
    """One line of the assistant: plain text without any markup, rows of buttons, perhaps a file."""

    text: str
    buttons: tuple[tuple[Button, ...], ...] = ()
    document: Document | None = None


def event_json(event: Event) -> dict[str, Any]:
    """An event for the inbox."""
    return {"kind": event.kind, "text": event.text, "language": event.language}


def event_of(body: Mapping[str, Any]) -> Event:
    """The event of an inbox row."""
    return Event(body["kind"], body["text"], body.get("language", ""))


def extras_json(reply: Reply) -> dict[str, Any]:
    """What a reply has beside its text."""
    extras: dict[str, Any] = {}
    if reply.buttons:
        extras["buttons"] = [[[button.label, button.value] for button in row] for row in reply.buttons]
    if document := reply.document:
        content = base64.b64encode(document.content).decode("ascii")
        extras["document"] = {"name": document.name, "media_type": document.media_type, "content": content}
    return extras


def reply_of(text: str, extras: Mapping[str, Any]) -> Reply:
    """The reply that was kept as a line."""
    buttons = tuple(tuple(Button(*button) for button in row) for row in extras.get("buttons", ()))
    kept = extras.get("document")
    document = Document(kept["name"], kept["media_type"], base64.b64decode(kept["content"])) if kept else None
    return Reply(text, buttons, document)
