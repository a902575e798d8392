"""Answers that staff write in their own mail program: they reach the history and stop the automatic ones."""

import hashlib
from datetime import datetime, timedelta

from klimapartner.mailbox.identity import LOOP_HEADER
from klimapartner.mailbox.message import Message
from klimapartner.storage.columns import Json
from klimapartner.storage.conversations import Conversation, find_conversation, find_references
from klimapartner.storage.engine import Session
from klimapartner.storage.history import record
from klimapartner.storage.messages import StoredMessage, get_message, messages_of
from klimapartner.storage.outbox import OutboxMail, discard, find_by_rfc_id, mails_of
from klimapartner.storage.state import get_state, set_state
from klimapartner.storage.unanswered import list_unanswered, mark_answered

STAFF_ANSWERED = ("staff_answered", "Vom Team selbst beantwortet")
_KEY = "staff.answers"
_KEPT = timedelta(days=30)
_MOST_KEPT = 2_000
_MOST_TEXT = 4_000


def take_staff_answer(session: Session, message: Message, *, sent_at: datetime, now: datetime) -> bool:
    """Note a mail of the Sent folder; False where it is the assistant's own or belongs to nothing that is known.

    Only what goes to the sender is an answer: a forward to a colleague stops nothing.
    """
    ids = [*message.in_reply_to, *reversed(message.references)]
    if _ours(session, message) or not (ids or find_references(message.subject)):
        return False
    conversation = find_conversation(session, message_ids=ids, references=find_references(message.subject))
    if conversation is None:
        _remember(session, message, now)
        return False
    messages = messages_of(session, conversation.id)
    answers = _goes_to_sender(session, conversation, message)
    _record(session, conversation, messages, message, "answered" if answers else "passed on", now)
    if answers:
        _stop(session, conversation, messages, _who(message), sent_at, now)
    return True


def answered_by_staff(session: Session, message: Message) -> bool:
    """Whether staff answered this mail before the assistant had read it."""
    told = _remembered(session).get(_digest(message.message_id))
    return isinstance(told, dict) and _digest(message.from_.addr) in _list(told.get("to"))


def _ours(session: Session, message: Message) -> bool:
    own = find_by_rfc_id(session, message.message_id) if message.message_id else None
    return own is not None or bool(message.header(LOOP_HEADER))


def _goes_to_sender(session: Session, conversation: Conversation, message: Message) -> bool:
    senders = {conversation.address.lower()} | {row.to_addr.lower() for row in mails_of(session, conversation.id)}
    return bool(senders & set(_recipients(message)))


def _recipients(message: Message) -> list[str]:
    return [address.addr.lower() for address in (*message.to, *message.cc)]


def _who(message: Message) -> str:
    return message.from_.addr or "team"


def _record(
    session: Session,
    conversation: Conversation,
    messages: list[StoredMessage],
    message: Message,
    action: str,
    now: datetime,
) -> None:
    own = (message.text[part.start : part.end] for part in message.parts if part.kind == "body")
    told = {"message_id": message.message_id, "subject": message.subject, "text": "\n".join(own)[:_MOST_TEXT]}
    about = ("entry", conversation.entry_id) if conversation.entry_id else ("message", messages[-1].id)
    record(
        session, now=now, who=_who(message), subject=about[0], subject_id=int(about[1]), action=action, field="mail",
        new=told,
    )  # fmt: skip


def _stop(
    session: Session,
    conversation: Conversation,
    messages: list[StoredMessage],
    who: str,
    sent_at: datetime,
    now: datetime,
) -> None:
    """Discard what waits as an answer to mails that lay there when staff wrote; later mails are a new matter."""
    waiting = [row for row in mails_of(session, conversation.id) if row.state in ("queued", "held")]
    stale = [row.id for row in waiting if _came_before(session, row, sent_at)]
    discard(session, stale, reason=STAFF_ANSWERED[1], who=who, now=now)
    ids = {stored.id for stored in messages}
    for item in list_unanswered(session):
        if item.message_id in ids:
            mark_answered(session, item.message_id, who=who, now=now)


def _came_before(session: Session, row: OutboxMail, sent_at: datetime) -> bool:
    return row.message_id is None or get_message(session, row.message_id).received_at <= sent_at


def _remember(session: Session, message: Message, now: datetime) -> None:
    """Keep which mail was answered, for when that mail is read; in a month it is forgotten."""
    oldest = (now - _KEPT).isoformat()
    kept = {key: value for key, value in _remembered(session).items() if _at(value) >= oldest}
    to = [_digest(address) for address in _recipients(message)]
    kept |= {_digest(one): {"at": now.isoformat(), "to": to} for one in message.in_reply_to}
    set_state(session, _KEY, dict(list(kept.items())[-_MOST_KEPT:]), now=now)


def _remembered(session: Session) -> dict[str, Json]:
    kept = get_state(session, _KEY)
    return dict(kept) if isinstance(kept, dict) else {}


def _digest(text: str) -> str:
    """What tells equal from unequal and holds no address that would have to be erased."""
    return hashlib.sha256(text.strip().lower().encode("utf-8", "replace")).hexdigest()[:32]


def _at(value: Json) -> str:
    return str(value.get("at", "")) if isinstance(value, dict) else ""


def _list(value: Json) -> list[Json]:
    return list(value) if isinstance(value, list) else []
