"""A disk of a few pages that can be filled up and emptied again: real ENOSPC, where the machine lets us mount one."""

import errno
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class SmallDisk:
    """A folder that is a file system of its own."""

    folder: Path

    def fill_up(self) -> None:
        """Take all space that is left."""
        with (self.folder / "filler").open("ab", buffering=0) as filler:
            for size in (65_536, 1_024, 1):
                self._write_until_full(filler.fileno(), size)

    def free(self) -> None:
        """Give it back."""
        (self.folder / "filler").unlink()

    def _write_until_full(self, handle: int, size: int) -> None:
        try:
            while True:
                os.write(handle, b"\0" * size)
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise


def can_mount() -> bool:
    """Whether this machine lets us mount a disk: root may, outside of most containers."""
    if os.geteuid() or shutil.which("mount") is None:
        return False
    with tempfile.TemporaryDirectory() as folder:
        mounted = not _mount(Path(folder), "4k")
        if mounted:
            subprocess.run(["umount", folder], check=True)
    return mounted


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[SmallDisk]:
    """Mount a disk of this size ("8m") in memory."""
    folder.mkdir()
    assert _mount(folder, size) == 0
    try:
        yield SmallDisk(folder)
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def _mount(folder: Path, size: str) -> int:
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "none", folder]
    return subprocess.run(command, capture_output=True, check=False).returncode
