"""winmail.dat (MS-OXTNEF): the body and the files that Outlook packed into it."""

import logging
from collections.abc import Iterator

from tnefparse import TNEF

from klimapartner.mailbox.charset import decode
from klimapartner.mailbox.rtf import inflate_rtf
from klimapartner.mailbox.unpacked import EMBEDDED, PackedFile, Unpacked

_SUBJECT, _FROM = 0x8004, 0x8000


def unpack_tnef(data: bytes) -> Unpacked:
    """Subject, body and files of a winmail.dat. Raises what tnefparse raises on broken data: run it in the worker."""
    logging.getLogger("tnefparse").setLevel(logging.CRITICAL)
    tnef = TNEF(data, do_checksum=False)
    files = tuple(_file(attachment) for attachment in tnef.attachments)
    return Unpacked(
        headers=tuple(_headers(tnef)),
        text=_text(tnef.body, tnef.codepage),
        html=_text(tnef.htmlbody, tnef.codepage),
        rtf=inflate_rtf(tnef._rtfbody) if tnef._rtfbody else b"",
        files=tuple(file for file in files if file.data),
    )


def _headers(tnef: TNEF) -> Iterator[tuple[str, str]]:
    for prop in tnef.msgprops:
        if prop.name == _FROM:
            name, _, addr = (_text(value, tnef.codepage) for value in prop.data)
            yield "From", f"{name} <{addr}>"
        elif prop.name == _SUBJECT:
            yield "Subject", _text(prop.data, tnef.codepage)


def _file(attachment: object) -> PackedFile:
    name = _name(attachment)
    data = getattr(attachment, "data", b"")
    embedded = getattr(attachment, "embed", None) is not None
    kind = EMBEDDED if embedded else "application/octet-stream"
    return PackedFile(name, kind, data if isinstance(data, bytes) else b"")


def _name(attachment: object) -> str:
    for attribute in getattr(attachment, "mapi_attrs", ()):
        if getattr(attribute, "name", None) == 0x3707:  # PidTagAttachLongFilename
            return _text(attribute.data, None)
    return _text(getattr(attachment, "_name", ""), None)


def _text(value: object, codepage: str | None) -> str:
    if isinstance(value, (list, tuple)):
        value = value[0] if value else ""
    if isinstance(value, bytes):
        value = decode(value, codepage).text
    return str(value or "").strip("\x00")
