"""The queue of updates of one bot: numbered, kept until confirmed, and able to do what networks do to them.

Source: Bot API, sections "Getting updates", "getUpdates", "Update". Every call is made under the lock of the world.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from klimapartner.assistant.fakes.botapi_values import Json, NotThere

ON_REQUEST_ONLY = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
"""Kinds of updates that a bot gets only where it names them."""


@dataclass(slots=True)
class Pending:
    """An update on its way.

    Attributes:
        lane: id of the chat; updates of one lane keep their order.
        handed: a poller has seen it, so a higher offset confirms it.
        attempts: how often a webhook was tried.
    """

    id: int
    body: Json
    lane: int
    handed: bool = False
    attempts: int = 0


Order = Callable[[list[Pending]], Iterable[Pending]]


@dataclass(slots=True)
class UpdateQueue:
    """All that waits for one bot; `allowed` None means the default kinds."""

    next_id: int
    pending: list[Pending] = field(default_factory=list)
    held: list[Pending] | None = None
    allowed: frozenset[str] | None = None
    seen: dict[int, Pending] = field(default_factory=dict)

    def add(self, kind: str, payload: Json, lane: int) -> int | None:
        """Puts an update at the end; its id, or None where the bot did not ask for this kind."""
        wanted = kind in self.allowed if self.allowed is not None else kind not in ON_REQUEST_ONLY
        if not wanted:
            return None
        update = Pending(self.next_id, {"update_id": self.next_id, kind: payload}, lane)
        self.next_id += 1
        self.seen[update.id] = update
        self._deliver(update)
        return update.id

    def repeat(self, update_id: int) -> None:
        """Puts an update there once more, as after a lost confirmation.

        Raises:
            NotThere: there was no such update.
        """
        if update_id not in self.seen:
            raise NotThere(f"no update {update_id}")
        before = self.seen[update_id]
        self._deliver(Pending(before.id, before.body, before.lane))

    def hold(self) -> None:
        """Keeps what comes from now on until `release`."""
        self.held = self.held if self.held is not None else []

    def release(self, order: Order = list) -> None:
        """Lets go what was held, in the order that `order` gives it."""
        held, self.held = self.held or [], None
        self.pending.extend(order(held))

    def confirm(self, offset: int) -> None:
        """Forgets what was handed out below `offset`; a negative one forgets all but the last ones."""
        if offset < 0:
            self.pending = self.pending[offset:]
        else:
            self.pending = [each for each in self.pending if each.id >= offset or not each.handed]

    def batch(self, limit: int) -> list[Json]:
        """The first `limit` updates, which are handed out with this."""
        batch = self.pending[:limit]
        for update in batch:
            update.handed = True
        return [update.body for update in batch]

    def done(self, update: Pending) -> None:
        """Forgets one update that a webhook took or that was given up."""
        self.pending = [each for each in self.pending if each is not update]

    def drop(self) -> None:
        """Forgets all. Source: `drop_pending_updates` of setWebhook and deleteWebhook."""
        self.pending, self.held = [], None if self.held is None else []

    def _deliver(self, update: Pending) -> None:
        (self.pending if self.held is None else self.held).append(update)
