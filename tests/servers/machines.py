"""Several machines of one office: processes on one PostgreSQL and one Dovecot, killed, cut off and started by tests."""

import contextlib
import os
import pickle
import secrets
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from machine_worker import Order

from klimapartner.assistant.settings import Settings

WORKER = Path(__file__).with_name("machine_worker.py")
PATIENCE = 120.0


def wait_until(reached: Callable[[], bool], what: str, seconds: float = PATIENCE) -> None:
    """Look again and again; fails with `what` where it does not come about."""
    end = time.monotonic() + seconds
    while not reached():
        if time.monotonic() > end:
            pytest.fail(f"does not come about: {what}")
        time.sleep(0.1)


@dataclass
class Machines:
    """Starts processes from one that has everything loaded, and ends those that are left."""

    folder: Path
    _template: "subprocess.Popen[bytes]"
    _running: list[int] = field(default_factory=list)

    @property
    def points(self) -> Path:
        return self.folder / "points"

    def start(self, settings: Settings, *parts: str, net: str = "", forwards: tuple[tuple[int, str], ...] = ()) -> int:
        """Run parts in a process of their own; its number."""
        assert self._template.stdin and self._template.stdout
        pickle.dump(Order(parts, settings, self.points, net, forwards), self._template.stdin)
        self._template.stdin.flush()
        process = int(pickle.load(self._template.stdout))
        self._running.append(process)
        return process

    def kill(self, process: int) -> None:
        """By SIGKILL, in whatever it is doing."""
        os.kill(process, signal.SIGKILL)

    def reached(self, point: str) -> Counter[int]:
        """How often each process reached a point."""
        lines = self.points.read_text().split("\n") if self.points.exists() else []
        words = [line.split(" ", 1) for line in lines[:-1]]
        return Counter(int(process) for process, name in words if name == point)

    def stop(self) -> None:
        for process in self._running:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGTERM)
        end = time.monotonic() + 30
        for process in self._running:
            while _lives(process) and time.monotonic() < end:
                time.sleep(0.1)
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        self._running.clear()


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture
def machines(tmp_path: Path) -> Iterator[Machines]:
    with subprocess.Popen([sys.executable, WORKER], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as template:
        office = Machines(tmp_path, template)
        try:
            yield office
        finally:
            office.stop()
            assert template.stdin
            template.stdin.close()
            template.wait(30)


@dataclass(frozen=True)
class Nets:
    """Two network namespaces, each joined to this one by a line that can be cut."""

    names: tuple[str, str]
    lines: tuple[str, str]
    gate: str  # this machine's address, as both see it

    def cut(self, number: int) -> None:
        """From now on every packet is lost, without a word to either side."""
        _ip("link", "set", self.lines[number], "down")

    def mend(self, number: int) -> None:
        _ip("link", "set", self.lines[number], "up")


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True, text=True)


@pytest.fixture
def nets() -> Iterator[Nets]:
    """Skips where namespaces may not be made (it takes root or CAP_NET_ADMIN) or `ip` is missing."""
    mark = secrets.token_hex(3)
    net = f"10.{secrets.randbelow(150) + 64}"
    names, lines, gate = (f"kp{mark}a", f"kp{mark}b"), (f"v{mark}a", f"v{mark}b"), f"{net}.0.1"
    try:
        _ip("netns", "add", names[0])
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("network namespaces are not permitted here: run as root with iproute2")
    try:
        _ip("netns", "add", names[1])
        _ip("addr", "add", f"{gate}/32", "dev", "lo")
        for number, (name, line) in enumerate(zip(names, lines, strict=True), 1):
            _join(name, line, f"{net}.{number}", gate)
        yield Nets(names, lines, gate)
    finally:
        for name in names:
            with contextlib.suppress(subprocess.CalledProcessError):
                _ip("netns", "del", name)
        with contextlib.suppress(subprocess.CalledProcessError):
            _ip("addr", "del", f"{gate}/32", "dev", "lo")


def _join(name: str, line: str, net: str, gate: str) -> None:
    _ip("link", "add", line, "type", "veth", "peer", "name", "eth0", "netns", name)
    _ip("addr", "add", f"{net}.1/24", "dev", line)
    _ip("link", "set", line, "up")
    for words in (
        ("addr", "add", f"{net}.2/24", "dev", "eth0"),
        ("link", "set", "eth0", "up"),
        ("link", "set", "lo", "up"),
    ):
        _ip("-n", name, *words)
    _ip("-n", name, "route", "add", f"{gate}/32", "via", f"{net}.1")
