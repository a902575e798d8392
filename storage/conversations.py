"""Which messages belong together: by Message-IDs and reference numbers, never by a subject alone."""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import bindparam, select, update

from klimapartner.storage.columns import clean_text
from klimapartner.storage.engine import Session
from klimapartner.storage.errors import StorageError
from klimapartner.storage.messages import ID_LENGTH
from klimapartner.storage.sql import clip, fetch, find, insert_for_key, table_of
from klimapartner.storage.tables import ConversationRow, EntryRow, MessageRow, OutboxRow

# No 0 O, 1 I L, 5 S, 8 B, U, Z: copied by hand the others stay what they are. 25 signs, 6 places: 244 million
# numbers, too many to guess one that is in use.
_ALPHABET = "234679ACDEFGHJKMNPQRTVWXY"
_LENGTH = 6
_REFERENCE = re.compile(rf"\b([A-Z]{{1,4}}[0-9]{{0,4}}-[{_ALPHABET}]{{{_LENGTH}}})\b", re.IGNORECASE)


_conversations = table_of(ConversationRow)
_ATTACH = (
    update(_conversations)
    .where(_conversations.c.id == bindparam("of"), _conversations.c.entry_id.is_(None))
    .values(entry_id=bindparam("entry"))
)


@dataclass(frozen=True, slots=True)
class Conversation:
    """A thread with one sender (`address`); `reference` is the number in our mails, `entry_id` its first entry."""

    id: int
    call: str
    reference: str
    address: str
    created_at: datetime
    entry_id: int | None


def find_references(text: str) -> tuple[str, ...]:
    """Reference numbers in a subject, a text or an address, in order, upper-cased, each once."""
    return tuple(dict.fromkeys(match.upper() for match in _REFERENCE.findall(text)))


def open_conversation(session: Session, *, call: str, prefix: str, address: str, now: datetime) -> Conversation:
    """Begin a conversation with a number of its own, such as KP9-7F3K9M for the prefix KP9."""
    for _ in range(20):
        reference = f"{prefix}-" + "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
        values = {"call": call, "reference": reference, "address": clip(address, 320), "created_at": now}
        if number := insert_for_key(session, ConversationRow, values, ("reference",)):
            return Conversation(number, call, reference, clean_text(clip(address, 320)), now.astimezone(UTC), None)
    raise StorageError("No free reference number was found; choose another prefix for the call.")


def find_conversation(
    session: Session, *, message_ids: Sequence[str], references: Sequence[str]
) -> Conversation | None:
    """The conversation that a message goes on with.

    `message_ids` come first, in the order given (In-Reply-To, then References from the last); they may name mails that
    were received or sent. Then the reference numbers.
    """
    by_id = _conversations_of_ids(session, message_ids)
    for message_id in message_ids:
        if clip(message_id.strip(), ID_LENGTH) in by_id:
            return get_conversation(session, by_id[clip(message_id.strip(), ID_LENGTH)])
    by_number = (_by_number(session, number) for reference in references for number in find_references(reference))
    return next((_value(row) for row in by_number if row is not None), None)


def _conversations_of_ids(session: Session, message_ids: Sequence[str]) -> dict[str, int]:
    wanted = [clip(message_id.strip(), ID_LENGTH) for message_id in message_ids if message_id.strip()]
    if not wanted:
        return {}
    received = select(MessageRow.message_id, MessageRow.conversation_id).where(
        MessageRow.message_id.in_(wanted), MessageRow.conversation_id.is_not(None)
    )
    sent = select(OutboxRow.rfc_message_id, OutboxRow.conversation_id).where(OutboxRow.rfc_message_id.in_(wanted))
    # Where strangers gave the same Message-ID to several mails, the oldest has it; our own ids beat theirs.
    pairs = [*session.execute(received.order_by(MessageRow.id.desc())), *session.execute(sent)]
    return {message_id: conversation_id for message_id, conversation_id in pairs if conversation_id is not None}


def _by_number(session: Session, number: str) -> ConversationRow | None:
    row = find(session, ConversationRow, ConversationRow.reference == number)
    if row is not None:
        return row
    entry = select(EntryRow.id).where(EntryRow.reference == number)
    chosen = select(ConversationRow).where(ConversationRow.entry_id.in_(entry)).order_by(ConversationRow.id).limit(1)
    return session.scalars(chosen).first()


def get_conversation(session: Session, conversation_id: int) -> Conversation:
    """Raises NotFound."""
    return _value(fetch(session, ConversationRow, conversation_id))


def conversation_by_reference(session: Session, reference: str) -> Conversation:
    """Raises StorageError where the number was never given out."""
    row = find(session, ConversationRow, ConversationRow.reference == reference)
    if row is None:
        raise StorageError(f"The reference number {reference} is unknown.")
    return _value(row)


def attach_entry(session: Session, conversation_id: int, entry_id: int) -> None:
    """Say to which entry a conversation belongs; the first one stays."""
    session.flush()
    session.execute(_ATTACH, {"of": conversation_id, "entry": entry_id})


def _value(row: ConversationRow) -> Conversation:
    return Conversation(row.id, row.call, row.reference, row.address, row.created_at, row.entry_id)
