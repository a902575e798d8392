"""Mails of people who were erased and that a poll finds again: they are not stored, and deleted where they lie."""

import hashlib
import re
from datetime import datetime

from klimapartner.assistant.clock import Clock
from klimapartner.assistant.trouble import task_once
from klimapartner.mailbox.errors import CommandRefused
from klimapartner.mailbox.imap import Session as ImapSession
from klimapartner.mailbox.imap_delete import delete_mails
from klimapartner.mailbox.message_id import message_id_of
from klimapartner.mailbox.parse import parse_message
from klimapartner.storage.engine import Database, Session
from klimapartner.storage.state import get_state, set_state
from klimapartner.storage.tombstones import buried_at, digest_of, has_tombstones

_BLANK_LINE = re.compile(rb"\r?\n\r?\n")


def is_erased(session: Session, raw: bytes, received: datetime, key: bytes) -> bool:
    """Whether a mail has a tombstone, or its sender has one and wrote it before it was set."""
    if not has_tombstones(session):
        return False
    if buried_at(session, "content", digest_of(key, "content", hashlib.sha256(raw).hexdigest())):
        return True
    message_id = message_id_of(raw)
    if message_id and buried_at(session, "message-id", digest_of(key, "message-id", message_id)):
        return True
    at = buried_at(session, "address", digest_of(key, "address", _sender(raw)))
    return at is not None and received < at


def _sender(raw: bytes) -> str:
    return parse_message(_BLANK_LINE.split(raw, maxsplit=1)[0]).from_.addr


def erased_uids(session: Session, name: str, uidvalidity: int) -> set[int]:
    """The UIDs of mails that came back and could not be deleted: they are not fetched again."""
    kept = get_state(session, f"erased.{name}")
    if not isinstance(kept, dict) or kept.get("uidvalidity") != uidvalidity:
        return set()
    uids = kept.get("uids")
    return {int(str(uid)) for uid in uids} if isinstance(uids, list) else set()


def take_away(imap: ImapSession, name: str, database: Database, clock: Clock, uidvalidity: int, uids: set[int]) -> None:
    """Delete mails that came back from the open folder; what cannot be deleted is remembered and told to staff."""
    left: tuple[int, ...]
    reason = ""
    try:
        outcome = delete_mails(imap, sorted(uids))
        left, reason = outcome.left, outcome.reason
    except CommandRefused as error:
        left, reason = tuple(sorted(uids)), str(error)
    with database.session() as session:
        set_state(session, f"erased.{name}", {"uidvalidity": uidvalidity, "uids": list(left)}, now=clock())
        if left:
            task_once(session, kind=f"erased:{name}", text=f"Gelöschte Mails sind wieder da: {reason}", now=clock())
