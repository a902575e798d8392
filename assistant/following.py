"""A mailbox is followed by one process at a time; another takes over where that one dies or cannot reach it."""

import threading

import structlog

from klimapartner.assistant.duty import Duty, on_duty
from klimapartner.assistant.metrics import FAILURES
from klimapartner.assistant.poll import visit
from klimapartner.assistant.servers import imap_login, server_of
from klimapartner.assistant.trouble import note_trouble, task_once
from klimapartner.assistant.workplace import Workplace
from klimapartner.mailbox.errors import MailboxError
from klimapartner.mailbox.idle import follow
from klimapartner.mailbox.imap import Session as ImapSession
from klimapartner.mailbox.imap import connect

log = structlog.get_logger(__name__)


class TakenOver(MailboxError):
    """Another process follows this mailbox now."""


def follow_mailbox(work: Workplace, name: str, stop: threading.Event) -> int:
    """Follow a mailbox until `stop`, or until another process has it; 0 where there was nothing to do."""
    with on_duty(work, f"poll:{name}", stop) as duty:
        if duty is not None:
            _follow(work, name, duty)
    return 0


def _follow(work: Workplace, name: str, duty: Duty) -> None:
    box = work.settings.mailboxes[name]

    def dial() -> ImapSession:
        if not duty.take():
            duty.ended.set()
            raise TakenOver(name)
        return connect(server_of(box.imap), imap_login(box, work.clock))

    def report(error: MailboxError) -> None:
        duty.rest()
        if not isinstance(error, TakenOver):
            _report(work, name, error)

    def look(imap: ImapSession) -> bool:
        new = visit(imap, name, work).new
        if new:
            work.bells["read"].ring()
        return bool(new)

    follow(dial, look, duty.ended, seconds=box.poll_seconds, report=report)


def _report(work: Workplace, name: str, error: MailboxError) -> None:
    log.warning("mailbox not reachable", mailbox=name, error=type(error).__name__)
    FAILURES.labels(f"poll:{name}").inc()
    if error.temporary:
        return
    with work.database.session() as session:
        note_trouble(session, f"poll:{name}", str(error), now=work.clock())
        task_once(session, kind=f"mailbox:{name}", text=str(error), now=work.clock())
