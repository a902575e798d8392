"""What the rules of triage look at, taken from a message once."""

import re
from dataclasses import dataclass

from klimapartner.mailbox.identity import OwnIdentity
from klimapartner.mailbox.message import Message

_OWN_WORDS = ("body", "signature", "disclaimer")
_MAX_BODY = 20_000
_COMMENT = re.compile(r"\([^()]{0,200}\)")


@dataclass(frozen=True, slots=True)
class Facts:
    """A message and its words in comparable form: case-folded, single blanks, straight quotes.

    `body` is what the sender's program wrote without quotes and forwards, one line a line; `local` the part of From
    before the @.
    """

    message: Message
    own: OwnIdentity
    subject: str
    body: str
    local: str

    def values(self, name: str) -> tuple[str, ...]:
        """The values of a header without comments, in lower case; empty ones are left out."""
        cleaned = (_COMMENT.sub(" ", value).strip().lower() for value in self.message.header_all(name))
        return tuple(value for value in cleaned if value)


def facts(message: Message, own: OwnIdentity) -> Facts:
    """The facts of a message."""
    stretches = [message.text[p.start : p.end] for p in message.parts if p.kind in _OWN_WORDS]
    body = "\n".join(stretches)[:_MAX_BODY]
    local = message.from_.addr.rpartition("@")[0].casefold().strip('"')
    return Facts(message, own, folded(message.subject[:500]).replace("\n", " "), folded(body), local)


def folded(text: str) -> str:
    """Text in comparable form; line ends stay."""
    straight = text.translate({0x2019: "'", 0xA0: " ", 0x202F: " ", 0x201C: '"', 0x201E: '"', 0xAD: None, 0x200B: None})
    return re.sub(r" ?\n ?", "\n", re.sub(r"[ \t\r\f\v]+", " ", straight)).casefold().strip()
