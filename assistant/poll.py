"""From the mailbox to the database: commit first, move after, and by UID whatever the flags say."""

from collections.abc import Callable
from dataclasses import dataclass

from klimapartner.assistant.clock import Clock
from klimapartner.assistant.servers import imap_login, server_of
from klimapartner.assistant.settings import MailboxSettings
from klimapartner.assistant.workplace import Workplace
from klimapartner.mailbox.imap import Fetched, connect
from klimapartner.mailbox.imap import Session as ImapSession
from klimapartner.mailbox.message_id import message_id_of
from klimapartner.storage.engine import Database
from klimapartner.storage.messages import known_uids, mark_moved, store_message, unmoved
from klimapartner.storage.state import set_state
from klimapartner.storage.tasks import add_task


@dataclass(frozen=True, slots=True)
class Polled:
    """What one poll found: new mails, copies of known ones, those whose body the server did not give, moved ones."""

    new: int = 0
    known: int = 0
    without_body: int = 0
    moved: int = 0


def poll(
    imap: ImapSession,
    name: str,
    box: MailboxSettings,
    database: Database,
    clock: Clock,
    progress: Callable[[int, int], None] = lambda done, whole: None,
) -> Polled:
    """Store every mail of the folder that is not stored yet, then move those that are done."""
    uidvalidity = imap.select(box.folder)
    with database.reading() as session:
        known = known_uids(session, name, uidvalidity)
    missing = [uid for uid in imap.uids() if uid not in known]
    new = again = empty = 0
    for number, fetched in enumerate(imap.fetch(missing, box.size_limit), 1):
        if fetched.problem == "no-body":
            empty += 1
            continue
        is_new = _store(database, name, uidvalidity, fetched, clock)
        new, again = new + is_new, again + (not is_new)
        progress(number, len(missing))
    moved = move_finished(imap, name, box, database, clock, uidvalidity)
    with database.session() as session:
        set_state(session, f"poll.{name}", clock().isoformat(), now=clock())
    return Polled(new, again, empty, moved)


def poll_once(work: Workplace, name: str, progress: Callable[[int, int], None] = lambda done, whole: None) -> Polled:
    """Connect to a mailbox of the settings, poll it once, and hang up."""
    box = work.settings.mailboxes[name]
    with connect(server_of(box.imap), imap_login(box, work.clock)) as imap:
        return poll(imap, name, box, work.database, work.clock, progress)


def _store(database: Database, name: str, uidvalidity: int, fetched: Fetched, clock: Clock) -> bool:
    with database.session() as session:
        now = clock()
        _, new = store_message(
            session,
            mailbox=name,
            uidvalidity=uidvalidity,
            uid=fetched.uid,
            raw=fetched.raw,
            message_id=message_id_of(fetched.raw),
            received_at=fetched.received or now,
            now=now,
            size=fetched.size,
            problem=fetched.problem,
        )
    return new


def move_finished(
    imap: ImapSession, name: str, box: MailboxSettings, database: Database, clock: Clock, uidvalidity: int
) -> int:
    """Move what is done and what is dead to their folders, where such are set; returns how many were moved."""
    with database.reading() as session:
        waiting = unmoved(session, name, uidvalidity)
    moved = 0
    for state, folder in (("done", box.done_folder), ("dead", box.failed_folder)):
        uids = [item.uid for item in waiting if item.state == state]
        if folder and uids:
            moved += _move(imap, name, database, clock, uidvalidity, uids, folder)
    return moved


def _move(
    imap: ImapSession, name: str, database: Database, clock: Clock, uidvalidity: int, uids: list[int], folder: str
) -> int:
    outcome = imap.move(uids, folder)
    with database.session() as session:
        mark_moved(session, name, uidvalidity, outcome.moved, now=clock())
        if outcome.left:
            add_task(session, kind=f"move:{name}", text=f"Nicht verschoben: {outcome.reason}", now=clock())
    return len(outcome.moved)
