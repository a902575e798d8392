"""Tables of erasing: what still lies in mailboxes and has to go there, too."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from klimapartner.storage.columns import BigInt, CleanText
from klimapartner.storage.states import DELETION_STATES, DeletionState
from klimapartner.storage.tables.base import KEEP_IDS, Base, Big, Id, one_of


class DeletionRow(Base):
    """A mail that is to be deleted in a mailbox, known by keyed hashes only: the queue holds no personal data.

    `message_id` is our own id of the message, whose places are known; None for a mail of ours, which is looked for.
    """

    __tablename__ = "mailbox_deletions"
    __table_args__ = (Index(None, "mailbox", "state"), one_of("state", DELETION_STATES), KEEP_IDS)

    id: Mapped[Id]
    erasure_id: Mapped[int] = mapped_column(BigInt, ForeignKey("erasures.id"), index=True)
    mailbox: Mapped[str]
    message_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("messages.id"))
    id_digest: Mapped[str]
    content_digest: Mapped[str]
    size: Mapped[Big]
    state: Mapped[DeletionState] = mapped_column(CleanText)
    found: Mapped[Big]
    attempts: Mapped[Big]
    error: Mapped[str]
    next_try_at: Mapped[datetime]
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
