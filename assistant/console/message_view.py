"""A message as the review shows it: its text in stretches, with the evidence that lies over each."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from klimapartner.mailbox.html_part import html_of
from klimapartner.mailbox.message import Message
from klimapartner.mailbox.parse import parse_message
from klimapartner.storage.columns import Json
from klimapartner.storage.engine import Session
from klimapartner.storage.messages import StoredMessage, message_raw
from klimapartner.storage.search import Entry


@dataclass(frozen=True, slots=True)
class Mark:
    """Evidence for a field: from `start` to `end` in code points."""

    field: str
    start: int
    end: int
    reason: str


@dataclass(frozen=True, slots=True)
class Stretch:
    """Text under the same marks; `opens` are the fields whose label stands here, since their mark begins."""

    text: str
    start: int
    kind: str
    fields: tuple[str, ...]
    opens: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class MessageView:
    """A message to be shown; without text where its bytes were erased."""

    id: int
    subject: str
    sender: str
    received_at: datetime
    stretches: tuple[Stretch, ...]
    attachments: tuple[tuple[str, str], ...]
    erased: bool
    has_html: bool = False


def view_of(session: Session, stored: StoredMessage, marks: Iterable[Mark], own: tuple[str, ...]) -> MessageView:
    """A stored message with marks in its text."""
    raw = message_raw(session, stored.id)
    if not raw:
        return MessageView(stored.id, "", "", stored.received_at, (), (), erased=True)
    message = parse_message(raw, own=own)
    sender = message.from_.name or message.from_.addr
    attached = tuple((item.name, item.problem or "") for item in message.attachments if not item.inline)
    return MessageView(
        stored.id, message.subject, sender, stored.received_at, tuple(stretches(message, list(marks))), attached,
        erased=False, has_html=bool(html_of(raw)),
    )  # fmt: skip


def marks_of(entry: Entry, message_id: int) -> list[Mark]:
    """Where in a message the entry's values stand."""
    return [
        Mark(name, item["start"], item["end"], item.get("reason", ""))
        for name, stored in entry.fields.items()
        if stored.message_id == message_id
        for item in stored.evidence
        if _is_placed(item)
    ]


def stretches(message: Message, marks: list[Mark]) -> Iterator[Stretch]:
    """The text between the edges of marks and parts, so that overlapping marks need no nesting."""
    length = len(message.text)
    inside = [mark for mark in marks if 0 <= mark.start < mark.end <= length]
    edges = {0, length, *(e for m in inside for e in (m.start, m.end))}
    edges |= {edge for part in message.parts for edge in (part.start, part.end)}
    for start, end in pairwise(sorted(edges)):
        over = [mark for mark in inside if mark.start <= start and end <= mark.end]
        kind = next((part.kind for part in message.parts if part.start <= start < part.end), "")
        yield Stretch(
            message.text[start:end], start, kind.partition(":")[0],
            tuple(dict.fromkeys(mark.field for mark in over)),
            tuple(dict.fromkeys(mark.field for mark in over if mark.start == start)),
            "; ".join(dict.fromkeys(mark.reason for mark in over if mark.reason)),
        )  # fmt: skip


def _is_placed(item: Json) -> bool:
    return isinstance(item, dict) and isinstance(item.get("start"), int) and isinstance(item.get("end"), int)
