"""A bounce tied to what we sent: the answer and the entry are marked, staff see why and to which address."""

from datetime import datetime

from klimapartner.assistant.actions import ACTOR
from klimapartner.mailbox.bounce import read_bounce
from klimapartner.mailbox.message import Message
from klimapartner.storage.engine import Session
from klimapartner.storage.outbox import find_by_rfc_id, mark_undeliverable
from klimapartner.storage.register import set_flag
from klimapartner.storage.tasks import add_task


def note_bounce(session: Session, message: Message, *, now: datetime) -> None:
    """Mark what a permanent bounce says did not arrive; anything else is left alone."""
    bounce = read_bounce(message)
    if bounce is None or not bounce.permanent:
        return
    ours = (find_by_rfc_id(session, message_id) for message_id in bounce.message_ids)
    sent = next((row for row in ours if row), None)
    if sent is None:
        return
    reason = f"{bounce.status} {bounce.diagnostic}".strip()[:500]
    mark_undeliverable(session, sent.id, reason=reason, now=now)
    if sent.entry_id:
        set_flag(session, entry_id=sent.entry_id, flag="undeliverable", value=True, actor=ACTOR, now=now)
    text = f"Unzustellbar an {bounce.recipient or sent.to_addr}: {reason}"
    add_task(session, kind="undeliverable", text=text, message_id=sent.message_id, entry_id=sent.entry_id, now=now)
