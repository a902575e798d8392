"""Rich Text: documents to text, and the compression that Outlook puts on RTF bodies (MS-OXRTFCP)."""

import struct

from striprtf.striprtf import rtf_to_text

from klimapartner.mailbox.cleaning import clean_text
from klimapartner.mailbox.document_text import DocumentText
from klimapartner.mailbox.limits import Limits

_DICTIONARY = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript "
    b"\\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par "
    b"\\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)
_COMPRESSED, _UNCOMPRESSED = 0x75465A4C, 0x414C454D
_MAX_RTF = 30_000_000


def rtf_text(data: bytes) -> str:
    """The text of an RTF document."""
    text: str = rtf_to_text(data.decode("latin-1"), errors="replace")  # type: ignore[no-untyped-call]
    return clean_text(text).strip()


def rtf_document(data: bytes, limits: Limits) -> DocumentText:
    """The text of an RTF file."""
    text = rtf_text(data)
    return DocumentText(text[: limits.document_chars], None if text else "no_text")


def inflate_rtf(data: bytes) -> bytes:
    """The RTF in a PidTagRtfCompressed value; b"" where it is damaged."""
    if len(data) < 16:
        return b""
    _, raw_size, kind, _ = struct.unpack_from("<IIII", data)
    if kind == _UNCOMPRESSED:
        return data[16 : 16 + raw_size]
    return _lzfu(data[16:], min(raw_size, _MAX_RTF)) if kind == _COMPRESSED else b""


def _lzfu(data: bytes, size: int) -> bytes:
    """LZFu (MS-OXRTFCP, 3.1.4): runs of eight tokens, each a byte or a place in the last 4,096 bytes."""
    out = bytearray(_DICTIONARY)
    position, end = 0, len(_DICTIONARY) + size
    while position < len(data) and len(out) < end:
        control, position = data[position], position + 1
        for bit in range(8):
            if position + (control >> bit & 1) >= len(data):
                break
            if not control >> bit & 1:
                out.append(data[position])
                position += 1
                continue
            token, position = int.from_bytes(data[position : position + 2], "big"), position + 2
            if token >> 4 == len(out) % 4096:
                return bytes(out[len(_DICTIONARY) : end])
            _copy(out, token >> 4, (token & 15) + 2)
    return bytes(out[len(_DICTIONARY) : end])


def _copy(out: bytearray, offset: int, length: int) -> None:
    start = len(out) - ((len(out) - offset) % 4096 or 4096)
    for index in range(length):
        out.append(out[start + index] if start + index >= 0 else 0)
