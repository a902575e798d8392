"""Bytes to text, whatever the label says: unknown, wrong and missing charsets.

Labels are read as browsers read them (WHATWG Encoding): latin-1 means cp1252, GB2312 means GB 18030, and so on.
"""

import codecs
import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from charset_normalizer import from_bytes

_ALIASES = {
    "ascii": "cp1252",
    "us-ascii": "cp1252",
    "ansi_x3.4-1968": "cp1252",
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "iso_8859-1": "cp1252",
    "iso-ir-100": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "l1": "cp1252",
    "ansi": "cp1252",
    "iso-8859-9": "cp1254",
    "latin5": "cp1254",
    "iso-8859-11": "cp874",
    "tis-620": "cp874",
    "windows-874": "cp874",
    "gb2312": "gb18030",
    "gb_2312-80": "gb18030",
    "gbk": "gb18030",
    "euc-cn": "gb18030",
    "big5": "big5hkscs",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "ks_c_5601-1987": "cp949",
    "ks_c_5601": "cp949",
    "euc-kr": "cp949",
    "iso-8859-8-i": "iso8859-8",
    "iso-8859-8-e": "iso8859-8",
    "macintosh": "mac_roman",
    "mac": "mac_roman",
    "utf8mb4": "utf-8",
    "utf-8mb4": "utf-8",
    "utf": "utf-8",
    "unicode-1-1-utf-7": "utf-7",
    "unicode-1-1-utf-8": "utf-8",
    "unicode": "utf-16",
    "utf-16": "utf-16",
    "ucs-2": "utf-16",
}
_GUESS = {
    "",
    "unknown",
    "unknown-8bit",
    "x-unknown",
    "default",
    "binary",
    "8bit",
    "7bit",
    "none",
    "null",
    "x-user-defined",
}
# Python codecs that are no charsets, or whose cost grows with the square of the input (idna, punycode).
_NO_CHARSETS = {"idna", "punycode", "undefined", "unicode-escape", "raw-unicode-escape", "mbcs", "oem", "charmap"}
_LATIN = {"cp1252", "iso8859-15", "cp1254"}
_MARKS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_SAMPLE = 2_000
_ESCAPES_OF_2022 = re.compile(rb"\x1b(?:\$[@B]|\([BIJ]|\$\([D-Q])")
_MOJIBAKE = re.compile(rb"[\xc3\xc2][\x80-\xbf]")


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text with the codec that gave it; `sure` is False where characters were lost or the label was wrong."""

    text: str
    codec: str
    sure: bool = True


def likely_codec(data: bytes) -> str:
    """The codec of text in an unknown 8-bit charset: cp1252, unless every third letter is outside ASCII.

    Costs milliseconds where it is, as in Cyrillic or Greek.
    """
    sample = data[:_SAMPLE]
    high = sum(1 for byte in sample if byte > 127)
    letters = sum(1 for byte in sample if byte > 127 or chr(byte).isalpha())
    if high < 20 or high * 3 < letters:
        return "cp1252"
    best = from_bytes(sample).best()
    return (codec_of(best.encoding) if best else None) or "cp1252"


def western_codec(data: bytes) -> str:
    """The codec of short text in an unknown 8-bit charset, where there may be thousands of it: cp1252."""
    return "cp1252"


def decode(data: bytes, label: str | None, *, last_resort: Callable[[bytes], str] = likely_codec) -> Decoded:
    """The text of bytes labelled with a charset (None or "" where there is no label); never raises.

    `last_resort` names the codec of 8-bit text that neither label nor UTF-8 fits.
    """
    codec = codec_of(label)
    marked = _by_mark(data)
    if marked is not None:
        return marked
    if data.isascii() and codec in (None, "utf-8", *_LATIN):
        return _ascii(data)
    if codec is None:
        guessed = _guess(data, last_resort)
        return replace(guessed, sure=guessed.sure and not _names_something(label))
    if codec in _LATIN:
        return _latin(data, codec)
    try:
        return Decoded(data.decode(codec), codec)
    except (UnicodeError, ValueError, LookupError):
        return replace(_repair(data, codec, last_resort), sure=False)


def codec_of(label: str | None) -> str | None:
    """The name of Python's codec for a charset label, None where the label says nothing usable."""
    name = (label or "").replace("\x00", "").strip(" \t\r\n\"'<>;,").lower().partition("*")[0]
    name = re.sub(r"^(?:charset=|x-|cs)(?=[a-z0-9])", "", name) if name not in _GUESS else name
    if name in _GUESS or len(name) > 40:
        return None
    name = re.sub(r"^(?:cp|windows|win|ibm)?[-_ ]?(\d{3,5})$", r"cp\1", name)
    name = _ALIASES.get(name, name)
    try:
        found = codecs.lookup(name)
    except (LookupError, ValueError, UnicodeError):
        return None
    usable = getattr(found, "_is_text_encoding", True) and found.name.replace("_", "-") not in _NO_CHARSETS
    return _ALIASES.get(found.name, found.name) if usable else None


def _names_something(label: str | None) -> bool:
    return (label or "").strip(" \"'").lower() not in _GUESS


def _by_mark(data: bytes) -> Decoded | None:
    for mark, codec in _MARKS.items():
        if data.startswith(mark):
            return Decoded(data[len(mark) :].decode(codec, "replace"), codec)
    return None


def _ascii(data: bytes) -> Decoded:
    if _ESCAPES_OF_2022.search(data):
        return Decoded(data.decode("iso2022_jp_ext", "replace"), "iso2022_jp_ext")
    return Decoded(data.decode("ascii"), "ascii")


def _latin(data: bytes, codec: str) -> Decoded:
    """Latin text; valid UTF-8 in it is UTF-8, since no Latin text looks like that by chance."""
    if _MOJIBAKE.search(data) and (text := _strict(data, "utf-8")) is not None:
        return Decoded(text, "utf-8", sure=False)
    if codec != "cp1252" and re.search(rb"[\x80-\x9f]", data):
        codec = "cp1252"
    text = data.decode(codec, "replace")
    return Decoded(text, codec, sure="\ufffd" not in text)


def _repair(data: bytes, codec: str, last_resort: Callable[[bytes], str]) -> Decoded:
    """Text whose label cannot be right: damaged UTF-8 keeps its good parts, other text is guessed."""
    if codec == "utf-8":
        text = data.decode("utf-8", "replace")
        good = sum(1 for char in text if ord(char) > 127 and char != "\ufffd")
        return Decoded(text, codec) if good > 2 * text.count("\ufffd") else _guess(data, last_resort)
    guessed = _guess(data, last_resort)
    if guessed.codec != "cp1252":
        return guessed
    try:
        return Decoded(data.decode(codec, "replace"), codec)
    except (UnicodeError, ValueError, LookupError):
        return guessed


def _guess(data: bytes, last_resort: Callable[[bytes], str]) -> Decoded:
    for codec in ("utf-8", _wide(data)):
        if codec and (text := _strict(data, codec)) is not None:
            return Decoded(text, codec)
    codec = last_resort(data)
    return Decoded(data.decode(codec, "replace"), codec, sure=False)


def _wide(data: bytes) -> str:
    """UTF-16 without a mark: every other byte is null."""
    sample = data[:_SAMPLE]
    if len(sample) < 8 or sample.count(0) < len(sample) // 3:
        return ""
    return "utf-16-le" if sample[1::2].count(0) > sample[0::2].count(0) else "utf-16-be"


def _strict(data: bytes, codec: str) -> str | None:
    try:
        return data.decode(codec)
    except (UnicodeError, ValueError, LookupError):
        return None
