"""Containers opened: what lies in a winmail.dat, .msg, .eml, S/MIME or PGP part takes its place in the tree."""

import re
from dataclasses import replace

from klimapartner.mailbox.charset import decode
from klimapartner.mailbox.cleaning import clean_text
from klimapartner.mailbox.document import unpack_container
from klimapartner.mailbox.document_kind import document_kind
from klimapartner.mailbox.limits import Limits
from klimapartner.mailbox.parameters import first_token
from klimapartner.mailbox.rtf import rtf_text
from klimapartner.mailbox.smime import open_cms
from klimapartner.mailbox.structure import Entity, parse_structure
from klimapartner.mailbox.transfer import extract_uuencoded, undo_transfer
from klimapartner.mailbox.unpacked import EMBEDDED, Unpacked

FALLBACK = "fallback"  # the disposition of a body that counts only where the mail has no other
_HEADER = re.compile(rb"[!-9;-~]{1,80}:[ \t]?[^\r\n]*\r?\n")
_PROPERTIES_OF_MSG = "__properties_version1.0".encode("utf-16-le")
_ENCRYPTED_TYPES = {"multipart/encrypted", "application/pgp-encrypted"}


def expand(entity: Entity, limits: Limits, level: int = 0) -> Entity:
    """The tree with its containers opened; one that cannot be opened becomes a leaf with a problem code."""
    if entity.content_type in _ENCRYPTED_TYPES:
        return replace(entity, children=(), problem="encrypted")
    if entity.children:
        return _expand_branch(entity, limits, level)
    if not entity.data or entity.content_type == "text/html":
        return entity
    if level > limits.containers:
        return replace(entity, problem="too_deep")
    if entity.content_type.startswith("text/") and _no_container(entity):
        return _with_uuencoded(entity)
    return _expand_leaf(entity, limits, level)


def _no_container(entity: Entity) -> bool:
    return not entity.name.lower().endswith((".eml", ".p7m", ".msg"))


def _expand_branch(entity: Entity, limits: Limits, level: int) -> Entity:
    encoding = first_token(entity.raw("content-transfer-encoding"))
    child = entity.children[0]
    if entity.content_type.startswith("message/") and encoding in ("base64", "quoted-printable") and not child.headers:
        # RFC 2046, 5.2.1 forbids to encode a message part; the parser took the code for its text.
        return _message_of(entity, undo_transfer(child.data, encoding).data, limits, level)
    return replace(entity, children=tuple(expand(child, limits, level) for child in entity.children))


def _expand_leaf(entity: Entity, limits: Limits, level: int) -> Entity:
    kind = document_kind(entity.data, entity.name, entity.content_type)
    if kind == "ole" and _PROPERTIES_OF_MSG in entity.data:
        return _unpacked(entity, "msg", limits, level)
    if kind == "tnef":
        return _unpacked(entity, "tnef", limits, level)
    if kind == "cms":
        return _opened_cms(entity, limits, level)
    if kind == "mail":
        return _message_of(entity, entity.data, limits, level)
    return entity


def _message_of(entity: Entity, raw: bytes, limits: Limits, level: int) -> Entity:
    if not _HEADER.match(raw.lstrip()):
        return replace(entity, data=raw, children=(), content_type="text/plain")
    inner = expand(parse_structure(raw, limits).root, limits, level + 1)
    return replace(entity, content_type="message/rfc822", data=b"", children=(inner,))


def _opened_cms(entity: Entity, limits: Limits, level: int) -> Entity:
    opened = open_cms(entity.data, max_bytes=limits.inflated_bytes)
    if opened.problem:
        return replace(entity, problem=opened.problem)
    if _HEADER.match(opened.data.lstrip()):
        return expand(parse_structure(opened.data, limits).root, limits, level + 1)
    name = re.sub(r"\.p7[mz]$", "", entity.name, flags=re.IGNORECASE)
    return expand(_file("application/octet-stream", opened.data, name), limits, level + 1)


def _file(content_type: str, data: bytes, name: str) -> Entity:
    return Entity(content_type.lower(), data, name=name, disposition="attachment")


def _unpacked(entity: Entity, kind: str, limits: Limits, level: int) -> Entity:
    """A winmail.dat becomes the parts it replaced; a .msg file, or a message inside a winmail.dat, one passed on."""
    unpacked = unpack_container(kind, entity.data, limits=limits)
    if isinstance(unpacked, str):
        return replace(entity, problem=unpacked)
    leaves = (_file(file.content_type, file.data, file.name) for file in unpacked.files)
    files = tuple(expand(leaf, limits, level + 1) for leaf in leaves)
    if kind == "tnef" and entity.content_type != EMBEDDED:
        children = (*_bodies(unpacked, FALLBACK), *files)
        return replace(entity, content_type="multipart/mixed", data=b"", children=children)
    mail = Entity("multipart/mixed", children=(*_bodies(unpacked, ""), *files), headers=unpacked.headers)
    return replace(entity, content_type="message/rfc822", data=b"", children=(mail,))


def _bodies(unpacked: Unpacked, disposition: str) -> tuple[Entity, ...]:
    """The best body of a container: text, else HTML, else Rich Text."""
    if unpacked.text.strip():
        return (_body("text/plain", unpacked.text, disposition),)
    if unpacked.html.strip():
        return (_body("text/html", unpacked.html, disposition),)
    text = _safe_rtf(unpacked.rtf)
    return (_body("text/plain", text, disposition),) if text else ()


def _body(content_type: str, text: str, disposition: str) -> Entity:
    data = text.encode("utf-8", "replace")
    return Entity(content_type, data, params={"charset": "utf-8"}, disposition=disposition)


def _safe_rtf(data: bytes) -> str:
    if not data:
        return ""
    try:
        return rtf_text(data)
    except Exception:  # whatever striprtf raises on broken Rich Text
        return ""


def _with_uuencoded(entity: Entity) -> Entity:
    """A text part with uuencoded files in it becomes the text and the files."""
    if b"begin " not in entity.data or b"\nend" not in entity.data:
        return entity
    found = extract_uuencoded(clean_text(decode(entity.data, entity.charset).text))
    if not found.files:
        return entity
    text = replace(entity, data=found.text.encode(), params={**entity.params, "charset": "utf-8"}, headers=())
    files = (_file("application/octet-stream", data, name) for name, data in found.files)
    return Entity("multipart/mixed", children=(text, *files), headers=entity.headers)
