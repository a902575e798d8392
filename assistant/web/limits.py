"""How often one visitor may do something: counted in memory, forgotten after a minute."""

import threading
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta

_WINDOW = timedelta(minutes=1)
_BETWEEN_CLEANINGS = timedelta(seconds=10)


class Limiter:
    """Counts by key within the last minute; `clock` gives the time."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._times: dict[str, deque[datetime]] = {}
        self._lock = threading.Lock()
        self._cleaned = clock()

    def wait(self, key: str, most: int) -> int:
        """Count one more; 0 where that is allowed, else the seconds after which it will be."""
        now = self._clock()
        with self._lock:
            self._drop_old(now)
            times = self._times.setdefault(key, deque())
            while times and now - times[0] >= _WINDOW:
                times.popleft()
            if len(times) >= most:
                return int((times[0] + _WINDOW - now).total_seconds()) + 1
            times.append(now)
            return 0

    def _drop_old(self, now: datetime) -> None:
        """Now and then only: whoever comes under ever new keys must not make each count cost as much as all keys."""
        if abs(now - self._cleaned) >= _BETWEEN_CLEANINGS:
            self._cleaned = now
            self._times = {key: times for key, times in self._times.items() if times and now - times[-1] < _WINDOW}
