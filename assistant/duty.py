"""A duty of one process among all on the same database: kept by a heartbeat, given up where it cannot be done."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta

import structlog

from klimapartner.assistant.heartbeat import beating
from klimapartner.assistant.reading_work import owner
from klimapartner.assistant.workplace import Workplace
from klimapartner.storage.duties import leave_duty, take_duty
from klimapartner.storage.errors import StorageError

LEASE = timedelta(seconds=45)
BEAT_SECONDS = 10.0
LOOK_SECONDS = 0.5
log = structlog.get_logger(__name__)


class Duty:
    """`ended` is set when the service stops, when another process has the duty, or when that can no longer be told."""

    def __init__(self, work: Workplace, name: str, stop: threading.Event) -> None:
        self.ended = threading.Event()
        self._work, self._name, self._stop = work, name, stop
        self._lock = threading.Lock()
        self._kept_at: float | None = None  # None while it was given back

    def take(self) -> bool:
        """Take the duty, or keep it; False while another process has it. Raises StorageError."""
        with self._lock:
            return self._take()

    def rest(self) -> None:
        """Give the duty back until the next `take`: whoever can do the work meanwhile shall."""
        with self._lock, suppress(StorageError):
            if self._kept_at is None:
                return
            self._kept_at = None
            with self._work.database.session() as session:
                leave_duty(session, self._name, owner=owner(), now=self._work.clock())

    def beat(self) -> None:
        """Keep the duty where that is due, and end what should end."""
        if self._stop.is_set():
            self.ended.set()
        with self._lock:
            if self._kept_at is not None and time.monotonic() - self._kept_at >= BEAT_SECONDS:
                self._keep(self._kept_at)

    def _keep(self, kept_at: float) -> None:
        try:
            lost = not self._take()
        except StorageError as error:
            log.warning("duty not noted", duty=self._name, error=type(error).__name__)
            lost = time.monotonic() - kept_at >= LEASE.total_seconds()
        if lost:
            log.warning("duty lost", duty=self._name)
            self._kept_at = None
            self.ended.set()

    def _take(self) -> bool:
        begun = time.monotonic()
        with self._work.database.session() as session:
            taken = take_duty(session, self._name, owner=owner(), now=self._work.clock(), lease=LEASE)
        self._kept_at = begun if taken else None
        return taken


@contextmanager
def on_duty(work: Workplace, name: str, stop: threading.Event) -> Iterator[Duty | None]:
    """The duty, kept until the block ends and then given back; None while another process has it."""
    duty = Duty(work, name, stop)
    if not duty.take():
        yield None
        return
    try:
        with beating(duty.beat, LOOK_SECONDS):
            yield duty
    finally:
        duty.rest()
