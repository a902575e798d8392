"""The bounds within which a message is read: whatever lies outside costs a problem code, never the intake."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one message; sizes in bytes, `*_chars` in code points, times in seconds.

    `lines` lets the largest base64 attachment through and nothing sillier. `depth` counts levels of MIME parts (more
    is the problem "too_deep"), `containers` messages inside messages that have to be unpacked first (.msg,
    winmail.dat, S/MIME, base64 message/rfc822). `document_*` holds for one attachment, `html_bytes`, `plain_bytes` and
    `body_chars` for all text parts of a mail together, `mail_seconds` for all its attachments together.
    """

    message_bytes: int = 50_000_000
    lines: int = 800_000
    depth: int = 50
    parts: int = 500
    containers: int = 8
    headers: int = 2_000
    header_chars: int = 50_000
    html_bytes: int = 1_500_000
    plain_bytes: int = 2_000_000
    body_chars: int = 250_000
    attachments_read: int = 100
    document_bytes: int = 30_000_000
    document_chars: int = 250_000
    document_pages: int = 200
    document_seconds: float = 12.0
    document_cpu_seconds: int = 8
    document_memory: int = 768 * 1024 * 1024
    inflated_bytes: int = 60_000_000
    mail_seconds: float = 30.0
