"""The HTML that a mail brings, for people who want to see it as it was laid out; the reading never needs it."""

from klimapartner.mailbox.bounds import HTML_TYPES
from klimapartner.mailbox.charset import decode
from klimapartner.mailbox.limits import Limits
from klimapartner.mailbox.structure import parse_structure, walk


def html_of(raw: bytes) -> str:
    """The mail's first HTML part as it was written, '' where it has none. It must be cleaned before it is shown."""
    limits = Limits()
    parts = walk(parse_structure(raw, limits).root)
    found = next((part for part in parts if part.content_type in HTML_TYPES and not part.children), None)
    return decode(found.data[: limits.html_bytes], found.charset).text if found else ""
