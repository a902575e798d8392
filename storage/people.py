"""Finding people by mail address, name or phone number, wherever a contact stands."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlalchemy import select

from klimapartner.storage.engine import Session
from klimapartner.storage.erase_find import Person, addresses_of, find_person, phone_digits
from klimapartner.storage.tables import (
    ChatRow,
    ConversationRow,
    FieldRow,
    MergeRow,
    OfferRow,
    OutboxRow,
    ParticipantRow,
    UserRow,
)

_SHORTEST_PHONE = 4
_FIELDS = ("contact.name", "contact.email", "contact.phone", "sender.email")


@dataclass(slots=True)
class Found:
    """Somebody who is known: `key` is the mail address, or entry:NUMBER where there is none."""

    key: str
    names: set[str] = field(default_factory=set)
    phones: set[str] = field(default_factory=set)
    entries: set[int] = field(default_factory=set)

    @property
    def address(self) -> str:
        """The mail address, '' where none is known."""
        return "" if self.key.startswith("entry:") else self.key


def search_people(session: Session, words: str, *, limit: int = 50) -> list[Found]:
    """Everybody whose address, name or number has the words, by address."""
    wanted = " ".join(words.split()).casefold()
    if not wanted:
        return []
    people = _people(session)
    found = [one for one in people.values() if _matches(one, wanted)]
    if not found and all(wanted.rpartition("@")[::2]) and find_person(session, wanted) != Person(wanted):
        found = [Found(wanted)]
    return sorted(found, key=lambda one: (not one.address, one.key))[:limit]


def is_staff(session: Session, address: str) -> bool:
    """Whether the address is that of a user: staff are no persons concerned, and stand in too much."""
    return address in {mail.lower() for mail in session.scalars(select(UserRow.mail))}


def _matches(one: Found, wanted: str) -> bool:
    texts = [one.address, *(name.casefold() for name in one.names)]
    if any(all(word in text for word in wanted.split()) for text in texts):
        return True
    digits = phone_digits(wanted)
    is_number = len(digits) >= _SHORTEST_PHONE and not any(letter.isalpha() for letter in wanted)
    return is_number and any(digits in phone_digits(phone) for phone in one.phones)


def _people(session: Session) -> dict[str, Found]:
    people: dict[str, Found] = {}
    for key, name, phone, entry_id in (*_contacts(session), *_others(session)):
        one = people.setdefault(key, Found(key))
        one.names |= {name} if name else set()
        one.phones |= {phone} if phone else set()
        one.entries |= {entry_id} if entry_id else set()
    return people


def _contacts(session: Session) -> Iterator[tuple[str, str, str, int]]:
    """The contact of each entry, and who wrote for somebody else."""
    entries: dict[int, dict[str, str]] = {}
    chosen = select(FieldRow.entry_id, FieldRow.field, FieldRow.value).where(FieldRow.field.in_(_FIELDS))
    for entry_id, name, value in session.execute(chosen):
        if isinstance(value, str) and value:
            entries.setdefault(entry_id, {})[name] = value
    for entry_id, said in entries.items():
        key = said.get("contact.email", "").lower()
        if key or "contact.name" in said or "contact.phone" in said:
            yield key or f"entry:{entry_id}", said.get("contact.name", ""), said.get("contact.phone", ""), entry_id
        if sender := said.get("sender.email", "").lower():
            yield sender, "", "", entry_id


def _others(session: Session) -> Iterator[tuple[str, str, str, int]]:
    offers = select(OfferRow.contact_email, OfferRow.contact_name, OfferRow.contact_phone)
    for address, name, phone in session.execute(offers):
        yield from _known(address, name, phone)
    named = select(ParticipantRow.email, ParticipantRow.name).union(select(OutboxRow.to_addr, OutboxRow.to_name))
    for address, name in session.execute(named):
        yield from _known(address, name)
    for address in session.scalars(select(ConversationRow.address).distinct()):
        yield from _known(address)
    for state in session.scalars(select(ChatRow.state)):
        for address in addresses_of(state):
            yield from _known(address)
    for before in session.scalars(select(MergeRow.before)):
        for picture in (before["kept"], before["dropped"]):
            said = {one["field"]: str(one["value"] or "") for one in picture["fields"]}
            yield from _known(*(said.get(f"contact.{name}", "") for name in ("email", "name", "phone")))


def _known(address: str, name: str = "", phone: str = "") -> Iterator[tuple[str, str, str, int]]:
    if address:
        yield address.lower(), name, phone, 0
