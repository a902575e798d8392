"""Outlook's .msg files (MS-OXMSG), as they are dragged into a mail."""

from collections.abc import Callable
from datetime import datetime
from email.utils import format_datetime

from oxmsg import Message
from oxmsg.attachment import Attachment

from klimapartner.mailbox.charset import decode
from klimapartner.mailbox.rtf import inflate_rtf
from klimapartner.mailbox.unpacked import PackedFile, Unpacked

_RTF_COMPRESSED = 0x1009


def unpack_msg(data: bytes) -> Unpacked:
    """Headers, body and files of a .msg file. Raises what oxmsg raises on broken data: run it in the worker."""
    message = Message.load(data)
    sent = _tried(lambda: message.sent_date)
    headers = {
        "From": str(_tried(lambda: message.sender) or ""),
        "Subject": str(_tried(lambda: message.subject) or ""),
        "Date": format_datetime(sent) if isinstance(sent, datetime) else "",
        "To": ", ".join(_recipients(message)),
    }
    rtf = _tried(lambda: message.properties.binary_prop_value(_RTF_COMPRESSED))
    return Unpacked(
        headers=tuple((name, value) for name, value in headers.items() if value),
        text=str(_tried(lambda: message.body) or ""),
        html=_html(message),
        rtf=inflate_rtf(rtf) if isinstance(rtf, bytes) else b"",
        files=tuple(_files(message)),
    )


def _html(message: Message) -> str:
    """The HTML body; oxmsg decodes it strictly, so the bytes are taken where they do not fit."""
    html = _tried(lambda: message.html_body)
    if isinstance(html, str):
        return html
    raw = _tried(lambda: message.properties.binary_prop_value(0x1013))
    return decode(raw, None).text if isinstance(raw, bytes) else ""


def _recipients(message: Message) -> list[str]:
    recipients = _tried(lambda: message.recipients)
    return [f"{person.name} <{person.email_address}>" for person in recipients] if isinstance(recipients, tuple) else []


def _files(message: Message) -> list[PackedFile]:
    attachments = _tried(lambda: message.attachments)
    found = [_file(attachment) for attachment in attachments] if isinstance(attachments, tuple) else []
    return [file for file in found if file.data]


def _file(attachment: Attachment) -> PackedFile:
    data = _tried(lambda: attachment.file_bytes)
    name = str(_tried(lambda: attachment.file_name) or "")
    kind = str(_tried(lambda: attachment.mime_type) or "application/octet-stream")
    return PackedFile(name, kind, data if isinstance(data, bytes) else b"")


def _tried(read: Callable[[], object]) -> object:
    """A property that may be missing or broken while the rest of the file is good."""
    try:
        return read()
    except (KeyError, ValueError, LookupError, TypeError, AttributeError, AssertionError, OSError):
        return None
