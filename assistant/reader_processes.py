"""Further processes that read, beside the service's own: one a core, as far as memory reaches; watched and replaced.

A process that was killed lets its leases run out, after which others read what it had: nothing is lost, or done twice.
"""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import structlog

from klimapartner.assistant.settings import Settings

MOST = 4
EACH, APART = 300, 700  # MB: one process that reads; what else runs on the machine
LOOK_SECONDS, REST_SECONDS, END_SECONDS = 0.5, 15.0, 60.0
MEMORY_LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))
log = structlog.get_logger(__name__)


def count_of(settings: Settings, *, cores: int, megabytes: int) -> int:
    """How many processes read, the service's own among them: as set, else by cores and memory."""
    if settings.readers:
        return settings.readers
    return max(1, min(cores, (megabytes - APART) // EACH, MOST))


def cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def megabytes() -> int:
    """The memory of the machine, or of the container."""
    found = [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")]
    for limit in MEMORY_LIMITS:
        with suppress(OSError, ValueError):
            found.append(int(limit.read_text(encoding="ascii")))
    return min(found) // 2**20


@contextmanager
def readers_beside(count: int, config: Path, stop: threading.Event) -> Iterator[None]:
    """Keep `count` further processes reading until `stop`; they end with this one, even where it is killed."""
    watch = threading.Thread(target=_keep, args=(count, _command(config), stop), name="readers")
    watch.start()
    try:
        yield
    finally:
        stop.set()
        watch.join()


def _command(config: Path) -> list[str]:
    return [sys.executable, "-m", "klimapartner.assistant.commands.reader", str(config)]


def _keep(count: int, command: Sequence[str], stop: threading.Event) -> None:
    running: list[subprocess.Popen[bytes]] = []
    while not stop.is_set():
        gone = [one for one in running if one.poll() is not None]
        running = [one for one in running if one.poll() is None]
        for one in gone:
            log.error("reader ended", code=one.returncode)
        # One that dies at once again must not keep a core busy with dying.
        if gone and stop.wait(REST_SECONDS):
            break
        running += [_start(command) for _ in range(count - len(running))]
        stop.wait(LOOK_SECONDS)
    _end(running)


def _start(command: Sequence[str]) -> subprocess.Popen[bytes]:
    # Its standard input is a pipe that ends with us: so it ends too, whatever we died of.
    return subprocess.Popen(command, stdin=subprocess.PIPE)


def _end(running: Sequence[subprocess.Popen[bytes]]) -> None:
    """Let each finish the mail in hand; one that hangs is killed, its mail is read by another."""
    for one in running:
        assert one.stdin is not None
        one.stdin.close()
    for one in running:
        try:
            one.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            one.kill()
            one.wait()
