"""S/MIME (RFC 8551): an opaque-signed message is opened without checking the signature, an encrypted one named."""

import base64
import re
import zlib
from dataclasses import dataclass

from asn1crypto import cms

_PEM = re.compile(rb"-----BEGIN (?:PKCS7|CMS)-----")


@dataclass(frozen=True, slots=True)
class Opened:
    """The content of a CMS object, or a problem code: "encrypted", "unreadable", "bomb"."""

    data: bytes = b""
    problem: str | None = None


def open_cms(data: bytes, *, max_bytes: int) -> Opened:
    """The signed or compressed content of a CMS object (RFC 5652, 5; RFC 3274); never raises."""
    try:
        info = cms.ContentInfo.load(_der(data))
        kind = info["content_type"].native
        if "enveloped" in kind or "encrypted" in kind:
            return Opened(problem="encrypted")
        if kind not in ("signed_data", "compressed_data"):
            return Opened(problem="unsupported")
        content = info["content"]["encap_content_info"]["content"]
        inner = content.native if content is not None else None
    except Exception:  # asn1crypto raises ValueError, TypeError, KeyError, RecursionError, AttributeError
        return Opened(problem="unreadable")
    if not isinstance(inner, bytes) or not inner:
        return Opened(problem="unreadable")
    return _inflated(inner, max_bytes) if kind == "compressed_data" else Opened(inner)


def _der(data: bytes) -> bytes:
    begin = _PEM.search(data[:10_000])
    if begin is None:
        return data
    end = data.find(b"-----END", begin.end())
    return base64.b64decode(data[begin.end() : end if end >= 0 else None])


def _inflated(data: bytes, max_bytes: int) -> Opened:
    engine = zlib.decompressobj()
    try:
        out = engine.decompress(data, max_bytes)
    except zlib.error:
        return Opened(problem="unreadable")
    return Opened(problem="bomb") if engine.unconsumed_tail else Opened(out)
