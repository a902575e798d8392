"""A disk of a few pages that can be filled up and emptied again: real ENOSPC, where the machine lets us mount one."""

import errno
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest


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


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[SmallDisk]:
    """Mount a disk of this size ("4k", "8m") in memory; skips where that is not allowed."""
    if os.geteuid() or shutil.which("mount") is None:
        pytest.skip("mounting a small disk needs root")
    folder.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "none", folder], capture_output=True)
    if done.returncode:
        pytest.skip("this machine mounts no small disk")
    try:
        yield SmallDisk(folder)
    finally:
        subprocess.run(["umount", "-l", folder], check=True)
