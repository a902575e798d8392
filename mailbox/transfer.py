"""Content-Transfer-Encoding undone (RFC 2045, 6), as far as damaged data let it; uuencoded files inside text."""

import binascii
import re
from dataclasses import dataclass

_BEGIN = re.compile(r"begin [0-7]{3,4} (\S.{0,200})")
_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_NOT_BASE64 = bytes(set(range(256)) - set(_BASE64))


@dataclass(frozen=True, slots=True)
class Transferred:
    """Bytes after decoding; `damaged` where part of them is lost."""

    data: bytes
    damaged: bool = False


@dataclass(frozen=True, slots=True)
class UuText:
    """A text without the uuencoded files in it, and those files as (name, content)."""

    text: str
    files: tuple[tuple[str, bytes], ...] = ()


def undo_transfer(data: bytes, encoding: str) -> Transferred:
    """The decoded bytes; an encoding that is not known leaves them as they are."""
    if encoding == "base64":
        return _base64(data)
    if encoding == "quoted-printable":
        return Transferred(binascii.a2b_qp(data))
    if encoding in ("x-uuencode", "uuencode", "uue", "x-uue"):
        return _whole_uu(data)
    return Transferred(data)


def _base64(data: bytes) -> Transferred:
    """Base64 in one or several padded runs; foreign characters and a cut end are passed over."""
    out, damaged = [], bool(data.translate(None, _BASE64 + b"=\r\n\t "))
    for run in data.split(b"="):
        clean = run.translate(None, _NOT_BASE64)
        if len(clean) % 4 == 1:
            clean, damaged = clean[:-1], True
        out.append(binascii.a2b_base64(clean + b"=" * (-len(clean) % 4)))
    return Transferred(b"".join(out), damaged)


def _whole_uu(data: bytes) -> Transferred:
    found = extract_uuencoded(data.decode("latin-1").replace("\r\n", "\n"))
    return Transferred(found.files[0][1] if found.files else data, damaged=not found.files)


def extract_uuencoded(text: str) -> UuText:
    """Takes the files between "begin 644 name" and "end" out of a text (lines end with "\\n")."""
    if "\nend" not in text or "begin " not in text:
        return UuText(text)
    kept: list[str] = []
    files: list[tuple[str, bytes]] = []
    start, name = None, ""
    for line in text.split("\n"):
        if begin := _BEGIN.fullmatch(line):
            start, name = len(kept), begin[1].strip()
        kept.append(line)
        if start is not None and line.rstrip() == "end":
            data = _uu_lines(kept[start + 1 : -1])
            if data is not None:
                files.append((name, data))
                del kept[start:]
            start = None
    return UuText("\n".join(kept), tuple(files))


def _uu_lines(lines: list[str]) -> bytes | None:
    """The bytes of uuencoded lines, None where they are something else."""
    out = []
    for line in lines:
        if not line.strip() or line[0] == "`":
            continue
        needed = (((ord(line[0]) - 32) & 63) + 2) // 3 * 4
        if not " " < line[0] <= "`" or len(line) > needed + 3:
            return None
        try:
            out.append(binascii.a2b_uu(line[: needed + 1].ljust(needed + 1).encode("latin-1")))
        except (binascii.Error, UnicodeError):
            return None
    return b"".join(out)
