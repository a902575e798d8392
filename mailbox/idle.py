"""Waits for new mail by IDLE (RFC 2177), by polling where that is missing, and keeps the connection coming back."""

import random
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, Literal

from klimapartner.mailbox.errors import CommandRefused, ConnectionLost, MailboxError
from klimapartner.mailbox.imap import Session
from klimapartner.mailbox.wire import talking, translated

LONGEST_IDLE = 25 * 60.0  # seconds; RFC 2177: below 29 minutes
SLICE = 1.0  # seconds between two looks at the stop event
FIRST_PAUSE = 5.0
LONGEST_PAUSE = 900.0
MOST_ROUNDS = 20  # polls in a row before IDLE, however much each says it found

Wake = Literal["changed", "elapsed", "stopped"]


def backoff(attempt: int, jitter: float, *, first: float = FIRST_PAUSE, most: float = LONGEST_PAUSE) -> float:
    """Seconds before the next try: doubles with each attempt (from 0), spread by a jitter in [0, 1) of up to half."""
    pause = min(most, first * 2.0 ** min(attempt, 30))
    return pause * (1.0 - jitter / 2)


def follow(
    connect: Callable[[], Session],
    poll: Callable[[Session], bool],
    stop: threading.Event,
    *,
    report: Callable[[MailboxError], None],
    seconds: float = 300.0,
    pauses: tuple[float, float] = (FIRST_PAUSE, LONGEST_PAUSE),
    jitter: Callable[[], float] = random.random,
) -> None:
    """Poll, wait for news, poll again, until `stop`; after an error report it, pause and connect anew.

    `poll` opens the folder, stores what is new and returns whether there was any: then it is called again at once, so
    that no mail falls between its search and IDLE. At the latest every `seconds` it is called anyway, since some
    servers say nothing in IDLE. `pauses` are the first and the longest after an error, in seconds; errors that time
    does not heal are tried again at the longest.
    """
    failures = 0
    by_idle = True
    while not stop.is_set():
        try:
            with connect() as session:
                while not stop.is_set():
                    _poll_until_quiet(session, poll, stop)
                    wait(session, stop, seconds=seconds, by_idle=by_idle)
                    failures = 0
        except MailboxError as error:
            report(error)
            by_idle = by_idle and not isinstance(error, IdleRefused)
            first, most = pauses
            stop.wait(backoff(failures, jitter(), first=first, most=most) if error.temporary else most)
            failures += 1


class IdleRefused(CommandRefused):
    """The server offers IDLE and then refuses it."""


def wait(session: Session, stop: threading.Event, *, seconds: float, by_idle: bool = True) -> Wake:
    """Block until the open folder has news, `seconds` have gone by (25 minutes at most), or `stop` is set."""
    if not by_idle or "IDLE" not in session.capabilities:
        return "stopped" if stop.wait(seconds) else "elapsed"
    sock = session.client.socket()
    try:
        with talking(session.server, "IDLE", sock):
            session.client.idle()
    except CommandRefused as error:
        raise _idle_error(error) from error.__cause__
    wake = _listen(session, stop, time.monotonic() + min(seconds, LONGEST_IDLE))
    with talking(session.server, "Ende von IDLE", sock):
        _, answers = session.client.idle_done()
    return "changed" if wake == "elapsed" and _has_news(answers) else wake


def _poll_until_quiet(session: Session, poll: Callable[[Session], bool], stop: threading.Event) -> None:
    for _ in range(MOST_ROUNDS):
        if not poll(session) or stop.is_set():
            return


def _idle_error(error: CommandRefused) -> MailboxError:
    """IMAPClient takes any answer but the continuation for a refusal; an untagged one (a farewell, say) is none."""
    said = error.__cause__.args[0] if error.__cause__ else ""
    return ConnectionLost(str(error)) if "response: b'* " in said else IdleRefused(str(error))


def _listen(session: Session, stop: threading.Event, end: float) -> Wake:
    while not stop.is_set():
        began = time.monotonic()
        span = min(SLICE, end - began)
        if span <= 0:
            return "elapsed"
        with translated(session.server, "IDLE"):
            answers = session.client.idle_check(timeout=span)
        # Readable at once and yet nothing to read is an end of file, which ending IDLE then reports.
        at_end = not answers and time.monotonic() - began < span / 2
        if at_end or _has_news(answers):
            return "changed"
    return "stopped"


def _has_news(answers: Sequence[tuple[Any, ...]]) -> bool:
    """New mail, or the server's farewell; flags that other people set are no news."""
    return any(b"EXISTS" in answer[:2] or answer[:1] == (b"BYE",) for answer in answers)
