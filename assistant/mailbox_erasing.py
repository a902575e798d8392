"""What erasures queued for a mailbox: the mails are looked for in every folder that the settings know, and deleted."""

import hashlib
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

import structlog

from klimapartner.assistant.clock import Clock
from klimapartner.assistant.settings import MailboxSettings
from klimapartner.mailbox.errors import CommandRefused, FolderMissing
from klimapartner.mailbox.imap import Session as ImapSession
from klimapartner.mailbox.imap_delete import delete_mails, sizes_and_ids
from klimapartner.storage.deletions import Deletion, due_deletions, fail_deletion, finish_deletion
from klimapartner.storage.engine import Database
from klimapartner.storage.messages import mark_moved
from klimapartner.storage.tombstones import digest_of

AGAIN_AFTER = timedelta(hours=1)
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Round:
    """One mailbox at one poll."""

    imap: ImapSession
    name: str
    box: MailboxSettings
    database: Database
    clock: Clock
    key: bytes


def delete_in_mailbox(here: Round) -> int:
    """Carry out what is due; returns how many mails are done with, found or not.

    What the server refuses is tried again after an hour.

    Raises:
        MailboxError: the connection is of no more use; what is queued stays queued.
    """
    with here.database.reading() as session:
        due = due_deletions(session, here.name, now=here.clock())
    found: Counter[int] = Counter()
    problems: dict[int, str] = {}
    for folder in _folders(here) if due else ():
        gone, left = _delete_in(here, folder, due)
        found.update(gone)
        problems |= left
    _write_down(here, due, found, problems)
    return len(due) - len(problems)


def _write_down(here: Round, due: list[Deletion], found: Counter[int], problems: dict[int, str]) -> None:
    if not due:
        return
    with here.database.session() as session:
        for one in due:
            if one.id in problems:
                later = here.clock() + AGAIN_AFTER
                fail_deletion(session, one.id, found=found[one.id], error=problems[one.id], next_try_at=later)
            else:
                finish_deletion(session, one.id, found=found[one.id], now=here.clock())
        sys.audit("klimapartner.erase.noting")
    sys.audit("klimapartner.erase.noted")
    log.info("erased mails deleted", mailbox=here.name, done=len(due) - len(problems), failed=len(problems))


def _folders(here: Round) -> list[str]:
    sent = here.box.sent_folder
    with suppress(CommandRefused):
        sent = sent or here.imap.sent_folder() or ""
    named = (here.box.folder, here.box.done_folder, here.box.failed_folder, sent)
    return list(dict.fromkeys(folder for folder in named if folder))


def _delete_in(here: Round, folder: str, due: list[Deletion]) -> tuple[Counter[int], dict[int, str]]:
    """How many mails went by deletion, and why others did not."""
    try:
        validity = here.imap.select(folder)
        where = _find(here, due, validity if folder == here.box.folder else None)
        sys.audit("klimapartner.erase.deleting")
        outcome = delete_mails(here.imap, sorted(where))
        sys.audit("klimapartner.erase.deleted")
    except FolderMissing:  # nothing lies in it
        return Counter(), {}
    except CommandRefused as error:
        return Counter(), {one.id: str(error) for one in due}
    if folder == here.box.folder:
        with here.database.session() as session:
            mark_moved(session, here.name, validity, outcome.moved, now=here.clock())
    return Counter(where[uid] for uid in outcome.moved), {where[uid]: outcome.reason for uid in outcome.left}


def _find(here: Round, due: list[Deletion], validity: int | None) -> dict[int, int]:
    """UIDs in the open folder and the deletions they belong to; `validity` where known places are of this folder."""
    there = here.imap.uids()
    places = {uid: one.id for one in due for of, uid in one.places if of == validity}
    found = {uid: places[uid] for uid in there if uid in places}
    ids = {one.id_digest: one.id for one in due if one.id_digest}
    sizes = {one.size for one in due if one.content_digest and not one.id_digest}
    alike = []
    for uid, size, message_id in sizes_and_ids(here.imap, [uid for uid in there if uid not in found]):
        if message_id and (number := ids.get(digest_of(here.key, "message-id", message_id))):
            found[uid] = number
        elif not message_id and size in sizes:
            alike.append(uid)
    return found | dict(_by_content(here, due, alike))


def _by_content(here: Round, due: list[Deletion], uids: list[int]) -> Iterator[tuple[int, int]]:
    """Of mails without a Message-ID the bytes tell."""
    contents = {one.content_digest: one.id for one in due if one.content_digest}
    for fetched in here.imap.fetch(uids, here.box.size_limit):
        digest = digest_of(here.key, "content", hashlib.sha256(fetched.raw).hexdigest())
        if digest in contents:
            yield fetched.uid, contents[digest]
