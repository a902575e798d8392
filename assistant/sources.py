"""Where mails to be parsed come from: files, folders of .eml, mbox, Maildir, standard input."""

import mailbox
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Source:
    """One mail to be: its name for the output, and how to get its bytes (may raise OSError)."""

    name: str
    load: Callable[[], bytes]


def sources(paths: list[Path]) -> Iterator[Source]:
    """All mails behind the paths, in order."""
    for path in paths:
        yield from _behind(path)


def _behind(path: Path) -> Iterator[Source]:
    if str(path) == "-":
        yield Source("-", sys.stdin.buffer.read)
    elif path.is_dir() and all((path / name).is_dir() for name in ("cur", "new", "tmp")):
        yield from _box(path, mailbox.Maildir(path, factory=None, create=False))
    elif path.is_dir():
        for inner in sorted(p for p in path.rglob("*") if p.is_file() and not p.name.startswith(".")):
            yield from _file(inner)
    else:
        yield from _file(path)


def _file(path: Path) -> Iterator[Source]:
    if _is_mbox(path):
        yield from _box(path, mailbox.mbox(path, factory=None, create=False))
    else:
        yield Source(str(path), path.read_bytes)


def _is_mbox(path: Path) -> bool:
    """A file of mails by RFC 4155; a single .eml with a From_ line is no box."""
    if path.suffix.lower() == ".eml":
        return False
    try:
        with path.open("rb") as file:
            return file.read(5) == b"From "
    except OSError:
        return False


def _box(path: Path, box: "mailbox.Mailbox[mailbox.Message]") -> Iterator[Source]:
    for number, key in enumerate(sorted(box.keys()), 1):
        yield Source(f"{path}#{number}", lambda key=key: box.get_bytes(key))  # type: ignore[misc]
