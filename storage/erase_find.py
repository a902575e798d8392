"""What there is about a person: messages, entries and names found by one mail address."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from klimapartner.storage.columns import Json
from klimapartner.storage.engine import Session
from klimapartner.storage.tables import (
    Base,
    ChannelNoteRow,
    ChatLineRow,
    ChatRow,
    ChatUpdateRow,
    ConversationRow,
    EntryMessageRow,
    FieldRow,
    MergeRow,
    MessageRow,
    OfferRow,
    OutboxRow,
    ParticipantRow,
    ReadingRow,
)

# Fewer digits than these stand in too many texts.
_SHORTEST_PHONE = 6
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")


@dataclass(frozen=True, slots=True)
class Person:
    """A mail address (lower case), its full names, and the messages, entries and chats about it (ids).

    The address is '' for somebody of whom none is known; `phones` are the digits of numbers without prefixes.
    """

    address: str
    names: frozenset[str] = frozenset()
    messages: frozenset[int] = frozenset()
    entries: frozenset[int] = frozenset()
    chats: frozenset[int] = frozenset()
    phones: frozenset[str] = frozenset()

    def has_address(self, value: Json) -> bool:
        """The address stands in a text or JSON value, and is not only the end of a longer one."""
        return bool(self.address) and _stands_in(self.address, _text(value), before=r"[\w.+-]")

    def is_mentioned(self, value: Json) -> bool:
        """The address or a full name stands in the value."""
        return self.has_address(value) or any(_stands_in(name, _text(value), before=r"\w") for name in self.names)

    def is_told_of(self, value: Json) -> bool:
        """The same, or a phone number, which in notes of staff means the person, elsewhere perhaps a whole office."""
        return self.is_mentioned(value) or any(_has_phone(phone, _text(value)) for phone in self.phones)


def find_person(session: Session, address: str) -> Person:
    """Look for the address wherever it can stand."""
    person = Person(address)
    fields = list(_where_address(session, person, FieldRow, FieldRow.value))
    chats = _chats(session, person)
    messages = (
        _messages(session, person)
        | set(_said_in(session, chats))
        | {row.message_id for row in fields if row.message_id is not None}
    )
    linked = select(EntryMessageRow.entry_id).where(EntryMessageRow.message_id.in_(messages))
    named = {row.entry_id for row in fields if row.field.startswith("contact.")}
    merged = _merged(session, person)
    entries = named | {row.entry_id for row in fields} | set(session.scalars(linked)) | set(merged)
    names = _names(session, person, named) | _full_names(said.get("contact.name") for said in merged.values())
    phones = _phones(session, person, named) | _numbers(said.get("contact.phone") for said in merged.values())
    numbers = frozenset(messages), frozenset(entries), frozenset(chat.id for chat in chats)
    return Person(address, frozenset(names), *numbers, frozenset(phones))


def find_contact(session: Session, entry_id: int) -> Person:
    """The contact of an entry of whom no mail address is known; nobody where there is none or an address."""
    about = select(FieldRow).where(FieldRow.entry_id == entry_id, FieldRow.field.startswith("contact."))
    fields = {row.field: row for row in session.scalars(about)}
    address = fields.get("contact.email")
    if not fields or (address and address.value):
        return Person("")
    names, phones = _names(session, Person(""), {entry_id}), _phones(session, Person(""), {entry_id})
    messages = frozenset(row.message_id for row in fields.values() if row.message_id is not None)
    return Person("", frozenset(names), messages, frozenset({entry_id}), phones=frozenset(phones))


def _merged(session: Session, person: Person) -> dict[int, dict[str, Json]]:
    """The fields of entries that were merged into others and whose contact the person was, by the id that went."""
    found = {}
    for gone, before in session.execute(select(MergeRow.dropped_id, MergeRow.before)).all():
        said = {one["field"]: one["value"] for one in before["dropped"]["fields"]}
        if any(map(person.has_address, said.values())):
            found[gone] = said
    return found


def _where_address(session: Session, person: Person, table: type[Base], *columns: Any) -> Iterator[Any]:
    """The rows in one of whose columns the address stands."""
    key = table.__mapper__.primary_key[0]
    for number, *values in session.execute(select(key, *columns)).all():
        if any(person.has_address(value) for value in values):
            yield session.get_one(table, number)


def _messages(session: Session, person: Person) -> set[int]:
    wrote = [row.id for row in _where_address(session, person, ConversationRow, ConversationRow.address)]
    found: set[int | None] = set(session.scalars(select(MessageRow.id).where(MessageRow.conversation_id.in_(wrote))))
    found |= {row.message_id for row in _where_address(session, person, ReadingRow, ReadingRow.body)}
    found |= {row.message_id for row in _where_address(session, person, OutboxRow, OutboxRow.to_key)}
    found |= {row.message_id for row in _where_address(session, person, OfferRow, OfferRow.contact_email)}
    found |= {row.message_id for row in _where_address(session, person, ParticipantRow, ParticipantRow.email)}
    found |= set(_raw_with(session, person))
    return {number for number in found if number is not None}


def _chats(session: Session, person: Person) -> list[ChatRow]:
    """The chats in which the address was said or is remembered, and those that wrote to a conversation with it."""
    wrote = [row.id for row in _where_address(session, person, ConversationRow, ConversationRow.address)]
    found = set(session.scalars(select(ChatRow.id).where(ChatRow.conversation_id.in_(wrote))))
    found |= {row.id for row in _where_address(session, person, ChatRow, ChatRow.address, ChatRow.state)}
    found |= {row.chat_id for row in _where_address(session, person, ChatUpdateRow, ChatUpdateRow.body)}
    found |= {row.chat_id for row in _where_address(session, person, ChatLineRow, ChatLineRow.text)}
    found |= {row.chat_id for row in _where_address(session, person, ChannelNoteRow, ChannelNoteRow.body)}
    return list(session.scalars(select(ChatRow).where(ChatRow.id.in_(found)).order_by(ChatRow.id)))


def _said_in(session: Session, chats: list[ChatRow]) -> Iterator[int]:
    """The messages that were made of what these chats said; each names its chat in its head (X-Chat)."""
    marks = [f"X-Chat: {chat.channel} {chat.id} ".encode() for chat in chats]
    rows = session.execute(select(MessageRow.id, MessageRow.raw).execution_options(yield_per=20)) if marks else ()
    return (number for number, raw in rows if any(mark in raw for mark in marks))


def _raw_with(session: Session, person: Person) -> Iterator[int]:
    rows = session.execute(select(MessageRow.id, MessageRow.raw).execution_options(yield_per=20))
    return (number for number, raw in rows if person.has_address(raw.decode("latin-1")))


def _names(session: Session, person: Person, entries: set[int]) -> set[str]:
    """Full names only: one word alone stands in too many texts that are about somebody else."""
    is_name = FieldRow.field == "contact.name"
    found: list[Json] = list(session.scalars(select(FieldRow.value).where(is_name, FieldRow.entry_id.in_(entries))))
    if person.address:
        found += session.scalars(select(OutboxRow.to_name).where(OutboxRow.to_key == person.address))
        found += session.scalars(select(ParticipantRow.name).where(ParticipantRow.email == person.address))
    found += [row.contact_name for row in _where_address(session, person, OfferRow, OfferRow.contact_email)]
    return _full_names(found)


def _full_names(found: Iterable[Json]) -> set[str]:
    return {_text(name) for name in found if isinstance(name, str) and len(name.split()) > 1}


def _phones(session: Session, person: Person, entries: set[int]) -> set[str]:
    is_phone = FieldRow.field == "contact.phone"
    found: list[Json] = list(session.scalars(select(FieldRow.value).where(is_phone, FieldRow.entry_id.in_(entries))))
    found += [row.contact_phone for row in _where_address(session, person, OfferRow, OfferRow.contact_email)]
    return _numbers(found)


def _numbers(found: Iterable[Json]) -> set[str]:
    numbers = {phone_digits(value) for value in found if isinstance(value, str)}
    return {digits for digits in numbers if len(digits) >= _SHORTEST_PHONE}


def phone_digits(text: str) -> str:
    """The digits of a number without what differs between its forms: +49, 0049, (0), a leading 0."""
    at_home = re.sub(r"^\s*(\+|00)49", "", text.replace("(0)", ""))
    return re.sub(r"\D", "", at_home).lstrip("0")


def _has_phone(digits: str, text: str) -> bool:
    return re.search(r"[\s()/.–-]*".join(digits) + r"(?!\d)", text) is not None


def mentions(session: Session, person: Person, table: type[Base], *columns: Any) -> list[int]:
    """The ids of the rows in one of whose columns the address or a full name stands."""
    rows = session.execute(select(table.__mapper__.primary_key[0], *columns)).all()
    return [number for number, *values in rows if any(map(person.is_mentioned, values))]


def addresses_of(value: object) -> set[str]:
    """The mail addresses in a text, JSON value or bytes, in lower case."""
    if isinstance(value, bytes):
        value = value.decode("latin-1")
    words = _text(value) if isinstance(value, str | dict | list) else ""
    return set(_ADDRESS.findall(words))


def _stands_in(words: str, text: str, before: str) -> bool:
    return re.search(rf"(?<!{before}){re.escape(words)}(?![\w-])", text) is not None


def _text(value: Json) -> str:
    """Lower case; a JSON value as it is written, without escapes for letters."""
    return (value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)).lower()
