"""Forks a process for each piece of work, so that it starts at once, and ends it by SIGKILL at the point it was told.

The product names its points by `sys.audit` (PEP 578); nothing listens to them but the hook that is set here.
Orders come pickled by standard input: (job, settings, point, which time it is reached, seconds the clock is ahead).
"""

import asyncio
import os
import pickle
import signal
import sys
import traceback
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from klimapartner.assistant.clock import clock_from
from klimapartner.assistant.dispatch import send_due
from klimapartner.assistant.poll import poll_once
from klimapartner.assistant.reading_work import read_waiting
from klimapartner.assistant.settings import Settings, make_settings
from klimapartner.assistant.workplace import Workplace, open_workplace
from klimapartner.storage.messages import store_message

SERVER = {"host": "localhost", "port": 1, "tls": "none"}
BOXES = {"box": {"address": "office@engagement-global.example", "imap": SERVER, "smtp": SERVER}}
MAIL = b"""From: Kim Muster <kim@herzogenaurach.example>
Subject: Interesse

Guten Tag, die Stadt Herzogenaurach bekundet ihr Interesse. Unsere Partnerstadt ist Kaya in Burkina Faso.
Bis wann ist Zeit?

Kim Muster, Tel. 09132 901-128
"""

Order = tuple[str, Settings, str, int, float]


def name_of(event: str, arguments: tuple[Any, ...]) -> str:
    """The name of a point: the event, and what it says of itself."""
    return " ".join([event, *map(str, arguments)])


def listen(point: str, times: int, report: int) -> None:
    """Report every point that is reached, and die at the one that is named when it is reached for the nth time."""
    left = times

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal left
        if not event.startswith("klimapartner."):
            return
        name = name_of(event, arguments)
        os.write(report, f"{name}\n".encode())
        left -= name == point or point == "any"
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)


def a_day(work: Workplace) -> None:
    """Poll, read, send; and once more, so that what is done is moved."""
    for _ in range(2):
        poll_once(work, "box")
        read_waiting(work)
        while asyncio.run(send_due(work.settings, work.database, work.clock)):
            pass


JOBS: dict[str, Callable[[Workplace], None]] = {"day": a_day}


def live(order: Order, report: int) -> int:
    """The life of one process; its exit code."""
    job, settings, point, times, ahead = order
    clock = clock_from(settings.now)
    listen(point, times, report)
    try:
        with open_workplace(settings, lambda: clock() + timedelta(seconds=ahead)) as work:
            JOBS[job](work)
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


def carry_out(order: Order) -> tuple[int, list[str]]:
    """Fork, wait, and say how the process ended and which points it reached."""
    incoming, outgoing = os.pipe()
    process = os.fork()
    if process == 0:
        os._exit(live(order, outgoing))
    os.close(outgoing)
    with os.fdopen(incoming) as reached:
        names = reached.read().splitlines()
    _, status = os.waitpid(process, 0)
    return os.waitstatus_to_exitcode(status), names


def warm_up() -> None:
    """Load what is loaded at the first mail, once for all processes; the database of it is closed and gone."""
    with TemporaryDirectory() as folder:
        settings = make_settings(
            {"database": f"sqlite:///{folder}/warm.db", "mailboxes": BOXES}, where="test", base=Path()
        )
        with open_workplace(settings) as work:
            now = work.clock()
            with work.database.session() as session:
                store_message(
                    session, mailbox="box", uidvalidity=1, uid=1, raw=MAIL, message_id="", received_at=now, now=now
                )  # fmt: skip
            assert read_waiting(work) == 1


def main() -> None:
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    warm_up()
    while True:
        try:
            order = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        pickle.dump(carry_out(order), answers)
        answers.flush()


if __name__ == "__main__":
    main()
