"""The points at which the product can be killed, and what is known of them; test_points holds the list to the code."""

from typing import Any

import pytest

# The gap that SMTP leaves, from the note that the last byte goes to the note of what came of it; how many mails may be
# missing at the receiver, who cannot be asked. A server that sees us die as it reads the last byte may do either.
SMTP_GAP = {
    "klimapartner.send.noted": (1,),
    "klimapartner.smtp.ended": (0, 1),
    "klimapartner.smtp.answered": (0,),
    "klimapartner.send.marking": (0,),
}
MAIL = (
    "klimapartner.poll.fetched",
    "klimapartner.poll.storing",
    "klimapartner.poll.stored",
    "klimapartner.read.claimed",
    "klimapartner.read.read",
    "klimapartner.read.registered",
    "klimapartner.read.queued",
    "klimapartner.read.finishing",
    "klimapartner.read.finished",
    "klimapartner.send.claimed",
    "klimapartner.send.begun",
    "klimapartner.smtp.connected",
    "klimapartner.smtp.accepted MAIL",
    "klimapartner.smtp.accepted RCPT",
    "klimapartner.smtp.accepted DATA",
    "klimapartner.smtp.written",
    "klimapartner.send.marked",
    "klimapartner.move.claimed",
    "klimapartner.move.moved",
    "klimapartner.move.noting",
    "klimapartner.move.noted",
)
# Only where the server cannot move.
COPYING = ("klimapartner.imap.copied", "klimapartner.imap.flagged")

ERASURE = (
    "klimapartner.erase.erasing",
    "klimapartner.erase.erased",
    "klimapartner.erase.journalled",
    "klimapartner.erase.scrubbed",
    "klimapartner.erase.deleting",
    "klimapartner.erase.deleted",
    "klimapartner.erase.noting",
    "klimapartner.erase.noted",
)
CHAT = (
    "klimapartner.chat.storing",
    "klimapartner.chat.stored",
    "klimapartner.chat.taken",
    "klimapartner.chat.answering",
    "klimapartner.chat.answered",
)
# The gap that the Bot API leaves: no call has a key by which Telegram would know it again.
LINE_GAP = {"klimapartner.line.begun": 1, "klimapartner.line.called": 0}
LINE = ("klimapartner.line.settled",)

# Around every transaction of the product, whatever it is for: the console's are told apart by their number.
DATABASE = "klimapartner.database."
TRANSACTION = (f"{DATABASE}committing", f"{DATABASE}committed")

# The Sent folder that is watched.
SENT = ("klimapartner.sent.fetched", "klimapartner.sent.noting", "klimapartner.sent.noted")
# The bot for staff: cards going out, and what is pressed.
CARD = ("klimapartner.card.posting 1", "klimapartner.card.settled")
CARD_GAP = {"klimapartner.card.begun": 1, "klimapartner.card.called": 0}
PRESS = (
    "klimapartner.press.heard",
    "klimapartner.press.doing",
    "klimapartner.press.done",
    "klimapartner.card.edited",
    "klimapartner.press.handled",
)
FORGETTING = ("klimapartner.chat.forgetting", "klimapartner.chat.forgotten")

# What every `make test` tries.
QUICK = (
    "klimapartner.poll.stored",
    "klimapartner.read.finishing",
    "klimapartner.smtp.written",
    "klimapartner.smtp.answered",
    "klimapartner.move.moved",
    "klimapartner.erase.erased",
    "klimapartner.chat.answering",
    "klimapartner.line.called",
    "klimapartner.sent.noting",
    "klimapartner.card.called",
    "klimapartner.press.done",
    "klimapartner.chat.forgetting",
)


def points(*names: str) -> list[Any]:
    """The points as parameters; what is not among the quick ones is left to `make test-long`."""
    return [pytest.param(name, marks=() if name in QUICK else pytest.mark.long) for name in names]
