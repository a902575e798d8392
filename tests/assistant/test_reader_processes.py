"""Processes that read beside the service: how many, that each is replaced when it dies, and that none outlives it."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from klimapartner.assistant import reader_processes
from klimapartner.assistant.reader_processes import count_of, readers_beside
from klimapartner.assistant.settings import Settings, load_settings
from klimapartner.assistant.workplace import open_workplace
from klimapartner.storage.messages import count_by_state, store_message
from klimapartner.storage.states import MessageState

OFFICE = """
database = "sqlite:///{database}"
[mailboxes.box]
address = "office@agency.example"
imap = {{ host = "127.0.0.1", port = 1, tls = "none" }}
smtp = {{ host = "127.0.0.1", port = 1, tls = "none" }}
"""
PARENT = """
import sys, threading
from pathlib import Path
from klimapartner.assistant import reader_processes as r
start = r._start
def told(command):
    one = start(command)
    print(one.pid, flush=True)
    return one
r._start = told
with r.readers_beside(1, Path(sys.argv[1]), threading.Event()):
    threading.Event().wait()
"""


@pytest.mark.parametrize(
    ("readers", "cores", "megabytes", "count"),
    [
        (0, 1, 16_000, 1),
        (0, 2, 16_000, 2),
        (0, 16, 16_000, 4),
        (0, 4, 2_000, 4),
        (0, 4, 1_600, 3),
        (0, 4, 1_000, 1),
        (0, 4, 500, 1),
        (7, 1, 500, 7),
        (1, 16, 64_000, 1),
    ],
)
def test_how_many_read(readers: int, cores: int, megabytes: int, count: int) -> None:
    assert count_of(Settings(readers=readers), cores=cores, megabytes=megabytes) == count


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "klimapartner.toml"
    path.write_text(f'database = "sqlite:///{tmp_path}/k.db"\n', encoding="utf-8")
    return path


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 180
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)


def lives(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"


def test_one_that_dies_is_replaced_and_all_end_with_the_service(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[subprocess.Popen[bytes]] = []
    start = reader_processes._start
    monkeypatch.setattr(reader_processes, "_start", lambda command: started.append(start(command)) or started[-1])
    monkeypatch.setattr(reader_processes, "REST_SECONDS", 0.1)
    with readers_beside(2, config, threading.Event()):
        until(lambda: len(started) == 2)
        started[0].kill()
        until(lambda: len(started) == 3)
    assert [one.returncode for one in started] == [-signal.SIGKILL, 0, 0]


def test_it_reads_what_is_stored(tmp_path: Path) -> None:
    config = tmp_path / "klimapartner.toml"
    config.write_text(OFFICE.format(database=tmp_path / "k.db"), encoding="utf-8")
    raw = b"From: <kim@koeln.example>\r\nSubject: Interesse\r\n\r\nDie Stadt K=C3=B6ln bekundet ihr Interesse.\r\n"
    with open_workplace(load_settings(config)) as work:
        now = work.clock()
        with work.database.session() as session:
            store_message(
                session, mailbox="box", uidvalidity=1, uid=1, raw=raw, message_id="<1@x>", received_at=now, now=now
            )

        def states() -> dict[MessageState, int]:
            with work.database.reading() as session:
                return count_by_state(session)

        with readers_beside(1, config, threading.Event()):
            until(lambda: states() == {"done": 1})


def test_none_outlives_a_service_that_was_killed(config: Path) -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT, str(config)], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    assert lives(child)
    parent.kill()
    parent.wait()
    until(lambda: not lives(child))
    parent.stdout.close()


def test_none_beside_where_one_is_enough(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader_processes, "_start", lambda command: pytest.fail("no process is wanted"))
    with readers_beside(0, config, threading.Event()):
        pass


def test_memory_and_cores_are_those_of_this_machine() -> None:
    assert reader_processes.cores() == len(os.sched_getaffinity(0))
    assert reader_processes.megabytes() > 200
