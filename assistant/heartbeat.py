"""Beside long work: something small again and again (a lease is kept), which must not disturb the work."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import structlog

from klimapartner.storage.errors import StorageError

log = structlog.get_logger(__name__)


@contextmanager
def beating(beat: Callable[[], None], seconds: float) -> Iterator[None]:
    """Call `beat` every so many seconds, in a thread of its own, until the block ends; first after a pause.

    A database that is away is no reason to stop: the lease then runs out, and who works on finds that at the end.
    """
    ended = threading.Event()
    thread = threading.Thread(target=_beat, args=(beat, seconds, ended), name="heartbeat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _beat(beat: Callable[[], None], seconds: float, ended: threading.Event) -> None:
    while not ended.wait(seconds):
        try:
            beat()
        except StorageError as error:
            log.warning("heartbeat missed", error=type(error).__name__)
