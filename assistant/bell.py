"""Bells between the parts of one process: whoever has made work for another part wakes it, so that none waits idly.

Between processes and machines the database is looked at every second; a bell only makes that shorter.
"""

import threading
import time

# How soon a part that waits notices that the service ends.
_LOOK_SECONDS = 0.25


class Bell:
    """Rung by one part, waited for by another; a ring that nobody waited for is not lost."""

    def __init__(self) -> None:
        self._rung = threading.Event()

    def ring(self) -> None:
        """Wake whoever waits, or will next."""
        self._rung.set()

    def wait(self, stop: threading.Event, seconds: float) -> None:
        """Wait for a ring, so many seconds at the most, or until `stop`."""
        end = time.monotonic() + seconds
        while not stop.is_set() and (left := end - time.monotonic()) > 0:
            if self._rung.wait(min(left, _LOOK_SECONDS)):
                break
        self._rung.clear()
