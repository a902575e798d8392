"""How fast we may write: about 30 messages a second in all, one a second to a person, 20 a minute to a group.

Source: Bot FAQ, section "My bot is hitting limits". A flood error of one chat never slows the others.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

PERSON_PER_SECOND = 1.0
GROUP_PER_SECOND = 20 / 60
_BURST = 3.0
_FORGET_SECONDS = 120.0


@dataclass(slots=True)
class Bucket:
    """Tokens that come back by the second, up to `burst`; taking one that is not there yet makes debts."""

    per_second: float
    burst: float
    tokens: float
    at: float

    def take(self, now: float) -> float:
        """Take a token; returns how many seconds to wait for it."""
        self.tokens = min(self.burst, self.tokens + (now - self.at) * self.per_second) - 1
        self.at = now
        return max(0.0, -self.tokens / self.per_second)


@dataclass
class Budget:
    """What the whole bot and each of its chats may send."""

    per_second: float
    clock: Callable[[], float] = time.monotonic
    chats: dict[int, Bucket] = field(default_factory=dict)
    whole: Bucket = field(init=False)

    def __post_init__(self) -> None:
        self.whole = Bucket(self.per_second, self.per_second, self.per_second, self.clock())

    async def wait(self, chat_id: int) -> None:
        """Wait until one more message may go to this chat."""
        if seconds := self.delay(chat_id):
            await asyncio.sleep(seconds)

    def delay(self, chat_id: int) -> float:
        """Take from both budgets; the seconds until the message may go."""
        now = self.clock()
        bucket = self.chats.get(chat_id) or self._open(chat_id, now)
        return max(bucket.take(now), self.whole.take(now))

    def _open(self, chat_id: int, now: float) -> Bucket:
        if len(self.chats) > 1000:
            self.chats = {key: each for key, each in self.chats.items() if now - each.at < _FORGET_SECONDS}
        rate = PERSON_PER_SECOND if chat_id > 0 else GROUP_PER_SECOND
        self.chats[chat_id] = Bucket(rate, _BURST, _BURST, now)
        return self.chats[chat_id]
