"""The text of old Word files (MS-DOC) by their piece table; other OLE files are named, not read."""

import io
import re
import struct

import olefile  # type: ignore[import-untyped]

from klimapartner.mailbox.document_text import DocumentText
from klimapartner.mailbox.limits import Limits

_WORD97 = 0xA5EC
_ENCRYPTED, _TABLE_1 = 0x0100, 0x0200
_FIELD_CODE = re.compile("\x13[^\x13\x14\x15]*(?:\x14|(?=\x15))")
_MARKS = str.maketrans(
    {"\r": "\n", "\x07": "\t", "\x0b": "\n", "\x0c": "\n", "\x1e": "-", "\x14": None, "\x15": None, "\x13": None}
)


def ole_text(data: bytes, limits: Limits) -> DocumentText:
    """The text of a .doc file. Raises what olefile and struct raise on broken files: run it in the worker."""
    with olefile.OleFileIO(io.BytesIO(data)) as ole:
        if ole.exists("EncryptedPackage"):
            return DocumentText(problem="encrypted")
        if not ole.exists("WordDocument"):
            return DocumentText(problem="unsupported")
        stream = ole.openstream("WordDocument").read()
        magic, flags = struct.unpack_from("<H8xH", stream)
        if flags & _ENCRYPTED:
            return DocumentText(problem="encrypted")
        table_name = "1Table" if flags & _TABLE_1 else "0Table"
        if magic != _WORD97 or not ole.exists(table_name):
            return DocumentText(problem="unsupported")
        table = ole.openstream(table_name).read()
    text = _FIELD_CODE.sub("", _pieces(stream, table)).translate(_MARKS)
    text = re.sub(r"\t+\n|\t{2,}", "\n", text).strip()
    return DocumentText(text[: limits.document_chars], None if text else "no_text")


def _pieces(stream: bytes, table: bytes) -> str:
    """The main text, piece by piece (MS-DOC, 2.4.1 and 2.8.35)."""
    offset, length = struct.unpack_from("<II", stream, 0x01A2)
    clx = table[offset : offset + length]
    position = 0
    while clx[position] == 1:  # property changes before the piece table
        position += 3 + struct.unpack_from("<H", clx, position + 1)[0]
    size = struct.unpack_from("<I", clx, position + 1)[0]
    plc = clx[position + 5 : position + 5 + size]
    count = (len(plc) - 4) // 12
    bounds = struct.unpack_from(f"<{count + 1}I", plc)
    out = []
    for index in range(count):
        place = struct.unpack_from("<2xI", plc, 4 * (count + 1) + 8 * index)[0]
        chars = bounds[index + 1] - bounds[index]
        if place & 0x40000000:
            start = (place & 0x3FFFFFFF) // 2
            out.append(stream[start : start + chars].decode("cp1252", "replace"))
        else:
            out.append(stream[place : place + 2 * chars].decode("utf-16-le", "replace"))
    return "".join(out)
