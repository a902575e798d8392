"""A parsed message: the values that leave the parser."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Address:
    """A mailbox of RFC 5322, 3.4; `addr` is lower-cased in its domain and empty where the header is unusable."""

    name: str = ""
    addr: str = ""

    @property
    def domain(self) -> str:
        return self.addr.rpartition("@")[2].lower()


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of `Message.text`: subject, body, quote, forward, signature, disclaimer or attachment:N (from 0)."""

    kind: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Attachment:
    """A document that came with a message; `problem` says why its text could not be read (a short code, see parse).

    `inline` is True for a picture that belongs to the page (a logo in a signature), `method` is that of a calendar
    part (RFC 5546: REQUEST, REPLY, ...), "" elsewhere.
    """

    name: str
    content_type: str
    size: int
    text: str = ""
    problem: str | None = None
    inline: bool = False
    method: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """What one mail says.

    `text` is all readable text: subject, body with quotes and signature, attachments; `parts` covers it without
    overlap, in order. `received` is the time of the topmost Received header, `date` that of Date (both with a time
    zone, or None). `headers` holds every header in order, names as written, values decoded.
    """

    text: str
    parts: tuple[Part, ...]
    message_id: str = ""
    from_: Address = Address()
    reply_to: tuple[Address, ...] = ()
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    subject: str = ""
    date: datetime | None = None
    received: datetime | None = None
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    content_type: str = "text/plain"
    attachments: tuple[Attachment, ...] = ()
    problems: tuple[str, ...] = ()

    def header(self, name: str) -> str:
        """The first value of a header, '' where it is missing."""
        return next(iter(self.header_all(name)), "")

    def header_all(self, name: str) -> tuple[str, ...]:
        """All values of a header, in order."""
        return tuple(value for key, value in self.headers if key.lower() == name.lower())
