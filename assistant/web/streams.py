"""How many event streams may be open at once: each costs a look into the database every second."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

MOST = 500
# Many offices reach us from one address, each with some tabs open.
MOST_OF_AN_ADDRESS = 50


class Streams:
    """Counts the open streams, in all and by network address."""

    def __init__(self, most: int = MOST, most_of_an_address: int = MOST_OF_AN_ADDRESS) -> None:
        self._most, self._most_of_an_address = most, most_of_an_address
        self._open: Counter[str] = Counter()
        self._lock = threading.Lock()

    def refusal(self, address: str) -> Literal[0, 429, 503]:
        """The HTTP status with which a further stream is refused: 429 for this address, 503 for all; 0 for none."""
        with self._lock:
            if self._open.total() >= self._most:
                return 503
            return 429 if self._open[address] >= self._most_of_an_address else 0

    @contextmanager
    def one_more(self, address: str) -> Iterator[None]:
        """Count a stream while it is open."""
        with self._lock:
            self._open[address] += 1
        try:
            yield
        finally:
            with self._lock:
                self._open[address] -= 1
                self._open = +self._open
