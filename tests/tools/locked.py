"""What a lock file pins on a machine like this one."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Locked:
    """One pinned package with the SHA-256 hashes of its files."""

    name: str
    version: str
    hashes: tuple[str, ...]


def locked(name: str) -> list[Locked]:
    """The packages of a lock file whose marker holds here, by name."""
    return sorted(_packages((ROOT / name).read_text(encoding="utf-8")), key=lambda one: one.name)


def _packages(text: str) -> Iterator[Locked]:
    for entry in text.replace("\\\n", " ").splitlines():
        head, *hashes = entry.split("--hash=sha256:")
        if not head.strip() or head.startswith("#"):
            continue
        wanted = Requirement(head)
        if wanted.marker is None or wanted.marker.evaluate():
            version = re.sub(r"^==", "", str(wanted.specifier))
            yield Locked(wanted.name, version, tuple(item.strip() for item in hashes))
