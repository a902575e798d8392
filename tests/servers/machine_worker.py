"""Forks a machine's process for each order, so that it starts at once: `run` with some parts, perhaps in its own net.

Orders come pickled by standard input, the process number goes back. Leases are short, so that a test need not wait
minutes. Every point that the product names by `sys.audit` is added to the order's file, a line each.
"""

import ctypes
import os
import pickle
import signal
import sys
import threading
import traceback
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from crash_worker import name_of, warm_up
from forwarder import Forwarder

from klimapartner.assistant import dispatch, duty, reading_work, service
from klimapartner.assistant.settings import Settings
from klimapartner.assistant.workplace import open_workplace

_NEW_NET = 0x40000000  # CLONE_NEWNET


@dataclass(frozen=True)
class Order:
    """What a machine does; `net` is its network namespace, `forwards` (port, address) are brought to its loopback."""

    parts: tuple[str, ...]
    settings: Settings
    points: Path
    net: str = ""
    forwards: tuple[tuple[int, str], ...] = ()


def shorten() -> None:
    """What takes minutes in an office takes seconds here."""
    # On a machine that is busy with other things, a beat of half a second may come four seconds late.
    duty.LEASE, duty.BEAT_SECONDS = timedelta(seconds=8), 0.5
    reading_work.LEASE, reading_work.BEAT_SECONDS = timedelta(seconds=5), 1.0
    dispatch.LEASE = timedelta(seconds=5)
    service.FAULT_SECONDS, service.IDLE_SECONDS, service.WATCH_SECONDS = 1.0, 0.2, 3600.0


def write_points(path: Path) -> None:
    """Note each point at once, also where the process is killed right after."""
    points = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event.startswith("klimapartner."):
            os.write(points, f"{os.getpid()} {name_of(event, arguments)}\n".encode())

    sys.addaudithook(hook)


def enter(net: str) -> None:
    """Move this process into a network namespace."""
    with Path(f"/var/run/netns/{net}").open() as handle:
        if ctypes.CDLL(None, use_errno=True).setns(handle.fileno(), _NEW_NET):
            raise OSError(ctypes.get_errno(), "setns")


def live(order: Order) -> int:
    """The life of one process; its exit code."""
    try:
        if order.net:
            enter(order.net)
        for port, address in order.forwards:
            Forwarder("127.0.0.1", port, address, port).start()
        shorten()
        write_points(order.points)
        stop = threading.Event()
        signal.signal(signal.SIGTERM, lambda *_: stop.set())
        with open_workplace(order.settings) as work:
            service.serve(work, order.parts, stop)
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


def main() -> None:
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    warm_up()
    while True:
        try:
            order = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        process = os.fork()
        if process == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os._exit(live(order))
        pickle.dump(process, answers)
        answers.flush()


if __name__ == "__main__":
    main()
