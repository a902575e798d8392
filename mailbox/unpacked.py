"""What comes out of a container that is a mail of its own kind: winmail.dat and .msg."""

import base64
from dataclasses import dataclass
from typing import Any

EMBEDDED = "application/ms-tnef; embedded"  # a message that was attached as such, itself in TNEF


@dataclass(frozen=True, slots=True)
class PackedFile:
    """A file in a container."""

    name: str
    content_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Unpacked:
    """Headers, the bodies that are there, and the files of a container."""

    text: str = ""
    html: str = ""
    rtf: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    files: tuple[PackedFile, ...] = ()


def to_json(unpacked: Unpacked) -> dict[str, Any]:
    """The container for the way back from the worker; bytes as base64."""
    return {
        "text": unpacked.text,
        "html": unpacked.html,
        "rtf": _encoded(unpacked.rtf),
        "headers": list(unpacked.headers),
        "files": [(file.name, file.content_type, _encoded(file.data)) for file in unpacked.files],
    }


def from_json(value: dict[str, Any]) -> Unpacked:
    """The reverse of `to_json`."""
    return Unpacked(
        text=value["text"],
        html=value["html"],
        rtf=base64.b64decode(value["rtf"]),
        headers=tuple((name, text) for name, text in value["headers"]),
        files=tuple(PackedFile(name, kind, base64.b64decode(data)) for name, kind, data in value["files"]),
    )


def _encoded(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
