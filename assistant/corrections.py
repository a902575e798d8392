"""Corrected entries as training cases in the form of the corpus: only what a person approved, one by one."""

from typing import Any

from klimapartner.mailbox.message import Message
from klimapartner.mailbox.parse import parse_message
from klimapartner.storage.approvals import approved_entries
from klimapartner.storage.engine import Session
from klimapartner.storage.entries import Entry
from klimapartner.storage.messages import message_raw, messages_of_entry
from klimapartner.storage.readings import latest_reading


def training_cases(session: Session) -> list[dict[str, Any]]:
    """A case for each approved entry whose first message is still there; the register's values are the right ones."""
    cases = (_case(session, entry) for entry in approved_entries(session))
    return [case for case in cases if case]


def _case(session: Session, entry: Entry) -> dict[str, Any] | None:
    first = next(iter(messages_of_entry(session, entry.id)), None)
    raw = message_raw(session, first.id) if first else b""
    reading = latest_reading(session, first.id) if first else None
    if not raw or reading is None:
        return None
    message = parse_message(raw)
    gold = {**reading.body, **_values(entry), "automated": False}
    return {
        "id": f"own-{entry.id}", "from_name": message.from_.name, "from_addr": message.from_.addr,
        "subject": message.subject, "body": _body(message), "gold": gold,
    }  # fmt: skip


def _body(message: Message) -> str:
    kept = {"body", "signature"}
    parts = [part for part in message.parts if part.kind in kept]
    return "\n".join(message.text[part.start : part.end].strip() for part in parts)


def _values(entry: Entry) -> dict[str, Any]:
    """What the register says, by the fields of the gold sets."""
    body = {"name": entry.body_name, "ags": entry.ags} if entry.body_name else None
    partner = {"municipality": entry.partner_name or None, "country": entry.partner_country or None}
    contact = {name: entry.value(f"contact.{name}") for name in ("name", "email", "phone", "role")}
    lists = {name: entry.value(name) or [] for name in ("needs", "topics")}
    plain = {name: entry.value(name) for name in ("world_region", "partnership_status")}
    return {
        "municipality": body,
        "partner": partner if any(partner.values()) else None,
        "contact": contact,
        **lists,
        **plain,
    }
