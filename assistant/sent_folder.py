"""Watches the Sent folder for answers that staff write themselves; only what came after the first look counts."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from klimapartner.assistant.clock import Clock
from klimapartner.assistant.erased_mail import is_erased
from klimapartner.assistant.settings import MailboxSettings
from klimapartner.assistant.staff_answers import take_staff_answer
from klimapartner.mailbox.errors import ConnectionLost, FolderMissing, MailboxError
from klimapartner.mailbox.imap import Fetched
from klimapartner.mailbox.imap import Session as ImapSession
from klimapartner.mailbox.parse import parse_message
from klimapartner.storage.engine import Database, Session
from klimapartner.storage.state import get_state, set_state

PAUSE = timedelta(minutes=10)
_MOST_AFTER_RENUMBERING = 200
_MOST_BREAKS = 3


@dataclass(frozen=True, slots=True)
class _Mark:
    """How far the folder was read; `breaks` counts how often the line broke at the mail after `uid`.

    `folder` is empty where there was none at the first look: all that comes into it later is new.
    """

    folder: str
    uidvalidity: int
    uid: int
    looked_at: str
    breaks: int = 0


def look_into_sent(
    imap: ImapSession, name: str, box: MailboxSettings, database: Database, clock: Clock, key: bytes
) -> int:
    """Note the answers of staff since the last look; returns how many there were.

    What has a tombstone by the `key` is passed over.

    After an error the folder is left alone for a while, so that the mailbox itself goes on.

    Raises:
        MailboxError: as by imap; the session may be of no more use.
    """
    with database.reading() as session:
        if _rests(session, name, clock()):
            return 0
        mark = _mark_of(session, name)
    try:
        return _look(imap, name, box, database, clock, mark, key)
    except MailboxError as error:
        with database.session() as session:
            _note_failure(session, name, error, clock())
        raise


def _look(
    imap: ImapSession, name: str, box: MailboxSettings, database: Database, clock: Clock, mark: _Mark | None, key: bytes
) -> int:
    folder = box.sent_folder or (mark.folder if mark else "") or imap.sent_folder()
    uidvalidity = imap.select(folder) if folder else 0
    if mark is None or mark.folder not in (folder, ""):
        with database.session() as session:
            _keep(session, name, _Mark(folder or "", uidvalidity, _last(imap, folder), clock().isoformat()), clock())
        return 0
    if not folder:
        return 0
    count = 0
    for fetched in _new_ones(imap, box, mark, uidvalidity):
        done = _Mark(folder, uidvalidity, fetched.uid, clock().isoformat())
        sys.audit("klimapartner.sent.fetched")
        with database.session() as session:
            if not is_erased(session, fetched.raw, fetched.received or clock(), key):
                count += _take(session, fetched, clock())
            _keep(session, name, done, clock())
            sys.audit("klimapartner.sent.noting")
        sys.audit("klimapartner.sent.noted")
    return count


def _last(imap: ImapSession, folder: str | None) -> int:
    return max(imap.uids(), default=0) if folder else 0


def _new_ones(imap: ImapSession, box: MailboxSettings, mark: _Mark, uidvalidity: int) -> Iterator[Fetched]:
    if mark.uidvalidity == uidvalidity:
        uids = imap.uids(mark.uid)[mark.breaks // _MOST_BREAKS :]
        yield from imap.fetch(uids, box.size_limit)
        return
    # The server numbered its mails anew: what came since the last look is told by its time.
    since = datetime.fromisoformat(mark.looked_at)
    for fetched in imap.fetch(imap.uids()[-_MOST_AFTER_RENUMBERING:], box.size_limit):
        if fetched.received is None or fetched.received >= since:
            yield fetched


def _take(session: Session, fetched: Fetched, now: datetime) -> bool:
    message = parse_message(fetched.raw)
    return take_staff_answer(session, message, sent_at=fetched.received or message.date or now, now=now)


def _rests(session: Session, name: str, now: datetime) -> bool:
    until = get_state(session, f"sent.rest.{name}")
    return isinstance(until, str) and until > now.isoformat()


def _note_failure(session: Session, name: str, error: MailboxError, now: datetime) -> None:
    set_state(session, f"sent.rest.{name}", (now + PAUSE).isoformat(), now=now)
    mark = _mark_of(session, name)
    if isinstance(error, FolderMissing):
        gone = mark or _Mark("", 0, 0, now.isoformat())
        _keep(session, name, replace(gone, folder=""), now)
    elif mark and isinstance(error, ConnectionLost) and error.uid is not None:
        _keep(session, name, replace(mark, breaks=mark.breaks + 1), now)


def _mark_of(session: Session, name: str) -> _Mark | None:
    kept = get_state(session, f"sent.{name}")
    if not isinstance(kept, dict):
        return None
    return _Mark(
        str(kept["folder"]), int(str(kept["uidvalidity"])), int(str(kept["uid"])), str(kept["looked_at"]),
        int(str(kept["breaks"])),
    )  # fmt: skip


def _keep(session: Session, name: str, mark: _Mark, now: datetime) -> None:
    value = {
        "folder": mark.folder, "uidvalidity": mark.uidvalidity, "uid": mark.uid, "looked_at": mark.looked_at,
        "breaks": mark.breaks,
    }  # fmt: skip
    set_state(session, f"sent.{name}", value, now=now)
