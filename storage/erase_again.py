"""Erasing once more what came back with a backup, known by its tombstones alone."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from klimapartner.storage.engine import Session
from klimapartner.storage.erase import erase_found
from klimapartner.storage.erase_find import Person, addresses_of, find_person
from klimapartner.storage.tables import Base, ChatRow, MessageRow, TombstoneRow
from klimapartner.storage.tombstones import Kind, Tombstone, buried_at, bury, digest_of
from klimapartner.storage.traces import find_traces


@dataclass(frozen=True, slots=True)
class Again:
    """How many tombstones the database did not know, how many people were erased by them, and rows of which."""

    stones: int
    people: int
    rows: int


def erase_again(session: Session, stones: Iterable[Tombstone], *, key: bytes, who: str, now: datetime) -> Again:
    """Apply the tombstones that the database does not know; those it knows were applied before the backup."""
    fresh = [stone for stone in stones if _is_fresh(session, stone)]
    wanted = {(stone.kind, stone.digest) for stone in fresh}
    people = rows = 0
    for person in _people(session, wanted, key) if fresh else ():
        counts = erase_found(session, person, who=who, now=now, key=key).counts
        people, rows = people + 1, rows + sum(counts.values())
    bury(session, fresh)
    return Again(len(fresh), people, rows)


def _is_fresh(session: Session, stone: Tombstone) -> bool:
    known = buried_at(session, _kind(stone), stone.digest)
    return known is None or known < stone.at


def _kind(stone: Tombstone) -> Kind:
    return stone.kind  # type: ignore[return-value]


def _people(session: Session, wanted: set[tuple[str, str]], key: bytes) -> Iterator[Person]:
    """Whoever's address has a tombstone; then what is left of mails and chats that have one."""
    for address in sorted(addresses_in(session)):
        if ("address", digest_of(key, "address", address)) in wanted:
            yield find_person(session, address)
    session.expire_all()
    left = Person(
        "", messages=frozenset(_messages(session, wanted, key)), chats=frozenset(_chats(session, wanted, key))
    )
    if left != Person("") and any(find_traces(session, left).values()):
        yield left


def _messages(session: Session, wanted: set[tuple[str, str]], key: bytes) -> Iterator[int]:
    rows = session.execute(select(MessageRow.id, MessageRow.sha256, MessageRow.message_id).where(MessageRow.raw != b""))
    for number, sha256, message_id in rows.all():
        marks = {
            ("content", digest_of(key, "content", sha256)),
            ("message-id", digest_of(key, "message-id", message_id)),
        }
        if marks & wanted:
            yield number


def _chats(session: Session, wanted: set[tuple[str, str]], key: bytes) -> Iterator[int]:
    for number, channel, address in session.execute(select(ChatRow.id, ChatRow.channel, ChatRow.address)).all():
        if ("chat", digest_of(key, "chat", f"{channel}:{address}")) in wanted:
            yield number


def addresses_in(session: Session) -> set[str]:
    """Every mail address that stands anywhere in the database, in lower case."""
    found: set[str] = set()
    for mapper in Base.registry.mappers:
        if mapper.class_ is not TombstoneRow:
            for row in session.execute(select(*mapper.columns).execution_options(yield_per=20)):
                found.update(address for cell in row for address in addresses_of(cell))
    return found
