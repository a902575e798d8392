"""What is stored about a person as lines to be read: a title, what it says, when, and where to look."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

from klimapartner.assistant.console.audit_words import field_word, word
from klimapartner.assistant.console.labels import label
from klimapartner.assistant.console.visit import PageLanguage
from klimapartner.mailbox.parse import parse_message
from klimapartner.storage.dossier import Rows
from klimapartner.storage.engine import Session
from klimapartner.storage.messages import message_raw

Row = dict[str, Any]
# Shown with their messages and fields; the machine's own reading and its quotes are only counted.
COUNTED = ("readings", "quotes")
GROUPS = (
    ("mail", ("messages", "unanswered", "conversations", "readings")),
    ("register", ("entries", "fields", "quotes", "merges")),
    ("chat", ("chats", "chat_lines")),
    ("outbox", ("outbox",)),
    ("history", ("history",)),
    ("offers", ("offers", "participants")),
    ("notes", ("comments", "reminders", "tasks", "views", "files", "deliveries")),
    ("log", ("accesses",)),
)


@dataclass(frozen=True, slots=True)
class Line:
    """One thing; `path` below /console, '' where there is no page."""

    title: str
    detail: str = ""
    at: datetime | None = None
    path: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A kind with its lines; of what is only counted there are none."""

    kind: str
    count: int
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Kinds that belong together."""

    name: str
    count: int
    sections: tuple[Section, ...]


def groups_of(session: Session, rows: Rows, language: PageLanguage) -> list[Group]:
    """All that was found, grouped; groups without anything are there with none."""
    merged = {f"/entries/{row['dropped_id']}" for row in rows["merges"] if not row["undone_at"]}
    return [_group(session, name, kinds, rows, language, merged) for name, kinds in GROUPS]


def _group(
    session: Session, name: str, kinds: tuple[str, ...], rows: Rows, language: PageLanguage, merged: set[str]
) -> Group:
    sections = []
    for kind in kinds:
        lines = _lines(session, kind, rows[kind], language)
        there = tuple(replace(one, path="") if one.path in merged else one for one in lines)
        sections += [Section(kind, len(rows[kind]), there)] if rows[kind] else []
    return Group(name, sum(section.count for section in sections), tuple(sections))


def _lines(session: Session, kind: str, rows: list[Row], language: PageLanguage) -> list[Line]:
    if kind == "messages":
        return [_message(session, row) for row in rows]
    return [] if kind in COUNTED else [_LINES[kind](row, language) for row in rows]


def _message(session: Session, row: Row) -> Line:
    raw = message_raw(session, row["id"])
    message = parse_message(raw)
    sender = f"{message.from_.name} <{message.from_.addr}>" if message.from_.name else message.from_.addr
    return Line(message.subject or sender or "–", sender, _at(row["received_at"]), f"/messages/{row['id']}")


def _at(value: Any) -> datetime | None:
    return datetime.fromisoformat(value) if value else None


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return "; ".join(str(item) for item in value.values() if item)
    return ", ".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)


def _entry(row: Row, language: PageLanguage) -> Line:
    detail = f"{row['reference']}, {label('status', row['status'], language)}"
    return Line(row["body_name"] or row["reference"], detail, _at(row["received_at"]), f"/entries/{row['id']}")


def _field(row: Row, language: PageLanguage) -> Line:
    name = field_word(row["field"], language)
    return Line(name, _text(row["value"]), _at(row["updated_at"]), f"/entries/{row['entry_id']}")


def _history(row: Row, language: PageLanguage) -> Line:
    title = " ".join(filter(None, (field_word(row["field"], language), word("action", row["action"], language))))
    detail = " → ".join(filter(None, (_text(row["old"]), _text(row["new"]))))
    return Line(title, f"{detail} ({row['who']})", _at(row["at"]), _path(row["subject"], row["subject_id"]))


def _path(subject: str, number: int) -> str:
    folder = {"entry": "entries", "message": "messages", "outbox": "outbox", "chat": "chats"}.get(subject)
    return f"/{folder}/{number}" if folder else ""


def _access(row: Row, language: PageLanguage) -> Line:
    what = f"{word('subject', row['subject'], language)} {row['subject_id']}"
    title = f"{row['who']}: {word('action', row['action'], language)}"
    return Line(title, what, _at(row["at"]), _path(row["subject"], row["subject_id"]))


def _told(row: Row, language: PageLanguage) -> Line:
    entry = row.get("entry_id")
    return Line(row["text"], row.get("who") or "", _at(row["created_at"]), f"/entries/{entry}" if entry else "")


def _task(row: Row, language: PageLanguage) -> Line:
    about = ("chats", row["chat_id"]), ("entries", row["entry_id"]), ("messages", row["message_id"])
    path = next((f"/{folder}/{number}" for folder, number in about if number), "")
    return Line(row["text"] or row["kind"], "", _at(row["created_at"]), path)


_LINES: MappingProxyType[str, Callable[[Row, PageLanguage], Line]] = MappingProxyType(
    {
        "unanswered": lambda r, _: Line(
            r["reason"] or r["code"], "", _at(r["created_at"]), f"/messages/{r['message_id']}"
        ),
        "conversations": lambda r, _: Line(r["reference"], r["address"], _at(r["created_at"])),
        "entries": _entry,
        "fields": _field,
        "merges": lambda r, _: Line(
            f"{r['dropped_id']} → {r['kept_id']}", r["who"], _at(r["at"]), f"/entries/{r['kept_id']}"
        ),
        "chats": lambda r, _: Line(f"{r['channel']} {r['id']}", "", _at(r["created_at"]), f"/chats/{r['id']}"),
        "chat_lines": lambda r, _: Line(r["text"], r["who"], _at(r["created_at"]), f"/chats/{r['chat_id']}"),
        "outbox": lambda r, lang: Line(
            r["subject"], f"{r['to_addr']}, {label('answer', r['state'], lang)}", _at(r["sent_at"] or r["created_at"]),
            f"/outbox/{r['id']}",
        ),
        "history": _history,
        "offers": lambda r, _: Line(r["name"], r["contact_name"], _at(r["created_at"]), f"/messages/{r['message_id']}"),
        "participants": lambda r, _: Line(r["event"], r["name"], _at(r["created_at"]), "/events"),
        "comments": _told,
        "reminders": _told,
        "tasks": _task,
        "views": lambda r, _: Line(r["name"], "", _at(r["created_at"])),
        "files": lambda r, _: Line(r["name"], "", _at(r["created_at"])),
        "deliveries": lambda r, _: Line(r["event"], r["state"], _at(r["created_at"])),
        "accesses": _access,
    }
)  # fmt: skip
