"""The assistant at work until it is stopped: pollers, reader, sender and watch, each in a thread of its own."""

import asyncio
import threading
from collections.abc import Callable, Collection

import structlog

from klimapartner.assistant.alarms import look_and_tell
from klimapartner.assistant.chat_expiry import forget_when_due
from klimapartner.assistant.dead_letters import retry_for_version, tell_staff
from klimapartner.assistant.dispatch import send_due
from klimapartner.assistant.duty import on_duty
from klimapartner.assistant.erasing import scrub_when_due
from klimapartner.assistant.following import follow_mailbox
from klimapartner.assistant.metrics import FAILURES
from klimapartner.assistant.reading_work import read_waiting
from klimapartner.assistant.retention import retain_when_due
from klimapartner.assistant.settings import Settings
from klimapartner.assistant.tombstone_journal import replay_if_restored, write_journal
from klimapartner.assistant.trouble import clear_trouble, note_trouble
from klimapartner.assistant.web.server import serve_web
from klimapartner.assistant.webhooks.sending import deliver_due
from klimapartner.assistant.workplace import Workplace
from klimapartner.mailbox.errors import MailboxError
from klimapartner.storage.errors import StorageError

PARTS = ("poll", "read", "send", "web", "hooks", "bots")
IDLE_SECONDS = 1.0
WATCH_SECONDS = 60.0
FAULT_SECONDS = 15.0
log = structlog.get_logger(__name__)

Target = tuple[str, Callable[[], None]]


def serve(work: Workplace, parts: Collection[str], stop: threading.Event) -> None:
    """Run the parts until `stop` is set; each finishes what it has in hand.

    Before the first poll, what was erased goes once more from a database that was restored.
    """
    _once(work, "erase", lambda: replay_if_restored(work))
    threads = [threading.Thread(target=target, name=name) for name, target in _targets(work, parts, stop)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _targets(work: Workplace, parts: Collection[str], stop: threading.Event) -> list[Target]:
    pollers = [(f"poll:{name}", lambda name=name: _follow(work, name, stop)) for name in work.settings.mailboxes]
    others: list[Target] = [
        ("read", lambda: _read(work, stop)),
        ("send", lambda: _repeat(work, "send", lambda: _send(work), stop, IDLE_SECONDS)),
        ("hooks", lambda: _repeat(work, "hooks", lambda: asyncio.run(deliver_due(work)), stop, IDLE_SECONDS)),
        ("web", lambda: _repeat(work, "web", lambda: serve_web(work, stop), stop, FAULT_SECONDS)),
    ]
    bots: list[Target] = []
    if work.settings.telegram.mode != "off":
        bots.append(("bots:public", lambda: _serve_public_bot(work, stop)))
    if work.settings.staff_bot.token.is_set:
        bots.append(("bots:staff", lambda: _serve_staff_bot(work, stop)))
    chosen = [target for target in (*pollers, *others, *bots) if target[0].partition(":")[0] in parts]
    # Whoever polls also watches: the others may run in several processes.
    return chosen + ([("watch", lambda: _watch(work, stop))] if "poll" in parts else [])


def has_bot(settings: Settings) -> bool:
    """Whether any bot is to run."""
    return settings.telegram.mode != "off" or settings.staff_bot.token.is_set


def _serve_public_bot(work: Workplace, stop: threading.Event) -> None:
    # Here and not above: aiogram takes two seconds to load, which every command would wait for.
    from klimapartner.assistant.telegram.serving import serve_telegram

    _repeat(work, "bots:public", lambda: serve_telegram(work, stop), stop, FAULT_SECONDS)


def _serve_staff_bot(work: Workplace, stop: threading.Event) -> None:
    from klimapartner.assistant.staffbot.serving import serve_staff_bot

    _repeat(work, "bots:staff", lambda: serve_staff_bot(work, stop), stop, FAULT_SECONDS)


def _send(work: Workplace) -> int:
    return asyncio.run(send_due(work.settings, work.database, work.clock))


def _read(work: Workplace, stop: threading.Event) -> None:
    _once(work, "read", lambda: retry_for_version(work))
    _repeat(work, "read", lambda: _read_and_ring(work), stop, IDLE_SECONDS)


def _read_and_ring(work: Workplace) -> int:
    done = read_waiting(work)
    if done:
        work.bells["send"].ring()
    return done


def _watch(work: Workplace, stop: threading.Event) -> None:
    since = work.clock()

    def look() -> int:
        with on_duty(work, "watch", stop) as duty:
            if duty is not None:
                look_after()
        return 0

    def look_after() -> None:
        tell_staff(work)
        look_and_tell(work, since=since)
        forget_when_due(work)
        retain_when_due(work)
        scrub_when_due(work)
        write_journal(work)

    _repeat(work, "watch", look, stop, WATCH_SECONDS)


def _follow(work: Workplace, name: str, stop: threading.Event) -> None:
    _repeat(work, f"poll:{name}", lambda: follow_mailbox(work, name, stop), stop, FAULT_SECONDS)


def _repeat(work: Workplace, part: str, once: Callable[[], int], stop: threading.Event, pause: float) -> None:
    """Call `once` again and again until `stop`; pause where there was nothing to do, longer after a failure."""
    failed = False
    while not stop.is_set():
        busy = _once(work, part, once)
        if failed and busy is not None:
            _clear(work, part)
        failed = busy is None
        if not busy:
            _rest(work, part, stop, max(pause, FAULT_SECONDS) if failed else pause)


def _rest(work: Workplace, part: str, stop: threading.Event, seconds: float) -> None:
    """Wait, unless another part rings for this one."""
    bell = work.bells.get(part)
    if bell is None:
        stop.wait(seconds)
    else:
        bell.wait(stop, seconds)


def _once(work: Workplace, part: str, once: Callable[[], int]) -> int | None:
    """What `once` says; None where it failed, which no other part of the service may suffer from."""
    try:
        return once()
    except StorageError as error:
        log.warning("database not reachable", part=part, error=type(error).__name__)
    except Exception as error:
        log.error("part failed", part=part, error=type(error).__name__, exc_info=True)
        _note(work, part, error)
    FAILURES.labels(part).inc()
    return None


def _note(work: Workplace, part: str, error: Exception) -> None:
    # The text of an error nobody foresaw may hold words of a mail: only its kind is told.
    foreseen = isinstance(error, MailboxError) or type(error).__module__.startswith("klimapartner.assistant")
    try:
        with work.database.session() as session:
            note_trouble(session, part, str(error) if foreseen else type(error).__name__, now=work.clock())
    except StorageError:
        log.warning("database not reachable", part=part)


def _clear(work: Workplace, part: str) -> None:
    try:
        with work.database.session() as session:
            clear_trouble(session, part, now=work.clock())
    except StorageError:
        log.warning("database not reachable", part=part)
