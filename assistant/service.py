"""The assistant at work until it is stopped: pollers, reader and sender, each in a thread of its own."""

import asyncio
import threading
from collections.abc import Callable, Collection
from datetime import datetime

import structlog

from klimapartner.assistant.dispatch import send_due
from klimapartner.assistant.poll import poll
from klimapartner.assistant.reading_work import read_waiting
from klimapartner.assistant.servers import imap_login, server_of
from klimapartner.assistant.workplace import Workplace
from klimapartner.mailbox.errors import MailboxError
from klimapartner.mailbox.idle import follow
from klimapartner.mailbox.imap import Session as ImapSession
from klimapartner.mailbox.imap import connect
from klimapartner.storage.errors import StorageError
from klimapartner.storage.tasks import add_task

PARTS = ("poll", "read", "send")
_IDLE_SECONDS = 1.0
log = structlog.get_logger(__name__)


def serve(work: Workplace, parts: Collection[str], stop: threading.Event) -> None:
    """Run the parts until `stop` is set; each finishes what it has in hand."""
    threads = [threading.Thread(target=target, name=name) for name, target in _targets(work, parts, stop)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _targets(work: Workplace, parts: Collection[str], stop: threading.Event) -> list[tuple[str, Callable[[], None]]]:
    pollers = [(f"poll:{name}", lambda name=name: _follow(work, name, stop)) for name in work.settings.mailboxes]
    others = [
        ("read", lambda: _repeat(lambda: read_waiting(work), stop)),
        ("send", lambda: _repeat(lambda: asyncio.run(send_due(work.settings, work.database, work.clock)), stop)),
    ]
    return [target for target in (*pollers, *others) if target[0].partition(":")[0] in parts]


def _follow(work: Workplace, name: str, stop: threading.Event) -> None:
    box = work.settings.mailboxes[name]

    def once(imap: ImapSession) -> bool:
        polled = poll(imap, name, box, work.database, work.clock)
        return bool(polled.new)

    follow(
        lambda: connect(server_of(box.imap), imap_login(box, work.clock)),
        once,
        stop,
        seconds=box.poll_seconds,
        report=lambda error: _alarm(work, name, error, work.clock()),
    )


def _alarm(work: Workplace, name: str, error: MailboxError, now: datetime) -> None:
    log.warning("mailbox not reachable", mailbox=name, error=type(error).__name__)
    if error.temporary:
        return
    with work.database.session() as session:
        add_task(session, kind=f"mailbox:{name}", text=str(error), now=now)


def _repeat(once: Callable[[], int], stop: threading.Event) -> None:
    """Call `once` again and again; pause where there was nothing to do, or the database was away."""
    while not stop.is_set():
        try:
            busy = once() > 0
        except StorageError as error:
            log.warning("database not reachable", error=type(error).__name__)
            busy = False
        if not busy:
            stop.wait(_IDLE_SECONDS)
