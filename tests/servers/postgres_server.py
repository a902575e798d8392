"""A private PostgreSQL of the tests: on a free port, in a folder of its own, gone afterwards."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest


def new_database(server: str, name: str, *, template: str = "template1") -> str:
    """Create a database, empty or a copy of one that nobody is connected to, and return its URL."""
    import psycopg

    with psycopg.connect(f"{server}/postgres", autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    return f"{server}/{name}"


def _program(name: str) -> Path | None:
    debian = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)
    found = debian[0] if debian else shutil.which(name)
    return Path(found) if found else None


def _as_server_user(*command: str | Path) -> list[str]:
    """PostgreSQL refuses to run as root."""
    words = [str(word) for word in command]
    return words if os.geteuid() else ["runuser", "-u", "postgres", "--", *words]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _run(*command: str | Path) -> None:
    done = subprocess.run(_as_server_user(*command), capture_output=True, text=True, cwd="/", check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@dataclass(frozen=True)
class Postgres:
    """A private server; `url` is without a database name."""

    url: str
    _again: Callable[[], None]

    def restart(self) -> None:
        """Stop it, cutting all connections, and start it again with what it had."""
        self._again()


@contextmanager
def running(*more_addresses: str) -> Iterator[Postgres]:
    """A private server on loopback, and at `more_addresses` for their /16 net; skips where it is not installed."""
    initdb, pg_ctl = _program("initdb"), _program("pg_ctl")
    if initdb is None or pg_ctl is None:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    folder = Path(tempfile.mkdtemp(prefix="klimapartner-pg-"))
    if not os.geteuid():
        os.chown(folder, pwd.getpwnam("postgres").pw_uid, pwd.getpwnam("postgres").pw_gid)
    data, port = folder / "data", _free_port()
    _run(initdb, "-D", data, "-U", "tester", "-A", "trust", "-E", "UTF8", "--no-sync", "--locale=C.UTF-8")
    with (data / "pg_hba.conf").open("a") as rules:
        rules.writelines(f"host all all {address}/16 trust\n" for address in more_addresses)
    listen = ",".join(("127.0.0.1", *more_addresses))
    options = f"-p {port} -c listen_addresses={listen} -c unix_socket_directories={folder} -c fsync=off"
    start = (pg_ctl, "-D", data, "-o", options, "-l", folder / "log", "-w", "start")
    stop = (pg_ctl, "-D", data, "-m", "immediate", "stop")
    _run(*start)
    try:
        yield Postgres(f"postgresql://tester@127.0.0.1:{port}", lambda: (_run(*stop), _run(*start), None)[-1])
    finally:
        _run(*stop)
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a server that all tests share."""
    with running() as server:
        yield server.url
