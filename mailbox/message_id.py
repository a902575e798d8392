"""The Message-ID of a raw mail, read from its header block alone: all that the intake needs before it stores."""

import re

from klimapartner.mailbox.headers import message_ids

_HEADER = re.compile(rb"(?im)^message-id:((?:.*(?:\r?\n[ \t].*)*))")
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
_MOST = 200_000


def message_id_of(raw: bytes) -> str:
    """The first Message-ID in angle brackets, '' where there is none (RFC 5322, 3.6.4)."""
    head = _BLANK_LINE.split(raw[:_MOST], maxsplit=1)[0]
    found = _HEADER.search(head)
    return next(iter(message_ids(found[1].decode("latin-1"))), "") if found else ""
