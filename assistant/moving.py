"""What is done, and what is dead, leaves the folder that is watched, where the settings name other folders."""

import sys

from klimapartner.assistant.clock import Clock
from klimapartner.assistant.settings import MailboxSettings
from klimapartner.assistant.trouble import task_once
from klimapartner.assistant.unfetched import is_placeholder
from klimapartner.mailbox.errors import CommandRefused, FolderMissing
from klimapartner.mailbox.imap import Moved
from klimapartner.mailbox.imap import Session as ImapSession
from klimapartner.storage.engine import Database, Session
from klimapartner.storage.messages import get_message, mark_moved, unmoved


def move_finished(
    imap: ImapSession, name: str, box: MailboxSettings, database: Database, clock: Clock, uidvalidity: int
) -> int:
    """Move what is done and what is dead to their folders, where such are set; returns how many were moved."""
    with database.reading() as session:
        waiting = _movable(session, name, uidvalidity)
    moved = 0
    for state, folder in (("done", box.done_folder), ("dead", box.failed_folder)):
        uids = [uid for uid, its_state in waiting if its_state == state]
        if folder and uids:
            moved += _move(imap, name, database, clock, uidvalidity, uids, folder)
    return moved


def _movable(session: Session, name: str, uidvalidity: int) -> list[tuple[int, str]]:
    """UIDs with the states of their messages; what could not be fetched stays, so that it can be tried again."""
    return [
        (item.uid, item.state)
        for item in unmoved(session, name, uidvalidity)
        if item.state == "done" or (item.state == "dead" and not is_placeholder(get_message(session, item.message_id)))
    ]


def _move(
    imap: ImapSession, name: str, database: Database, clock: Clock, uidvalidity: int, uids: list[int], folder: str
) -> int:
    sys.audit("klimapartner.move.claimed")
    outcome = _try(imap, uids, folder)
    sys.audit("klimapartner.move.moved")
    with database.session() as session:
        mark_moved(session, name, uidvalidity, outcome.moved, now=clock())
        if outcome.left:
            task_once(session, kind=f"move:{name}", text=f"Nicht verschoben: {outcome.reason}", now=clock())
        sys.audit("klimapartner.move.noting")
    sys.audit("klimapartner.move.noted")
    return len(outcome.moved)


def _try(imap: ImapSession, uids: list[int], folder: str) -> Moved:
    """A server that refuses to move keeps its mail where it is; what was fetched is safe all the same."""
    try:
        return imap.move(uids, folder)
    except (CommandRefused, FolderMissing) as error:
        return Moved((), tuple(uids), str(error))
