"""Which tombstones an erasure leaves: of the address, the mails and the chats of a person."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select

from klimapartner.storage.engine import Session
from klimapartner.storage.erase_find import Person
from klimapartner.storage.tables import ChatRow, HistoryRow, MessageRow, OutboxRow
from klimapartner.storage.tombstones import Kind, Tombstone, digest_of
from klimapartner.storage.traces import Traces


def stones_of(session: Session, person: Person, traces: Traces, *, key: bytes, now: datetime) -> list[Tombstone]:
    """Call it before anything is blanked."""
    found: set[tuple[Kind, str]] = {("address", person.address)} if person.address else set()
    found |= set(_messages(session, traces))
    found |= {("message-id", one) for one in mail_ids(session, traces)}
    chats = session.scalars(select(ChatRow).where(ChatRow.id.in_(traces["chats"])))
    found |= {("chat", f"{chat.channel}:{chat.address}") for chat in chats}
    return [Tombstone(kind, digest_of(key, kind, value), now) for kind, value in sorted(found)]


def mail_ids(session: Session, traces: Traces) -> set[str]:
    """The Message-IDs of mails that the office sent to the person, by this program or another one."""
    told = select(HistoryRow.new).where(HistoryRow.id.in_(traces["history"]), HistoryRow.field == "mail")
    by_hand = {
        str(new["message_id"]) for new in session.scalars(told) if isinstance(new, dict) and new.get("message_id")
    }
    ours = session.scalars(select(OutboxRow.rfc_message_id).where(OutboxRow.id.in_(traces["outbox"])))
    return {one for one in by_hand | set(ours) if one}


def _messages(session: Session, traces: Traces) -> Iterator[tuple[Kind, str]]:
    chosen = select(MessageRow.sha256, MessageRow.message_id).where(MessageRow.id.in_(traces["messages"]))
    for sha256, message_id in session.execute(chosen):
        yield "content", sha256
        if message_id:
            yield "message-id", message_id
