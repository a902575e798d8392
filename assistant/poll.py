"""From the mailbox to the database: commit first, move after, and by UID whatever the flags say."""

import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace

from klimapartner.assistant.clock import Clock
from klimapartner.assistant.erased_mail import erased_uids, is_erased, take_away
from klimapartner.assistant.mailbox_erasing import Round, delete_in_mailbox
from klimapartner.assistant.moving import move_finished
from klimapartner.assistant.sent_folder import look_into_sent
from klimapartner.assistant.servers import imap_login, server_of
from klimapartner.assistant.settings import MailboxSettings
from klimapartner.assistant.tombstone_journal import key_of
from klimapartner.assistant.trouble import clear_trouble
from klimapartner.assistant.unfetched import BREAKS_LINE, NO_BODY, count_failure, failed_fetches, settle
from klimapartner.assistant.workplace import Workplace
from klimapartner.mailbox.errors import CommandRefused, ConnectionLost, FolderMissing
from klimapartner.mailbox.imap import Fetched, connect
from klimapartner.mailbox.imap import Session as ImapSession
from klimapartner.mailbox.message_id import message_id_of
from klimapartner.storage.engine import Database
from klimapartner.storage.messages import known_uids, store_message
from klimapartner.storage.state import get_state, set_state
from klimapartner.storage.tombstones import tombstone_key

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Polled:
    """What one poll found: new mails, copies of known ones, those whose body the server did not give, moved ones.

    `erased` are mails of people who were erased: they came back and were not stored.
    """

    new: int = 0
    known: int = 0
    without_body: int = 0
    moved: int = 0
    erased: int = 0


@dataclass(frozen=True, slots=True)
class _Intake:
    """One mailbox at one poll."""

    imap: ImapSession
    name: str
    box: MailboxSettings
    database: Database
    clock: Clock
    uidvalidity: int
    key: bytes


def poll(
    imap: ImapSession,
    name: str,
    box: MailboxSettings,
    database: Database,
    clock: Clock,
    progress: Progress = lambda done, whole: None,
    key: bytes = b"",
) -> Polled:
    """Store every mail of the folder that is not stored yet, then move those that are done.

    A mail that cannot be fetched comes last at the next poll, and is given up after `box.fetch_attempts`. One that has
    a tombstone by the `key` (empty: the one in the database) is deleted in the mailbox.
    """
    with database.session() as session:
        key = key or tombstone_key(session, now=clock())
    intake = _Intake(imap, name, box, database, clock, imap.select(box.folder), key)
    polled = _store_missing(intake, progress)
    with database.session() as session:
        set_state(session, f"poll.{name}", clock().isoformat(), now=clock())
        clear_trouble(session, f"poll:{name}", now=clock())
    return replace(polled, moved=move_finished(imap, name, box, database, clock, intake.uidvalidity))


def visit(imap: ImapSession, name: str, work: Workplace, progress: Progress = lambda done, whole: None) -> Polled:
    """Delete what was erased, look for answers that staff sent, then poll; the mailbox's folder is open at the end."""
    box = work.settings.mailboxes[name]
    key = key_of(work.settings, work.database, work.clock())
    delete_in_mailbox(Round(imap, name, box, work.database, work.clock, key))
    if box.watch_sent:
        with suppress(CommandRefused, FolderMissing):
            look_into_sent(imap, name, box, work.database, work.clock, key)
    return poll(imap, name, box, work.database, work.clock, progress, key)


def poll_once(work: Workplace, name: str, progress: Progress = lambda done, whole: None) -> Polled:
    """Connect to a mailbox of the settings, visit it once, and hang up."""
    box = work.settings.mailboxes[name]
    with connect(server_of(box.imap), imap_login(box, work.clock)) as imap:
        return visit(imap, name, work, progress)


def _store_missing(intake: _Intake, progress: Progress) -> Polled:
    missing = _missing(intake)
    new = again = empty = 0
    erased = _left_before(intake)
    for number, fetched in enumerate(_fetched(intake, missing), 1):
        if fetched.problem == NO_BODY:
            _count(intake, fetched.uid, NO_BODY)
            empty += 1
            continue
        if _has_tombstone(intake, fetched):
            erased.add(fetched.uid)
            continue
        is_new = _store(intake, fetched)
        new, again = new + is_new, again + (not is_new)
        progress(number, len(missing))
    _settle(intake, set(missing))
    if erased:
        take_away(intake.imap, intake.name, intake.database, intake.clock, intake.uidvalidity, erased)
    return Polled(new, again, empty, erased=len(erased))


def _left_before(intake: _Intake) -> set[int]:
    with intake.database.reading() as session:
        return erased_uids(session, intake.name, intake.uidvalidity)


def _has_tombstone(intake: _Intake, fetched: Fetched) -> bool:
    with intake.database.reading() as session:
        return is_erased(session, fetched.raw, fetched.received or intake.clock(), intake.key)


def _missing(intake: _Intake) -> list[int]:
    """What is to be fetched, first what has failed least: a mail that breaks the line must not keep back the others."""
    with intake.database.reading() as session:
        known = known_uids(session, intake.name, intake.uidvalidity)
        known |= erased_uids(session, intake.name, intake.uidvalidity)
        failed = failed_fetches(session, intake.name, intake.uidvalidity)
    return sorted((uid for uid in intake.imap.uids() if uid not in known), key=lambda uid: (failed.get(uid, 0), uid))


def _fetched(intake: _Intake, missing: list[int]) -> Iterator[Fetched]:
    """The mails; where the line breaks it is counted, for the mail in hand if that is known.

    A line that broke before any mail was in hand (the server fails at the size of one of them) makes the next polls
    ask for each mail alone, so that the one is found.
    """
    alone = _broke_blindly(intake)
    uid = None
    try:
        if not alone:
            yield from intake.imap.fetch(missing, intake.box.size_limit)
            return
        for uid in missing:
            yield from intake.imap.fetch([uid], intake.box.size_limit)
    except ConnectionLost as lost:
        culprit = lost.uid or uid
        _note_blindness(intake, culprit is None or alone)
        if culprit is not None:
            _count(intake, culprit, BREAKS_LINE)
        raise
    _note_blindness(intake, False)


def _broke_blindly(intake: _Intake) -> bool:
    with intake.database.reading() as session:
        return bool(get_state(session, f"blind.{intake.name}", False))


def _note_blindness(intake: _Intake, blind: bool) -> None:
    with intake.database.session() as session:
        set_state(session, f"blind.{intake.name}", blind, now=intake.clock())


def _count(intake: _Intake, uid: int, problem: str) -> None:
    with intake.database.session() as session:
        count_failure(
            session, intake.name, intake.uidvalidity, uid, problem, most=intake.box.fetch_attempts, now=intake.clock()
        )


def _settle(intake: _Intake, asked: set[int]) -> None:
    with intake.database.session() as session:
        known = known_uids(session, intake.name, intake.uidvalidity)
        settle(session, intake.name, intake.uidvalidity, asked - known, intake.clock())


def _store(intake: _Intake, fetched: Fetched) -> bool:
    sys.audit("klimapartner.poll.fetched")
    with intake.database.session() as session:
        now = intake.clock()
        _, new = store_message(
            session,
            mailbox=intake.name,
            uidvalidity=intake.uidvalidity,
            uid=fetched.uid,
            raw=fetched.raw,
            message_id=message_id_of(fetched.raw),
            received_at=fetched.received or now,
            now=now,
            size=fetched.size,
            problem=fetched.problem,
        )
        sys.audit("klimapartner.poll.storing")
    sys.audit("klimapartner.poll.stored")
    return new
