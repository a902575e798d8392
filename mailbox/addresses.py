"""Address headers (RFC 5322, 3.4) as they are really written: groups, comments, broken quotes, semicolons.

The value is cut at its commas before encoded words are decoded, so that a comma or line break hidden in a display
name never makes a second address.
"""

import re
from collections.abc import Iterator

from klimapartner.mailbox.cleaning import clean_line
from klimapartner.mailbox.headers import decode_header
from klimapartner.mailbox.message import Address

_LOCAL = r'(?:"(?:[^"\\\r\n]|\\.){1,64}"|[^\s<>()\[\],;:@"\\]{1,64})'
_DOMAIN = r"(?:[^\s<>()\[\],;:@\"\\/_?=&!#$%^*+|{}`~]{1,253}|\[[0-9A-Fa-f.:IPv]{2,60}\])"
_ADDR = re.compile(rf"{_LOCAL}@{_DOMAIN}")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"?', re.DOTALL)
_COMMENT = re.compile(r"\(((?:[^()\\]|\\.)*)\)")
_MAX_NAME, _MAX_ADDRESSES, _MAX_VALUE = 300, 1_000, 50_000


def parse_addresses(raw: str) -> tuple[Address, ...]:
    """The mailboxes of an address header, in order; groups are opened, a broken one keeps its name with addr ""."""
    value = re.sub(r"[\r\n]+", " ", raw)[:_MAX_VALUE]
    found = (_mailbox(piece) for piece in _pieces(value))
    usable = [address for address in found if address.addr or address.name]
    return tuple(usable[:_MAX_ADDRESSES])


def first_address(raw: str) -> Address:
    """The first mailbox with an address, else the first with a name, else an empty one."""
    addresses = parse_addresses(raw)
    with_addr = (address for address in addresses if address.addr)
    return next(with_addr, next(iter(addresses), Address()))


def _pieces(value: str) -> Iterator[str]:
    """The stretches between the separators that stand outside of quotes, comments and angle brackets."""
    closed = value.count('"') - value.count('\\"')
    quotes_work = closed % 2 == 0
    piece, quoted, angle, depth, skip = "", False, False, 0, False
    for char in value:
        if skip or char == "\\":
            skip = not skip
        elif char == '"' and quotes_work and not depth:
            quoted = not quoted
        elif not quoted:
            depth = max(0, depth + (char == "(") - (char == ")"))
            angle = char == "<" or (angle and char != ">")
            if char in ",;" and not angle and not depth:
                yield piece
                piece = ""
                continue
            if char == ":" and not angle and not depth and "@" not in piece:
                piece = ""  # the name of a group
                continue
        piece += char
    yield piece


def _mailbox(piece: str) -> Address:
    if "<" in piece:
        name, _, rest = piece.rpartition("<")
        addr = _addr(rest.partition(">")[0])
        return Address(_name(name) or _comment(rest), addr or _addr_in(name))
    addr = _addr(_COMMENT.sub("", piece)) or _addr(decode_header(piece))
    if addr:
        return Address(_comment(piece), addr)
    if not _COMMENT.sub("", piece).strip():
        return Address()
    addr = _addr_in(piece)
    return Address(_name(piece.replace(addr, "") if addr else piece), addr)


def _addr(text: str) -> str:
    """A whole address, or "" where the text is anything else."""
    text = decode_header(text) if "=?" in text or not text.isascii() else text
    bare = re.sub(r"^(?:mailto:|smtp:)", "", clean_line(text).strip("'<> "), flags=re.IGNORECASE)
    bare = bare[1:-1] if bare.startswith('"') and bare.endswith('"') else bare
    match = _ADDR.fullmatch(bare)
    if match is None or ".." in bare.rpartition("@")[2]:
        return ""
    local, _, domain = bare.rpartition("@")
    return f"{local}@{domain.strip('.').lower()}" if domain.strip(".") else ""


def _addr_in(text: str) -> str:
    match = _ADDR.search(decode_header(text))
    return _addr(match[0]) if match else ""


def _name(text: str) -> str:
    """The display name: quotes opened, comments dropped, encoded words decoded, on one line."""
    text = text.strip()
    opened = _QUOTED.sub(lambda match: re.sub(r"\\(.)", r"\1", match[1]), text)
    if not text.startswith('"'):
        opened = _COMMENT.sub("", opened) if not opened.startswith("(") else opened.strip("()")
    return decode_header(opened).strip("'\" <>")[:_MAX_NAME]


def _comment(text: str) -> str:
    match = _COMMENT.search(text)
    return decode_header(match[1])[:_MAX_NAME] if match else ""
