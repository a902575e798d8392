"""The tree of parts of a raw message.

The standard library's parser with its old policy finds the parts (it raises on no known file; the modern policy does),
everything in them is decoded here. The tree is a value of its own, independent of the standard library.
"""

import itertools
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from email.message import Message as StdlibMessage
from email.parser import BytesHeaderParser, BytesParser
from email.policy import compat32

from klimapartner.mailbox.headers import raw_bytes
from klimapartner.mailbox.limits import Limits
from klimapartner.mailbox.parameters import first_token, parameters
from klimapartner.mailbox.transfer import undo_transfer

_BOUNDARY_LINE = re.compile(rb"^--([^\s\-][^\r\n]{0,69}?)[ \t]*\r?$", re.MULTILINE)
_TYPE = re.compile(r"[\w!#$&^.+-]{1,100}/[\w!#$&^.+-]{1,100}")

RawHeaders = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Entity:
    """A part: a leaf with `data`, or a multipart or message/rfc822 with `children`.

    `headers` are raw (bytes outside ASCII as surrogates). `charset` is None where the part names none, `name` the
    file name, `disposition` "inline", "attachment" or "". `problem` is a code of `parse`.
    """

    content_type: str
    data: bytes = b""
    children: tuple["Entity", ...] = ()
    headers: RawHeaders = ()
    params: dict[str, str] = field(default_factory=dict)
    name: str = ""
    disposition: str = ""
    content_id: str = ""
    problem: str | None = None

    @property
    def charset(self) -> str | None:
        return self.params.get("charset")

    def raw(self, name: str) -> str:
        """The first raw value of a header, "" where it is missing."""
        return next((value for key, value in self.headers if key.lower() == name), "")


@dataclass(frozen=True, slots=True)
class Structure:
    """A parsed message with the problems met on the way."""

    root: Entity
    problems: tuple[str, ...] = ()


class _LimitError(Exception):
    """The message has more levels or parts than are read; `root` holds what was read until then."""

    def __init__(self, code: str, root: StdlibMessage) -> None:
        super().__init__(code)
        self.code = code
        self.root = root


def parse_structure(raw: bytes, limits: Limits) -> Structure:
    """The tree of a message; beyond the limits, what was read until then."""
    raw = _without_prefix(raw)
    if len(raw) > limits.message_bytes or raw.count(b"\n") > limits.lines:
        head = BytesHeaderParser(policy=compat32).parsebytes(raw[:1_000_000])
        return Structure(Entity("text/plain", headers=_raw_headers(head, limits)), ("too_large",))
    problems: list[str] = []
    try:
        message = BytesParser(_counting(limits), policy=compat32).parsebytes(raw)
    except _LimitError as error:
        message = error.root
        problems.append(error.code)
    root = _entity(message, limits, 0)
    problems.extend(entity.problem for entity in walk(root) if entity.problem)
    return Structure(root, tuple(dict.fromkeys(problems)))


def walk(entity: Entity) -> Iterator[Entity]:
    """The entity and all below it, in order."""
    yield entity
    for child in entity.children:
        yield from walk(child)


def _without_prefix(raw: bytes) -> bytes:
    """Without what some programs put before the first header: byte order mark, empty lines, the mbox separator."""
    raw = raw.removeprefix(b"\xef\xbb\xbf")
    stripped = raw.lstrip(b"\r\n")
    return stripped if re.match(rb"[!-9;-~]{1,80}:", stripped) or stripped.startswith(b"From ") else raw


def _counting(limits: Limits) -> Callable[..., StdlibMessage]:
    """A factory of messages for the parser that stop it at the limits."""
    count = itertools.count(1)

    class Counted(StdlibMessage):
        level = 0
        root: StdlibMessage | None = None

        def attach(self, payload: StdlibMessage) -> None:  # type: ignore[override]
            assert isinstance(payload, Counted)
            payload.level, payload.root = self.level + 1, self.root or self
            if payload.level > limits.depth:
                raise _LimitError("too_deep", payload.root)
            if next(count) > limits.parts:
                raise _LimitError("too_many_parts", payload.root)
            super().attach(payload)

    return Counted


def _raw_headers(message: StdlibMessage, limits: Limits) -> RawHeaders:
    items: Iterable[tuple[str, object]] = message.raw_items()
    pairs = ((str(name), str(value)[: limits.header_chars]) for name, value in items)
    return tuple(pair for pair, _ in zip(pairs, range(limits.headers), strict=False))


def _entity(message: StdlibMessage, limits: Limits, level: int) -> Entity:
    headers = _raw_headers(message, limits)
    blank = Entity(message.get_default_type(), headers=headers)
    described = _described(blank)
    # get_payload() would decode 8-bit text by a charset that may not exist.
    payload: object = vars(message).get("_payload")
    if isinstance(payload, list):
        children = tuple(_entity(child, limits, level + 1) for child in payload if isinstance(child, StdlibMessage))
        return replace(described, children=children)
    text = payload if isinstance(payload, str) else ""
    transferred = undo_transfer(raw_bytes(text), first_token(blank.raw("content-transfer-encoding")))
    leaf = replace(described, data=transferred.data, problem="damaged_encoding" if transferred.damaged else None)
    if leaf.content_type.startswith("multipart/"):
        return _recovered(leaf, limits, level)
    return leaf


def _described(blank: Entity) -> Entity:
    """The entity with what its Content-* headers say."""
    content_type, disposition = blank.raw("content-type"), blank.raw("content-disposition")
    params = parameters(content_type) if content_type else {}
    token = first_token(content_type)
    name = parameters(disposition).get("filename", "") if disposition else ""
    return replace(
        blank,
        content_type=token if _TYPE.fullmatch(token) else ("text/plain" if content_type else blank.content_type),
        params=params,
        name=(name or params.get("name", "")).replace("\\", "/").rpartition("/")[2][:255],
        disposition=first_token(disposition),
        content_id=blank.raw("content-id").strip().strip("<>"),
    )


def _recovered(leaf: Entity, limits: Limits, level: int) -> Entity:
    """A multipart in which no part was found: its boundary is missing or wrong, but the lines show it."""
    counts: dict[bytes, int] = {}
    for match in _BOUNDARY_LINE.finditer(leaf.data[:2_000_000]):
        counts[match[1]] = counts.get(match[1], 0) + 1
    boundary = next((line for line, count in counts.items() if count > 1 or line + b"--" in counts), None)
    if boundary is None or level >= limits.depth or b'"' in boundary:
        return replace(leaf, content_type="text/plain", problem="missing_boundary")
    head = b'Content-Type: multipart/mixed; boundary="' + boundary.removesuffix(b"--") + b'"\r\n\r\n'
    again = parse_structure(head + leaf.data, replace(limits, depth=limits.depth - level - 1)).root
    return replace(leaf, data=b"", children=again.children, problem="missing_boundary")
