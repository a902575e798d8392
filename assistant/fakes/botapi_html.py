"""HTML markup to text and entities, with the complaints of the real parser.

Sources: Bot API, section "HTML style"; the error texts and byte offsets are those of TDLib's parse_html and its tests.
"""

import re
from dataclasses import dataclass, field

from klimapartner.assistant.fakes.botapi_values import Json, Refused

KINDS = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
    "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "span": "spoiler",
    "tg-spoiler": "spoiler", "code": "code", "pre": "pre", "a": "text_link", "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
}  # fmt: skip

_LITERALS = {b"lt": "<", b"gt": ">", b"amp": "&", b"quot": '"'}
_REFERENCE = re.compile(rb"&(?:#x([0-9a-f]{1,6})|#([0-9]{1,7})|(lt|gt|amp|quot)(?![A-Za-z]));?", re.IGNORECASE)
_NAME = re.compile(rb"[^\s>]*")
_SPACE = re.compile(rb"\s*")
_ATTRIBUTE_NAME = re.compile(rb"[^\s=>]*")
_NAME_TOKEN = re.compile(rb"[A-Za-z0-9.-]*")


@dataclass(slots=True)
class _Open:
    tag: str
    argument: str
    offset: int
    begun: int


@dataclass(slots=True)
class _Reader:
    """Where the reading stands: `at` in bytes of the source, `offset` in UTF-16 units of the text read so far."""

    data: bytes
    at: int = 0
    offset: int = 0
    text: list[str] = field(default_factory=list)
    open: list[_Open] = field(default_factory=list)
    entities: list[Json] = field(default_factory=list)


def utf16_length(text: str) -> int:
    """The length in UTF-16 units, in which Telegram counts."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def read_html(source: str) -> tuple[str, list[Json]]:
    """The text and the entities of `source`, outer entities first.

    Raises:
        Refused: 400 "Bad Request: can't parse entities: …" as the real server says it.
    """
    reader = _Reader(source.encode())
    while reader.at < len(reader.data):
        _step(reader)
    if reader.open:
        raise _complaint(f'Can\'t find end tag corresponding to start tag "{reader.open[-1].tag}"')
    entities = sorted(reader.entities, key=lambda entity: (entity["offset"], -entity["length"]))
    return "".join(reader.text), entities


def _complaint(what: str) -> Refused:
    return Refused(400, f"Bad Request: can't parse entities: {what}")


def _step(reader: _Reader) -> None:
    """Reads one tag, one character reference or the text up to the next of them."""
    if reader.data[reader.at : reader.at + 2] == b"</":
        _end_tag(reader)
    elif reader.data[reader.at] == ord("<"):
        _start_tag(reader)
    else:
        _take(reader, _plain(reader))


def _plain(reader: _Reader) -> str:
    reference = _REFERENCE.match(reader.data, reader.at)
    if reference and (character := _character(reference)):
        reader.at = reference.end()
        return character
    begun = reader.at
    reader.at += 1
    while reader.at < len(reader.data) and reader.data[reader.at] not in b"<&":
        reader.at += 1
    return reader.data[begun : reader.at].decode()


def _character(reference: re.Match[bytes]) -> str:
    """The character meant, or the empty string where the reference stays as it is written."""
    hexadecimal, decimal, literal = reference.groups()
    if literal:
        return _LITERALS.get(literal, "")
    code = int(hexadecimal, 16) if hexadecimal else int(decimal)
    if 0xD800 <= code <= 0xDFFF:
        raise _complaint(
            "Text contains invalid Unicode characters after decoding HTML entities, check for unmatched surrogate "
            "code units"
        )
    return chr(code) if 0 < code < 0x10FFFF else ""


def _take(reader: _Reader, text: str) -> None:
    reader.text.append(text)
    reader.offset += utf16_length(text)


def _run(reader: _Reader, pattern: re.Pattern[bytes]) -> bytes:
    """The bytes that `pattern` takes from here on, which are then read."""
    match = pattern.match(reader.data, reader.at)
    assert match is not None  # all patterns match nothing as well
    reader.at = match.end()
    return match.group()


def _here(reader: _Reader) -> bytes:
    return reader.data[reader.at : reader.at + 1]


def _start_tag(reader: _Reader) -> None:
    begun = reader.at
    reader.at += 1
    tag = _run(reader, _NAME).decode().lower()
    if not _here(reader):
        raise _complaint(f"Unclosed start tag at byte offset {begun}")
    if tag not in KINDS:
        raise _complaint(f'Unsupported start tag "{tag}" at byte offset {begun}')
    argument = _arguments(reader, tag, begun)
    if tag == "span" and argument != "spoiler":
        raise _complaint(f'Tag "span" must have class "tg-spoiler" at byte offset {begun}')
    reader.open.append(_Open(tag, argument, reader.offset, len(reader.text)))


def _arguments(reader: _Reader, tag: str, begun: int) -> str:
    """Reads the attributes and the closing bracket; gives the one value that matters for the tag."""
    argument = ""
    while True:
        _run(reader, _SPACE)
        if _here(reader) == b">":
            reader.at += 1
            return argument
        name = _run(reader, _ATTRIBUTE_NAME).decode()
        if not name:
            raise _complaint(f'Empty attribute name in the tag "{tag}" at byte offset {begun}')
        argument = _argument(tag, name, _attribute_value(reader, tag, begun)) or argument


def _attribute_value(reader: _Reader, tag: str, begun: int) -> str:
    _run(reader, _SPACE)
    if _here(reader) != b"=" and _here(reader):
        return ""
    reader.at += 1
    _run(reader, _SPACE)
    if not _here(reader):
        raise _complaint(f'Unclosed start tag "{tag}" at byte offset {begun}')
    value = _quoted(reader) if _here(reader) in (b"'", b'"') else _name_token(reader)
    if not _here(reader):
        raise _complaint(f"Unclosed start tag at byte offset {begun}")
    return value


def _name_token(reader: _Reader) -> str:
    begun = reader.at
    token = _run(reader, _NAME_TOKEN).decode().lower()
    if not _here(reader) or _here(reader) not in b" \t\r\n>":
        raise _complaint(f"Unexpected end of name token at byte offset {begun}")
    return token


def _quoted(reader: _Reader) -> str:
    mark = _here(reader)
    end = reader.data.find(mark, reader.at + 1)
    raw = reader.data[reader.at + 1 : end if end >= 0 else len(reader.data)]
    reader.at = end + 1 if end >= 0 else len(reader.data)
    return _REFERENCE.sub(
        lambda reference: (_character(reference) or reference.group().decode()).encode(), raw
    ).decode()


def _argument(tag: str, name: str, value: str) -> str:
    if (tag, name) in (("a", "href"), ("tg-emoji", "emoji-id")):
        return value
    if (tag, name) == ("code", "class") and value.startswith("language-"):
        return value.removeprefix("language-")
    if (tag, name) == ("span", "class") and value.startswith("tg-"):
        return value.removeprefix("tg-")
    return "expandable" if (tag, name) == ("blockquote", "expandable") else ""


def _end_tag(reader: _Reader) -> None:
    begun = reader.at
    if not reader.open:
        raise _complaint(f"Unexpected end tag at byte offset {begun}")
    reader.at += 2
    tag = _run(reader, _NAME).decode().lower()
    _run(reader, _SPACE)
    if _here(reader) != b">":
        raise _complaint(f"Unclosed end tag at byte offset {begun}")
    reader.at += 1
    opened = reader.open.pop()
    if tag and tag != opened.tag:
        raise _complaint(f'Unmatched end tag at byte offset {begun}, expected "</{opened.tag}>", found "</{tag}>"')
    if reader.offset > opened.offset:
        reader.entities.extend(_entity(reader, opened))


def _entity(reader: _Reader, opened: _Open) -> list[Json]:
    entity: Json = {"type": KINDS[opened.tag], "offset": opened.offset, "length": reader.offset - opened.offset}
    if opened.tag == "a":
        url = opened.argument or "".join(reader.text[opened.begun :])
        # The real parser drops a link without a host silently and keeps its text.
        return [entity | {"url": url}] if re.match(r"(?i)(https?://)?[^/\s]+\.[^/\s]|(tg|mailto):", url) else []
    if opened.tag == "tg-emoji":
        if not opened.argument.isdigit() or not 0 < int(opened.argument) < 2**63:
            raise _complaint("Invalid custom emoji identifier specified")
        return [entity | {"custom_emoji_id": opened.argument}]
    if opened.tag == "blockquote" and opened.argument:
        return [entity | {"type": "expandable_blockquote"}]
    return [entity]
