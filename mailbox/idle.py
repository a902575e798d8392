"""Waits for new mail by IDLE (RFC 2177), by polling where that is missing, and keeps the connection coming back."""

import random
import re
import threading
import time
from collections.abc import Callable, Sequence
from typing import Literal

from klimapartner.mailbox.errors import CommandRefused, MailboxError
from klimapartner.mailbox.imap import Session
from klimapartner.mailbox.wire import talking, translated

LONGEST_IDLE = 25 * 60.0  # seconds; RFC 2177: below 29 minutes
SLICE = 1.0  # seconds between two looks at the stop event
FIRST_PAUSE = 5.0
LONGEST_PAUSE = 900.0
NEWS = re.compile(rb"\* (\d+ EXISTS|BYE)\b", re.IGNORECASE)
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
    stream = session.client.line
    try:
        with talking(session.server, "IDLE", sock):
            tag = stream.start_idle()
    except CommandRefused as error:
        raise IdleRefused(str(error)) from error
    wake = _listen(session, stop, time.monotonic() + min(seconds, LONGEST_IDLE))
    with talking(session.server, "Ende von IDLE", sock):
        lines = stream.end_idle(tag)
    return "changed" if wake == "elapsed" and _has_news(lines) else wake


def _poll_until_quiet(session: Session, poll: Callable[[Session], bool], stop: threading.Event) -> None:
    for _ in range(MOST_ROUNDS):
        if not poll(session) or stop.is_set():
            return


def _listen(session: Session, stop: threading.Event, end: float) -> Wake:
    while not stop.is_set():
        span = min(SLICE, end - time.monotonic())
        if span <= 0:
            return "elapsed"
        with translated(session.server, "IDLE"):
            lines = session.client.line.arrived(span)
        if _has_news(lines):
            return "changed"
    return "stopped"


def _has_news(lines: Sequence[bytes]) -> bool:
    """New mail, or the server's farewell; flags that other people set are no news."""
    return any(NEWS.match(line) for line in lines)
