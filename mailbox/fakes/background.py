"""An event loop in a thread of its own, so that a stand-in server runs beside code that blocks."""

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

PATIENCE = 30.0  # seconds for a stand-in to start or stop


class Background:
    """Runs coroutines on a loop of its own until `stop`."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._listeners: list[asyncio.Server] = []

    def start(self) -> None:
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine there and wait for its result."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE)

    def listen(self, opening: Coroutine[Any, Any, asyncio.Server]) -> asyncio.Server:
        """Open a listener there; `stop` closes it."""
        listener = self.run(opening)
        self._listeners.append(listener)
        return listener

    def stop(self) -> None:
        """Close the listeners, cancel what still runs and end the loop."""
        self.run(_wind_up(self._listeners))
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE)
        self._loop.close()


async def _wind_up(listeners: list[asyncio.Server]) -> None:
    for listener in listeners:
        listener.close()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


def port_of(server: asyncio.Server) -> int:
    """The port that the system chose for a listener on port 0."""
    return int(server.sockets[0].getsockname()[1])
