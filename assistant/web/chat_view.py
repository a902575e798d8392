"""Lines of a chat as a browser shows them: labels instead of button values, links found, no file contents."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from zoneinfo import ZoneInfo

from klimapartner.assistant.dialogue.contract import Button, Document, reply_of
from klimapartner.storage.chat_lines import ChatLine, lines_of
from klimapartner.storage.engine import Session
from klimapartner.storage.states import Speaker

# What the browser does by itself is no line that a person said.
_SILENT = {"start", "language"}
_LINK = re.compile(r"https?://[^\s<>\"]+|www\.[^\s<>\"]+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_TRAILING = ".,;:!?)»”“’"


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a line; `href` is where it leads, '' for mere text."""

    text: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class LineView:
    """A line to be shown; `time` is the office's wall clock, `at` the moment in ISO 8601."""

    id: int
    who: Speaker
    parts: tuple[Part, ...]
    at: str
    time: str
    buttons: tuple[tuple[Button, ...], ...] = ()
    document: str = ""

    @property
    def text(self) -> str:
        return "".join(part.text for part in self.parts)

    def json(self) -> dict[str, Any]:
        """The line for the web component."""
        return asdict(self)


def views_after(session: Session, chat_id: int, after: int, zone: ZoneInfo) -> list[LineView]:
    """The lines with ids above `after` that are to be shown, in order."""
    fresh = lines_of(session, chat_id, after=after)
    pressed = any(line.extras.get("kind") == "button" for line in fresh)
    labels = _labels(lines_of(session, chat_id) if pressed and after else fresh)
    return [_view(line, labels, zone) for line in fresh if _is_shown(line)]


def document_of(session: Session, chat_id: int, line_id: int) -> Document | None:
    """The file of a line of this chat, None where it has none."""
    found = [line for line in lines_of(session, chat_id, after=line_id - 1) if line.id == line_id]
    return reply_of(found[0].text, found[0].extras).document if found else None


def choices(views: Sequence[LineView]) -> tuple[tuple[Button, ...], ...]:
    """The buttons that can be pressed now: those of the lines since the person's last one."""
    last = max((number for number, view in enumerate(views) if view.who == "person"), default=-1)
    return tuple(row for view in views[last + 1 :] for row in view.buttons)


def linked(text: str) -> tuple[Part, ...]:
    """The text in pieces, with web and mail addresses as links."""
    parts, end = [], 0
    for found in _LINK.finditer(text):
        name = found.group().rstrip(_TRAILING)
        parts += [Part(text[end : found.start()]), Part(name, _href(name))]
        end = found.start() + len(name)
    return tuple(part for part in (*parts, Part(text[end:])) if part.text)


def _href(name: str) -> str:
    if name.startswith(("http://", "https://")):
        return name
    return f"https://{name}" if name.startswith("www.") else f"mailto:{name}"


def _is_shown(line: ChatLine) -> bool:
    return line.extras.get("kind") != "command" or line.text.partition(" ")[0] not in _SILENT


def _labels(lines: Iterable[ChatLine]) -> dict[str, str]:
    rows = (row for line in lines for row in reply_of("", line.extras).buttons)
    return {button.value: button.label for row in rows for button in row}


def _view(line: ChatLine, labels: dict[str, str], zone: ZoneInfo) -> LineView:
    at, reply = line.created_at.astimezone(zone), reply_of(line.text, line.extras)
    return LineView(
        id=line.id,
        who=line.who,
        parts=_parts(line, labels),
        at=at.isoformat(timespec="seconds"),
        time=f"{at:%H:%M}",
        buttons=reply.buttons,
        document=reply.document.name if reply.document else "",
    )


def _parts(line: ChatLine, labels: dict[str, str]) -> tuple[Part, ...]:
    if line.who != "person":
        return linked(line.text)
    kind = line.extras.get("kind")
    if kind == "button":
        return (Part(labels.get(line.text, line.text)),)
    return (Part(f"/{line.text}" if kind == "command" else line.text),)
